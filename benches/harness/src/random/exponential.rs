//! The exponential distribution of mean 1, by the ziggurat of Marsaglia and Tsang ("The ziggurat
//! method for generating random variables", 2000).

use std::sync::LazyLock;

use super::{Stream, unit};

/// Where the tail begins, and the area of each of the 256 layers.
const TAIL: f64 = 7.697_117_470_131_05;
const AREA: f64 = 0.003_949_659_822_581_572;

struct Layers {
    /// Right edges, widest first; the last is 0.
    edges: [f64; 257],
    /// The density at the edges.
    heights: [f64; 257],
}

static LAYERS: LazyLock<Layers> = LazyLock::new(|| {
    let mut edges = [0.0; 257];
    edges[0] = AREA / libm::exp(-TAIL);
    edges[1] = TAIL;
    for layer in 2..256 {
        let above = edges[layer - 1];
        edges[layer] = -libm::log(AREA / above + libm::exp(-above));
    }
    Layers {
        heights: edges.map(|edge| libm::exp(-edge)),
        edges,
    }
});

/// Draws from the exponential distribution of mean 1.
#[derive(Clone, Copy)]
pub struct Exponential(&'static Layers);

impl Exponential {
    /// The sampler. Its tables are made once a process.
    #[must_use]
    pub fn new() -> Self {
        Self(&LAYERS)
    }

    /// The next draw.
    #[inline]
    pub fn draw(self, stream: &mut Stream) -> f64 {
        let bits = stream.bits();
        let layer = (bits & 0xff) as usize;
        let value = unit(bits) * self.0.edges[layer];
        if value < self.0.edges[layer + 1] {
            return value;
        }
        self.draw_at_edge(stream, layer, value)
    }

    /// One draw in a hundred falls outside the part of its layer that lies wholly under the curve.
    #[cold]
    fn draw_at_edge(self, stream: &mut Stream, mut layer: usize, mut value: f64) -> f64 {
        let Layers { edges, heights } = self.0;
        loop {
            if value < edges[layer + 1] {
                return value;
            }
            if layer == 0 {
                // The tail of an exponential is an exponential: 1 - unit is never 0.
                return TAIL - libm::log(1.0 - stream.unit());
            }
            let height = heights[layer] + (heights[layer + 1] - heights[layer]) * stream.unit();
            if height < libm::exp(-value) {
                return value;
            }
            let bits = stream.bits();
            layer = (bits & 0xff) as usize;
            value = unit(bits) * edges[layer];
        }
    }
}

impl Default for Exponential {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Exponential {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Exponential")
    }
}

#[cfg(test)]
mod tests {
    use super::{Exponential, LAYERS};
    use crate::random::Stream;

    #[test]
    fn the_layers_close() {
        // The last layer's upper edge would lie at 0 if it were computed.
        let above = LAYERS.edges[255];
        let height = super::AREA / above + libm::exp(-above);
        assert!((height - 1.0).abs() < 1e-9, "{height}");
    }

    #[test]
    fn moments_and_tail_are_those_of_the_distribution() {
        let mut stream = Stream::new(3, "exponential");
        let draws = 2_000_000;
        let (mut sum, mut squares, mut beyond) = (0.0, 0.0, 0_u32);
        for _ in 0..draws {
            let value = Exponential::new().draw(&mut stream);
            sum += value;
            squares += value * value;
            beyond += u32::from(value > 8.0);
        }
        let count = f64::from(draws);
        // Five standard errors: 1/√n for the mean, √20/√n for the second moment.
        assert!((sum / count - 1.0).abs() < 5.0 / count.sqrt());
        assert!((squares / count - 2.0).abs() < 5.0 * (20.0 / count).sqrt());
        let expected = count * libm::exp(-8.0);
        assert!((f64::from(beyond) - expected).abs() < 5.0 * expected.sqrt());
    }
}
