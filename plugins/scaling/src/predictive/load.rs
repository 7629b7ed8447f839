//! The load that is offered: what would be in service, were there places for all.

use plimsoll_core::policy::Sample;

use crate::measure::{in_flight, seconds, sound};
use crate::window::Average;

/// Time constants of the averages of the arrival rate, in seconds.
const WINDOWS: [f64; 5] = [4.0, 10.0, 25.0, 60.0, 150.0];

/// By how many standard deviations a shorter average must be above a longer one to count.
const SURE: f64 = 2.0;

/// What the service time is averaged over: this time, or this many completions where they take
/// longer.
const SERVICE_SECONDS: f64 = 120.0;
const SERVICE_COMPLETIONS: f64 = 100.0;

/// Time constant of the mean of requests in the system, in seconds.
const PRESENT_SECONDS: f64 = 10.0;

/// Measures the offered load, by Little's law: the rate of arrivals times the service time.
///
/// Requests in flight would show no more than there are places, and with those that wait also what
/// was not served earlier. Loads are handed out as square roots: see [`root`](Self::root).
#[derive(Clone, Debug, Default)]
pub(super) struct Load {
    /// Time spent in service for each completion. By Little's law again that is the service time,
    /// and it counts requests that are not over: it does not begin with the short ones, and it
    /// grows where nothing completes.
    service: Average,
    rates: [Average; WINDOWS.len()],
    /// Requests in the system, for as long as none was completed.
    present: Average,
    sampled_at: Option<u64>,
    /// Arrivals of the step that runs.
    step: Average,
}

impl Load {
    /// Takes in a sample. The first one's length is not known, so it only tells the time.
    pub(super) fn add(&mut self, sample: &Sample) {
        let before = self.sampled_at.replace(sample.at_ns);
        let length = seconds(sample.at_ns.saturating_sub(before.unwrap_or(sample.at_ns)));
        if length <= 0.0 {
            return;
        }
        let completions = f64::from(sample.completions);
        let share = (completions / SERVICE_COMPLETIONS).min(length / SERVICE_SECONDS);
        let busy = sound(sample.in_flight - sample.proxied) * length;
        self.service.add(1.0 / (1.0 + share), busy, completions);
        let keep = |window: f64| window / (window + length);
        let arrivals = f64::from(sample.arrivals);
        for (rate, window) in self.rates.iter_mut().zip(WINDOWS) {
            rate.add(keep(window), arrivals, length);
        }
        let present = in_flight(sample) * length;
        self.present.add(keep(PRESENT_SECONDS), present, length);
        self.step.add(1.0, arrivals, length);
    }

    /// How long a request is served in the mean, in seconds; `None` before any was completed.
    pub(super) fn service(&self) -> Option<f64> {
        self.service.value()
    }

    /// The root of the load that there surely is now; `None` when nothing was measured.
    ///
    /// The root of a Poisson count deviates by ½ whatever its mean, so that of a load λS measured
    /// over a time T deviates by ½ √(S ÷ T): averages of different lengths compare by it. Each but
    /// the longest is lowered by two of its deviations, and the largest counts. So jumps are seen in
    /// seconds, drifts in minutes, and chance is not seen.
    pub(super) fn root(&self) -> Option<f64> {
        let Some(service) = self.service() else {
            return Some(sound(self.present.value()?).sqrt());
        };
        let (longest, shorter) = self.rates.split_last()?;
        let mut most = sound(longest.value()? * service).sqrt();
        for rate in shorter {
            let root = sound(rate.value()? * service).sqrt();
            // A mean that forgets with the constant w has the deviation of one over 2 w.
            let deviation = 0.5 * (service / (2.0 * rate.weight())).sqrt();
            most = most.max(root - SURE * deviation);
        }
        Some(most)
    }

    /// Ends the step that runs: the root of its mean load; `None` when it had no sample.
    pub(super) fn end_step(&mut self) -> Option<f64> {
        let rate = std::mem::take(&mut self.step).value()?;
        let load = match self.service() {
            Some(service) => rate * service,
            None => self.present.value()?,
        };
        Some(sound(load).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_core::policy::Sample;

    use super::Load;

    /// A second of a load, of which at most `places` are served at a time.
    fn second(load: &mut Load, second: u64, rate: u32, in_flight: f64, completions: u32) {
        load.add(&Sample {
            at_ns: second * 1_000_000_000,
            in_flight,
            arrivals: rate,
            completions,
            ..Sample::default()
        });
    }

    #[test]
    fn a_shortage_neither_hides_the_load_nor_inflates_it() {
        let mut load = Load::default();
        assert_eq!(load.root(), None);
        // Ten a second that take 2 s fill 8 places and wait: 4 a second are completed.
        for at in 0..600 {
            second(&mut load, at, 10, 8.0, 4);
        }
        let root = load.root().unwrap();
        assert!((root * root - 20.0).abs() < 0.1, "{}", root * root);
    }

    #[test]
    fn jumps_are_seen_in_seconds_and_chance_is_not() {
        let mut load = Load::default();
        for at in 0..600 {
            // Evenly 40 a second, but for one second in ten that has 60.
            second(&mut load, at, if at % 10 == 0 { 58 } else { 38 }, 20.0, 40);
        }
        let calm = load.root().unwrap();
        assert!((calm * calm - 20.0).abs() < 0.6, "{}", calm * calm);
        for at in 600..606 {
            second(&mut load, at, 160, 20.0, 40);
        }
        let jumped = load.root().unwrap();
        assert!(jumped * jumped > 50.0, "{}", jumped * jumped);
    }

    #[test]
    fn what_never_completes_is_load() {
        let mut load = Load::default();
        for at in 0..60 {
            second(&mut load, at, 5, 5.0, 5);
        }
        for at in 60..90 {
            second(&mut load, at, 5, 5.0 * at as f64 - 295.0, 0);
        }
        let root = load.root().unwrap();
        assert!(root * root > 20.0, "{}", root * root);
    }
}
