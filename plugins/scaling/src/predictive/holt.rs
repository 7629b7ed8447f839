//! Holt's forecast: level and damped trend.

const LEVEL_RATE: f64 = 0.3;
const TREND_RATE: f64 = 0.05;
/// What is left of the trend after each step.
const DAMPING: f64 = 0.98;

/// Level and damped trend of a series in equal steps.
///
/// Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, section
/// 8.2, in its error-correction form.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Holt {
    level: Option<f64>,
    trend: f64,
}

impl Holt {
    /// Learns the next value.
    pub(super) fn learn(&mut self, value: f64) {
        let damped = DAMPING * self.trend;
        let expected = self.level.unwrap_or(value) + damped;
        let error = value - expected;
        self.level = Some(expected + LEVEL_RATE * error);
        self.trend = damped + LEVEL_RATE * TREND_RATE * error;
    }

    /// The forecast for this many steps ahead, at least 0; `None` when nothing was learnt.
    pub(super) fn forecast(&self, ahead: usize) -> Option<f64> {
        // φ + φ² + … + φʰ
        let (mut sum, mut power) = (0.0, 1.0);
        for _ in 0..ahead {
            power *= DAMPING;
            sum += power;
        }
        Some((self.level? + sum * self.trend).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::Holt;

    #[test]
    fn a_trend_is_followed() {
        let mut holt = Holt::default();
        assert_eq!(holt.forecast(1), None);
        for step in 0..400 {
            holt.learn(f64::from(step) / 100.0);
        }
        let forecast = holt.forecast(8).unwrap();
        assert!((forecast - 4.07).abs() < 0.05, "{forecast}");
        assert!(holt.forecast(1).unwrap() < forecast);
    }
}
