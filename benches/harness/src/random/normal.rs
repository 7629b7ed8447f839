//! The normal distribution, by Marsaglia's polar method with its second value kept.

use super::Stream;

/// Draws from the normal distribution of mean 0 and deviation 1.
#[derive(Clone, Debug, Default)]
pub struct Normal {
    kept: Option<f64>,
}

impl Normal {
    /// The next draw.
    pub fn draw(&mut self, stream: &mut Stream) -> f64 {
        if let Some(kept) = self.kept.take() {
            return kept;
        }
        loop {
            let across = 2.0 * stream.unit() - 1.0;
            let up = 2.0 * stream.unit() - 1.0;
            let square = across * across + up * up;
            if square > 0.0 && square < 1.0 {
                let scale = (-2.0 * libm::log(square) / square).sqrt();
                self.kept = Some(up * scale);
                return across * scale;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Normal;
    use crate::random::Stream;

    #[test]
    fn moments_are_those_of_the_distribution() {
        let mut stream = Stream::new(5, "normal");
        let mut normal = Normal::default();
        let draws = 1_000_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..draws {
            let value = normal.draw(&mut stream);
            sum += value;
            squares += value * value;
        }
        let count = f64::from(draws);
        assert!((sum / count).abs() < 5.0 / count.sqrt());
        assert!((squares / count - 1.0).abs() < 5.0 * (2.0 / count).sqrt());
    }
}
