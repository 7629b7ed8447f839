//! Forecasts that compete, of which one leads.

use super::expert::{Expert, MOST_AHEAD};
use super::grid::{COARSER, GRIDS, Grid};
use super::holt::Holt;
use super::season::REMEMBERED;

/// The fewest steps of a season on a coarse grid; shorter ones are for the finer grid.
const SHORTEST: usize = 24;

/// It stays as it is now.
const PRESENT: usize = 0;
/// It goes on as it went.
const TREND: usize = 1;
/// It is what it has lately been: a forecast of nothing, whose errors are the loads themselves.
const USUAL: usize = 2;
/// It is as it was a season ago, for each grid.
const SEASONAL: usize = 3;
const EXPERTS: usize = SEASONAL + GRIDS;

/// How much better than the one that leads another must be.
const BETTER: f64 = 0.9;

/// Six ways to forecast the root of the load, and the one whose forecasts have lately cost least.
#[derive(Clone, Debug)]
pub(super) struct Forecasts {
    /// How many steps ahead.
    ahead: usize,
    /// The chance with which a forecast and its margin are to suffice.
    coverage: f64,
    steps: usize,
    holt: Holt,
    grids: [Grid; GRIDS],
    experts: [Expert; EXPERTS],
    leader: usize,
    /// The most that the leader forecasts from now until so many steps ahead, and its margin.
    most: f64,
    margin: f64,
}

impl Forecasts {
    /// Nothing learnt yet; forecasts are for so many steps ahead, from 1 to [`MOST_AHEAD`].
    pub(super) fn new(ahead: usize, coverage: f64) -> Self {
        let ahead = ahead.clamp(1, MOST_AHEAD);
        let experts = std::array::from_fn(|_| Expert::new());
        Self {
            ahead,
            coverage,
            steps: 0,
            holt: Holt::default(),
            grids: [
                // A season that is over before replicas are ready is not to be followed.
                Grid::new(1, ahead + 2),
                Grid::new(COARSER, SHORTEST),
                Grid::new(COARSER * COARSER, SHORTEST),
            ],
            margin: experts[PRESENT].margin(coverage),
            experts,
            leader: PRESENT,
            most: 0.0,
        }
    }

    /// Learns the root of the load of the step that is over, and forecasts the one that is ahead.
    /// `now` is the root of the load that there surely is.
    pub(super) fn learn(&mut self, root: f64, now: f64) {
        let place = self.steps % self.ahead;
        for expert in &mut self.experts {
            expert.judge(place, root, self.coverage);
        }
        self.holt.learn(root);
        let step = self.steps;
        let found = self.grids.each_mut().map(|grid| grid.learn(step, root));
        self.steps += 1;
        for (index, _) in found.iter().enumerate().filter(|(_, found)| **found) {
            self.review(index);
        }
        // Until replicas could have come, little is known to forecast from, and nothing is judged.
        if self.steps > self.ahead {
            let forecasts: [Option<f64>; EXPERTS] =
                std::array::from_fn(|index| self.forecast(index, self.ahead, now));
            for (expert, forecast) in self.experts.iter_mut().zip(forecasts) {
                expert.foretell(place, forecast, self.coverage);
            }
        }
        self.lead(now);
    }

    /// What an expert forecasts for so many steps ahead of the last, from 1.
    fn forecast(&self, expert: usize, ahead: usize, now: f64) -> Option<f64> {
        match expert {
            PRESENT => Some(now),
            TREND => self.holt.forecast(ahead),
            USUAL => Some(0.0),
            seasonal => self.grids[seasonal - SEASONAL].expected(self.steps - 1 + ahead),
        }
    }

    /// Judges the season that was found on a grid by what it would have said of the past.
    fn review(&mut self, index: usize) {
        let (grids, steps) = (&self.grids, self.steps);
        let past = (1..=REMEMBERED.min(steps)).rev().filter_map(|ago| {
            let root = grids[0].value(ago)?;
            Some((root, grids[index].seasonal(steps - ago)?))
        });
        self.experts[SEASONAL + index].review(past, self.coverage);
    }

    /// Lets the expert lead that has lost least, and takes its forecast.
    ///
    /// What comes once a day is soon forgotten, so a season must be better for as long as the steps
    /// of its grid are long; then it leads before its time comes.
    fn lead(&mut self, now: f64) {
        let loss = |expert: usize, memory: usize| {
            let speaks = self.forecast(expert, 1, now).is_some();
            let loss = self.experts[expert].loss(memory).filter(|_| speaks);
            let bonus = if expert == self.leader { BETTER } else { 1.0 };
            loss.map_or(f64::INFINITY, |loss| bonus * loss)
        };
        let mut best = PRESENT;
        for expert in TREND..EXPERTS {
            let memory = expert.saturating_sub(SEASONAL);
            if loss(expert, memory) < loss(best, memory) {
                best = expert;
            }
        }
        self.leader = best;
        self.margin = self.experts[best].margin(self.coverage);
        // One step more: replicas come within a step.
        self.most = (1..=self.ahead + 1)
            .filter_map(|ahead| self.forecast(best, ahead, now))
            .fold(0.0, f64::max);
    }

    /// The root of the load that is likely not exceeded from now until replicas that are started
    /// now are ready. `now` is as for [`learn`](Self::learn), and newer.
    pub(super) fn covered(&self, now: f64) -> f64 {
        let most = if self.leader == PRESENT {
            now
        } else {
            self.most
        };
        (most + self.margin).max(0.0)
    }

    /// Whether a season leads.
    pub(super) fn is_seasonal(&self) -> bool {
        self.leader >= SEASONAL
    }
}

#[cfg(test)]
mod tests {
    use super::{Forecasts, TREND, USUAL};

    fn learn(
        forecasts: &mut Forecasts,
        steps: std::ops::Range<usize>,
        load: impl Fn(usize) -> f64,
    ) {
        for step in steps {
            let root = load(step).sqrt();
            forecasts.learn(root, root);
        }
    }

    fn places(forecasts: &Forecasts, now: f64) -> f64 {
        let root = forecasts.covered(now.sqrt());
        root * root
    }

    #[test]
    fn bursts_without_rhythm_are_covered_by_what_is_usual() {
        // Bursts of nine steps, 16 instead of 4, after gaps that no one could know.
        let gaps = [37, 61, 44, 70, 29, 53, 66, 41, 58, 33];
        let mut loads: Vec<f64> = Vec::new();
        for gap in gaps {
            loads.extend(std::iter::repeat_n(4.0, gap));
            loads.extend([16.0; 9]);
        }
        let mut forecasts = Forecasts::new(8, 0.95);
        learn(&mut forecasts, 0..loads.len(), |step| loads[step]);
        assert_eq!(forecasts.leader, USUAL);
        assert!((places(&forecasts, 4.0) - 16.0).abs() < 0.1);
        assert!((places(&forecasts, 16.0) - 16.0).abs() < 0.1);
    }

    #[test]
    fn bursts_with_a_rhythm_are_known_before_they_come() {
        let burst = |step: usize| if step % 60 < 9 { 16.0 } else { 4.0 };
        let mut forecasts = Forecasts::new(8, 0.95);
        learn(&mut forecasts, 0..500, burst);
        // Step 500 is 20 into its season: nothing is due for 40.
        assert!(places(&forecasts, 4.0) < 5.0);
        learn(&mut forecasts, 500..533, burst);
        assert!(places(&forecasts, 4.0) > 15.0, "seven steps before");
    }

    #[test]
    fn a_season_of_a_day_is_found_on_the_coarsest_grid() {
        // Steps of 15 s; eight busy hours a day.
        let office = |step: usize| {
            if step % 5760 / 240 / 8 == 1 {
                40.0
            } else {
                4.0
            }
        };
        let mut forecasts = Forecasts::new(8, 0.95);
        learn(&mut forecasts, 0..3 * 5760 + 1600, office);
        assert!(forecasts.is_seasonal());
        assert!(places(&forecasts, 4.0) < 6.0, "an hour and a half before");
        learn(&mut forecasts, 3 * 5760 + 1600..3 * 5760 + 1914, office);
        assert!(
            places(&forecasts, 4.0) > 15.0,
            "one and a half minutes before"
        );
    }

    #[test]
    fn a_drift_is_led_by_its_trend() {
        let mut forecasts = Forecasts::new(8, 0.95);
        learn(&mut forecasts, 0..400, |step| 400.0 - step as f64 * 0.9);
        assert_eq!(forecasts.leader, TREND);
        assert!(places(&forecasts, 40.0) < 41.0);
    }
}
