//! Holt and Winters' forecast: level, damped trend and season, additive.

/// Most steps that a season can have.
pub(super) const MOST_STEPS: usize = 4_096;

/// How fast what is learnt changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rates {
    /// Of the level, 0 to 1.
    pub(super) level: f64,
    /// Of the trend, 0 to 1.
    pub(super) trend: f64,
    /// Of the season, 0 to 1.
    pub(super) season: f64,
    /// What is left of a trend after each step, 0 to 1.
    pub(super) damping: f64,
}

/// What was learnt of a series that is measured in equal steps.
///
/// Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, section 8.3
/// (the additive method with a damped trend). The first season is learnt as it is seen: until it is
/// over, the forecast is that of level and trend alone.
#[derive(Clone, Debug)]
pub(super) struct HoltWinters {
    rates: Rates,
    level: f64,
    trend: f64,
    season: Box<[f64]>,
    /// The mean of the first season, by which it is centred once it is over.
    sum: f64,
    steps: u64,
    /// The mean size of the error of the forecast of one step.
    error: f64,
}

impl HoltWinters {
    /// Nothing learnt yet, of a series with this many steps a season, at least 1.
    pub(super) fn new(rates: Rates, season: usize) -> Self {
        Self {
            rates,
            level: 0.0,
            trend: 0.0,
            season: (0..season.clamp(1, MOST_STEPS)).map(|_| 0.0).collect(),
            sum: 0.0,
            steps: 0,
            error: 0.0,
        }
    }

    /// Whether at least one season was seen.
    fn is_seasonal(&self) -> bool {
        self.steps >= self.season.len() as u64
    }

    fn place(&self, ahead: u64) -> usize {
        let steps = self.season.len() as u64;
        usize::try_from((self.steps + ahead) % steps).unwrap_or(0)
    }

    /// Learns the value of the next step.
    pub(super) fn learn(&mut self, value: f64) {
        if self.steps == 0 {
            self.level = value;
        }
        let rates = self.rates;
        let place = self.place(0);
        let seasonal = if self.is_seasonal() {
            self.season[place]
        } else {
            0.0
        };
        let damped = rates.damping * self.trend;
        let error = value - (self.level + damped + seasonal);
        self.error += rates.level.max(0.05) * (error.abs() - self.error);
        let before = self.level;
        self.level += damped + rates.level * error;
        self.trend = damped + rates.trend * (self.level - before - damped);
        if self.is_seasonal() {
            self.season[place] += rates.season * error;
        } else {
            self.season[place] = value;
            self.sum += value;
        }
        self.steps += 1;
        if self.steps == self.season.len() as u64 {
            self.center();
        }
    }

    /// Turns the first season's values into differences from their mean, and begins anew at that.
    fn center(&mut self) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a season has at most 4,096 steps"
        )]
        let mean = self.sum / self.season.len() as f64;
        for value in &mut self.season {
            *value -= mean;
        }
        self.level = mean;
        self.trend = 0.0;
    }

    /// The forecast for this many steps ahead, from 1; `None` when nothing was learnt.
    pub(super) fn forecast(&self, ahead: u32) -> Option<f64> {
        if self.steps == 0 || ahead == 0 {
            return None;
        }
        let damping = self.rates.damping;
        // φ + φ² + … + φʰ
        let trend = if damping < 1.0 {
            damping * (1.0 - damping.powi(i32::try_from(ahead).unwrap_or(i32::MAX)))
                / (1.0 - damping)
        } else {
            f64::from(ahead)
        };
        let seasonal = if self.is_seasonal() {
            self.season[self.place(u64::from(ahead) - 1)]
        } else {
            0.0
        };
        Some(self.level + trend * self.trend + seasonal)
    }

    /// The mean size of the error of the forecast of one step, in the series' unit.
    pub(super) fn error(&self) -> f64 {
        self.error
    }
}

#[cfg(test)]
mod tests {
    use super::{HoltWinters, Rates};

    const RATES: Rates = Rates {
        level: 0.3,
        trend: 0.1,
        season: 0.3,
        damping: 0.9,
    };

    #[test]
    fn a_season_is_known_once_it_was_seen() {
        let mut series = HoltWinters::new(RATES, 24);
        let load = |step: u32| 50.0 + 40.0 * (f64::from(step) * std::f64::consts::TAU / 24.0).sin();
        for step in 0..48 {
            series.learn(load(step));
        }
        for ahead in 1..=24 {
            let forecast = series.forecast(ahead).unwrap();
            assert!(
                (forecast - load(47 + ahead)).abs() < 0.5,
                "{ahead}: {forecast}"
            );
        }
        assert!(series.error() < 1.0);
    }

    #[test]
    fn a_trend_is_followed_before_that() {
        let mut series = HoltWinters::new(RATES, 1000);
        for step in 0..50 {
            series.learn(f64::from(step));
        }
        assert!(series.forecast(5).unwrap() > 49.0);
        assert_eq!(HoltWinters::new(RATES, 10).forecast(1), None);
    }
}
