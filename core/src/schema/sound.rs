//! What was read well, so that rules across keys pass over the rest.

use std::collections::HashSet;

use super::Reader;
use crate::pointer::Pointer;

/// The places whose values are wrong, or missing.
#[derive(Debug, Default)]
pub(super) struct Unsound(HashSet<Pointer>);

impl Unsound {
    pub(super) fn note(&mut self, place: &Pointer) {
        self.0.insert(place.clone());
    }

    /// Whether a place below `from`, or one that holds it, is wrong.
    fn has(&self, from: &Pointer, place: &str) -> bool {
        let mut at = from.clone();
        place.split('/').any(|token| {
            at.push(token);
            self.0.contains(&at)
        })
    }
}

impl Reader<'_> {
    /// Whether these places, such as `build/base_model`, were read without an error. So is one that
    /// is not written, and one that is sound itself and holds what is not.
    ///
    /// A rule asks this of all that it looks at. What was meant by a wrong value is not known, so a
    /// rule over it would only say the same error in other words.
    #[must_use]
    pub fn sound(&self, places: &[&str]) -> bool {
        let wrong = |place: &&str| self.unsound.has(&self.path, place);
        self.unsound.0.is_empty() || !places.iter().any(wrong)
    }
}
