//! A season, found in what was measured.

/// How many steps are remembered.
pub(super) const REMEMBERED: usize = 1024;
/// The longest season, in steps: two of them are remembered.
const LONGEST: usize = REMEMBERED / 2;
/// How often a season is looked for, in steps.
const LOOK_EVERY: usize = 8;
/// How deep a valley of the differences must be, as a share of their mean up to there.
const DEEP: f32 = 0.5;
/// How much better than a shorter season a longer one must be: multiples of a season are seasons.
const LONGER: f32 = 0.7;
/// How much better than the season that is known another one must be.
const OTHER: f32 = 0.8;
/// How many seasons are averaged.
const AVERAGED: usize = 3;

/// The past of a series in equal steps, and the lag after which it repeats itself.
///
/// Source: the YIN estimator of de Cheveigné and Kawahara, "YIN, a fundamental frequency estimator
/// for speech and music", JASA 111(4), 2002: the mean square difference between the series and
/// itself a lag before has its first deep valley, relative to its mean over all shorter lags, at the
/// season. Differences of all lags are kept up as the series goes on, and forget slowly.
#[derive(Clone, Debug)]
pub(super) struct Season {
    /// What is remembered, newest first, as a ring, twice in a row: so the last ones lie together
    /// wherever they begin, in the order of lags.
    values: Box<[f32]>,
    steps: usize,
    /// For each lag the sum of the square differences, and its weight.
    differences: Box<[f32]>,
    weights: Box<[f32]>,
    shortest: usize,
    lag: Option<usize>,
}

impl Season {
    /// No past yet; a season has at least so many steps.
    pub(super) fn new(shortest: usize) -> Self {
        Self {
            values: vec![0.0; 2 * REMEMBERED].into(),
            steps: 0,
            differences: vec![0.0; LONGEST + 1].into(),
            weights: vec![0.0; LONGEST + 1].into(),
            shortest: shortest.clamp(2, LONGEST),
            lag: None,
        }
    }

    /// Learns the next value. Whether a season was found that was not known.
    pub(super) fn learn(&mut self, value: f32) -> bool {
        const KEEP: f32 = 1.0 - 1.0 / LONGEST as f32;
        let place = place(self.steps);
        let known = self.steps.min(LONGEST);
        let before = &self.values[place + 1..=place + known];
        let lags = self.differences[1..=known]
            .iter_mut()
            .zip(&mut self.weights[1..=known]);
        for ((sum, weight), old) in lags.zip(before) {
            let difference = value - old;
            *sum = *sum * KEEP + difference * difference;
            *weight = *weight * KEEP + 1.0;
        }
        self.values[place] = value;
        self.values[place + REMEMBERED] = value;
        self.steps += 1;
        self.steps.is_multiple_of(LOOK_EVERY) && self.look()
    }

    fn difference(&self, lag: usize) -> f32 {
        self.differences[lag] / self.weights[lag].max(1.0)
    }

    fn look(&mut self) -> bool {
        // It must have been seen twice.
        let longest = (self.steps / 2).min(LONGEST - 1);
        let mut found: Option<(usize, f32)> = None;
        let mut sum = 0.0;
        let (mut before, mut here) = (0.0, self.difference(1));
        for lag in 1..=longest {
            let after = self.difference(lag + 1);
            sum += here;
            let valley = here <= before && here < after && here * lag as f32 <= DEEP * sum;
            if valley
                && lag >= self.shortest
                && found.is_none_or(|(_, least)| here < LONGER * least)
            {
                found = Some((lag, here));
            }
            (before, here) = (here, after);
        }
        let Some((lag, least)) = found else {
            return false;
        };
        let better = |known: usize| known != lag && least < OTHER * self.difference(known);
        if !self.lag.is_none_or(better) {
            return false;
        }
        self.lag = Some(lag);
        true
    }

    /// How long the season is, in steps; `None` when none was found.
    #[cfg(test)]
    pub(super) fn lag(&self) -> Option<usize> {
        self.lag
    }

    /// What the value of a step is by the seasons before it, in the mean of the last three. Steps
    /// count from 0. `None` when there is no season, or none of them is remembered.
    pub(super) fn expected(&self, step: usize) -> Option<f32> {
        let lag = self.lag?;
        let oldest = self.steps.saturating_sub(REMEMBERED);
        let (mut sum, mut count) = (0.0, 0.0);
        let seasons = (1..=AVERAGED).map_while(|season| step.checked_sub(season * lag));
        for back in seasons.take_while(|back| *back >= oldest) {
            if back < self.steps {
                sum += self.values[place(back)];
                count += 1.0;
            }
        }
        (count > 0.0).then(|| sum / count)
    }

    /// The value that was learnt so many steps ago, from 1; `None` where it is not remembered.
    pub(super) fn value(&self, ago: usize) -> Option<f32> {
        let known = (1..=self.steps.min(REMEMBERED)).contains(&ago);
        known.then(|| self.values[place(self.steps - ago)])
    }
}

/// Where the value of a step stands in the ring.
fn place(step: usize) -> usize {
    REMEMBERED - 1 - step % REMEMBERED
}

#[cfg(test)]
mod tests {
    use super::Season;

    /// A plain generator of numbers from -0.5 to 0.5.
    fn noise(state: &mut u32) -> f32 {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (*state >> 8) as f32 / 16_777_216.0 - 0.5
    }

    #[test]
    fn a_season_is_found_once_it_was_seen_twice() {
        let mut season = Season::new(10);
        let mut state = 7;
        let burst = |step: usize| if step % 48 < 9 { 4.0 } else { 2.0 };
        for step in 0..96 {
            season.learn(burst(step) + 0.4 * noise(&mut state));
        }
        assert_eq!(season.lag(), Some(48));
        for step in 96..144 {
            let expected = season.expected(step).unwrap();
            assert!((expected - burst(step)).abs() < 0.3, "{step}: {expected}");
        }
        // And it stays what it is, not one of its multiples.
        for step in 96..2000 {
            season.learn(burst(step) + 0.4 * noise(&mut state));
            assert_eq!(season.lag(), Some(48), "{step}");
        }
    }

    #[test]
    fn noise_and_drifts_have_none() {
        let mut season = Season::new(10);
        let mut state = 3;
        for step in 0..2000 {
            season.learn(2.0 + noise(&mut state) + step as f32 / 500.0);
        }
        assert_eq!(season.lag(), None);
        assert_eq!(season.expected(2000), None);
    }

    #[test]
    fn the_past_is_remembered_as_long_as_said() {
        let mut season = Season::new(10);
        assert_eq!(season.value(1), None);
        for step in 0..1500 {
            season.learn(step as f32);
        }
        assert_eq!(season.value(1), Some(1499.0));
        assert_eq!(season.value(1024), Some(476.0));
        assert_eq!(season.value(1025), None);
        assert_eq!(season.value(0), None);
    }
}
