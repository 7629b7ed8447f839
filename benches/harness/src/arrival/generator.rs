//! Generators and their text form.

use super::Arrivals;
use super::profiles::{Between, ParetoSources, Pieces, Switching};
use super::rate::{Profile, Segment, Spacing, Timed};
use crate::random::Stream;
use crate::text::{Settings, SpecError};
use crate::time::Span;

/// The names of the generators.
pub const GENERATORS: [&str; 7] = [
    "poisson",
    "constant",
    "ramp",
    "diurnal",
    "spike",
    "onoff",
    "selfsimilar",
];

/// A generator of arrivals. Rates are in requests a second.
#[derive(Clone, Debug, PartialEq)]
pub struct Generator {
    /// How the rate goes.
    pub shape: Shape,
    /// How arrivals are spaced.
    pub spacing: Spacing,
    /// When it begins.
    pub start: Span,
    /// How long it goes on from then; `None` for as long as is asked.
    pub duration: Option<Span>,
}

/// More variation than this leaves no gap that is like another.
const MOST_VARIATION: f64 = 100.0;

/// Time is whole nanoseconds: at this rate each has a request, a second.
const MOST_RATE: f64 = 1e9;

/// The shortest time that a generator's rate may take to turn: shorter ones are the mean rate, and
/// going through them takes for ever.
const SHORTEST_TURN: Span = Span(1_000_000);

/// How a rate goes over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// It stays.
    Flat {
        /// The rate.
        rate: f64,
    },
    /// It goes in a straight line from one rate to another, and stays there.
    Ramp {
        /// The first rate.
        from: f64,
        /// The last rate.
        to: f64,
        /// How long it takes.
        over: Span,
    },
    /// It goes up and down as a cosine.
    Diurnal {
        /// The lowest rate.
        low: f64,
        /// The highest rate.
        high: f64,
        /// The time from one peak to the next.
        period: Span,
        /// When the first peak is.
        peak: Span,
    },
    /// It jumps up from a base for a while, once or again and again.
    Spike {
        /// The rate otherwise.
        base: f64,
        /// The rate at the top.
        peak: f64,
        /// When it begins to rise.
        at: Span,
        /// How long it rises.
        rise: Span,
        /// How long it stays at the top.
        hold: Span,
        /// How long it falls.
        fall: Span,
        /// The time from one rise to the next.
        every: Option<Span>,
    },
    /// Two rates take turns, for exponentially distributed times.
    OnOff {
        /// The rate of the one.
        on: f64,
        /// The rate of the other.
        off: f64,
        /// The mean time of the one.
        on_time: Span,
        /// The mean time of the other.
        off_time: Span,
    },
    /// Many sources that are on and off for heavy-tailed times.
    SelfSimilar {
        /// The mean rate.
        rate: f64,
        /// The Hurst parameter, above 0.5 and below 1.
        hurst: f64,
        /// The mean time that a source is on, or off.
        time: Span,
        /// How many sources there are.
        sources: u32,
    },
}

impl Generator {
    /// What it generates under a seed, before `horizon`.
    #[must_use]
    pub(super) fn open(&self, seed: u64, horizon: Span) -> Box<dyn Arrivals> {
        let left = horizon.0.saturating_sub(self.start.0);
        let profile = Between {
            profile: self.shape.profile(seed),
            wait: self.start.0.min(horizon.0),
            left: self.duration.map_or(left, |span| span.0.min(left)),
        };
        Box::new(Timed::new(profile, self.spacing, seed))
    }

    pub(super) fn read(settings: &mut Settings<'_>) -> Result<Self, SpecError> {
        let name = settings.name();
        let shape = Shape::read(settings)?;
        let spacing = match settings.number("cv")? {
            None if name.text == "constant" => Spacing::Even,
            None => Spacing::Poisson,
            Some(0.0) => Spacing::Even,
            Some(1.0) => Spacing::Poisson,
            Some(variation) if variation > 1.0 && variation <= MOST_VARIATION => {
                Spacing::Bursty(variation)
            }
            Some(_) => {
                let message = "`cv`, the variation of the gaps, is 0 for even ones, 1 for a \
                               Poisson process, or more for bursts, up to 100";
                return Err(SpecError::at(name, message));
            }
        };
        Ok(Self {
            shape,
            spacing,
            start: settings.span("start")?.unwrap_or_default(),
            duration: settings.span("duration")?,
        })
    }
}

impl Shape {
    fn read(settings: &mut Settings<'_>) -> Result<Self, SpecError> {
        macro_rules! need {
            ($kind:ident $name:literal) => {{
                let value = settings.$kind($name)?;
                settings.needed($name, value)?
            }};
        }
        let name = settings.name();
        let shape = match name.text {
            "poisson" | "constant" => Self::Flat {
                rate: need!(rate "rate"),
            },
            "ramp" => Self::Ramp {
                from: need!(rate "from"),
                to: need!(rate "to"),
                over: need!(span "over"),
            },
            "diurnal" => {
                let period = settings.span("period")?.unwrap_or(Span::from_secs(86_400));
                Self::Diurnal {
                    low: need!(rate "low"),
                    high: need!(rate "high"),
                    period,
                    peak: settings.span("peak")?.unwrap_or(Span(period.0 / 2)),
                }
            }
            "spike" => Self::Spike {
                base: need!(rate "base"),
                peak: need!(rate "peak"),
                at: need!(span "at"),
                rise: settings.span("rise")?.unwrap_or_default(),
                hold: need!(span "hold"),
                fall: settings.span("fall")?.unwrap_or_default(),
                every: settings.span("every")?,
            },
            "onoff" => Self::OnOff {
                on: need!(rate "on"),
                off: settings.rate("off")?.unwrap_or(0.0),
                on_time: need!(span "on_time"),
                off_time: need!(span "off_time"),
            },
            "selfsimilar" => Self::SelfSimilar {
                rate: need!(rate "rate"),
                hurst: settings.number("hurst")?.unwrap_or(0.8),
                time: settings.span("time")?.unwrap_or(Span::from_secs(60)),
                sources: settings
                    .number("sources")?
                    .map_or(32, crate::time::whole_count),
            },
            _ => return Err(SpecError::unknown(name, "generator", &GENERATORS)),
        };
        match shape.wrong() {
            Some(message) => Err(SpecError::at(name, message)),
            None => Ok(shape),
        }
    }

    /// The highest rate that it is given.
    fn highest(&self) -> f64 {
        match *self {
            Self::Flat { rate } | Self::SelfSimilar { rate, .. } => rate,
            Self::Ramp { from, to, .. } => from.max(to),
            Self::Diurnal { high, .. } => high,
            Self::Spike { base, peak, .. } => base.max(peak),
            Self::OnOff { on, off, .. } => on.max(off),
        }
    }

    fn wrong(&self) -> Option<&'static str> {
        if self.highest() > MOST_RATE {
            return Some("a rate is at most 1000 million requests a second");
        }
        match *self {
            Self::Diurnal {
                low, high, period, ..
            } if low > high || period < Span::from_secs(1) => {
                Some("`low` is at most `high`, and the period at least 1s")
            }
            Self::OnOff {
                on_time, off_time, ..
            } if on_time < SHORTEST_TURN || off_time < SHORTEST_TURN => {
                Some("`on_time` and `off_time` are at least 1ms")
            }
            Self::Spike {
                rise,
                hold,
                fall,
                every: Some(every),
                ..
            } if every.0 < rise.0 + hold.0 + fall.0 || every < SHORTEST_TURN => {
                Some("`every` is at least as long as rise, hold and fall together, and 1ms")
            }
            Self::SelfSimilar {
                hurst,
                sources,
                time,
                ..
            } if !(hurst > 0.5 && hurst < 1.0 && (1..=10_000).contains(&sources))
                || time < SHORTEST_TURN =>
            {
                Some(
                    "`hurst` lies between 0.5 and 1, `time` is at least 1ms, and there are 1 to \
                     10000 `sources`",
                )
            }
            _ => None,
        }
    }

    fn profile(&self, seed: u64) -> Box<dyn Profile> {
        let piece = |length: Span, from: f64, to: f64| Segment {
            length: length.0,
            from: from * 1e-9,
            to: to * 1e-9,
        };
        let forever = Span(u64::MAX / 8);
        let stream = || Stream::new(seed, "rate");
        match *self {
            Self::Flat { rate } => Box::new(Pieces::flat(rate * 1e-9)),
            Self::Ramp { from, to, over } => {
                let pieces = vec![piece(over, from, to), piece(forever, to, to)];
                Box::new(Pieces::new(pieces, false))
            }
            Self::Diurnal {
                low,
                high,
                period,
                peak,
            } => Box::new(Pieces::wave(low * 1e-9, high * 1e-9, period.0, peak.0)),
            Self::Spike {
                base,
                peak,
                at,
                rise,
                hold,
                fall,
                every,
            } => {
                let rest = every.map_or(forever, |every| Span(every.0 - rise.0 - hold.0 - fall.0));
                let pieces = vec![
                    piece(rise, base, peak),
                    piece(hold, peak, peak),
                    piece(fall, peak, base),
                    piece(rest, base, base),
                ];
                let mut first = Some(piece(at, base, base)).filter(|piece| piece.length > 0);
                let mut then = Pieces::new(pieces, every.is_some());
                Box::new(First(move || first.take().or_else(|| then.next())))
            }
            Self::OnOff {
                on,
                off,
                on_time,
                off_time,
            } => Box::new(Switching {
                rates: [on * 1e-9, off * 1e-9],
                times: [on_time.0 as f64, off_time.0 as f64],
                // Turns to the first.
                state: 1,
                stream: stream(),
            }),
            Self::SelfSimilar {
                rate,
                hurst,
                time,
                sources,
            } => Box::new(ParetoSources::new(
                rate * 1e-9,
                hurst,
                time.0 as f64,
                sources,
                stream(),
            )),
        }
    }
}

/// A profile made by a function.
struct First<F>(F);

impl<F: FnMut() -> Option<Segment> + Send> Profile for First<F> {
    fn next(&mut self) -> Option<Segment> {
        (self.0)()
    }
}
