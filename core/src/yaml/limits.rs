//! What the reader will spend on one input.

/// Collections are read by recursion, so a deeper limit than this is not honoured.
const DEEPEST: usize = 250;

/// Bounds on one document. Whoever sends a larger one gets an error, never a hang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest input, in bytes. More than 4 GiB is never read.
    pub bytes: usize,
    /// Deepest nesting of collections, aliases expanded. At most 250 is honoured.
    pub depth: usize,
    /// Most values, keys included and aliases expanded; every 64 bytes of a scalar count as one
    /// more, so that this bounds memory as well.
    pub nodes: usize,
}

impl Limits {
    pub(super) fn depth(&self) -> usize {
        self.depth.min(DEEPEST)
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes.min(u32::MAX as usize - 1)
    }
}

/// 16 MiB, 100 levels, 2,000,000 values.
impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 16 << 20,
            depth: 100,
            nodes: 2_000_000,
        }
    }
}
