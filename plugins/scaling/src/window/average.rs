//! A mean that forgets.

/// A weighted mean of which only a share is kept when something is added.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Average {
    sum: f64,
    weight: f64,
}

impl Average {
    /// Keeps this share of what there is, from 0 to 1, and adds to it.
    pub(crate) fn add(&mut self, keep: f64, sum: f64, weight: f64) {
        self.sum = self.sum * keep + sum;
        self.weight = self.weight * keep + weight;
    }

    /// The mean; `None` when nothing was added, or long ago.
    pub(crate) fn value(&self) -> Option<f64> {
        (self.weight > 1e-9).then(|| self.sum / self.weight)
    }

    /// How much weight there is.
    pub(crate) fn weight(&self) -> f64 {
        self.weight
    }
}
