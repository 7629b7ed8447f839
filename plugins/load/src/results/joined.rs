//! What is kept of each second, of a bounded number however long a run is.

/// What can be one with what follows it.
pub(crate) trait Join {
    /// Adds what follows.
    fn join(&mut self, next: Self);
}

/// One of each second; where there are more than are kept, they are joined two and two, and so are those
/// that follow.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Joined<T> {
    kept: Vec<T>,
    most: usize,
    /// Seconds that one is of, and how many the last is of yet.
    step: u32,
    last: u32,
}

impl<T: Join> Joined<T> {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            kept: Vec::new(),
            most: most.max(2),
            step: 1,
            last: 0,
        }
    }

    /// Adds that of a second.
    pub(crate) fn add(&mut self, second: T) {
        match self.kept.last_mut().filter(|_| self.last > 0) {
            Some(last) => last.join(second),
            None => self.kept.push(second),
        }
        self.last = (self.last + 1) % self.step;
        if self.kept.len() > self.most && self.last == 0 {
            self.halve();
        }
    }

    /// The last one that is kept.
    pub(crate) fn last_mut(&mut self) -> Option<&mut T> {
        self.kept.last_mut()
    }

    fn halve(&mut self) {
        let odd = self.kept.len() % 2;
        let mut ones = std::mem::take(&mut self.kept).into_iter();
        while let Some(mut one) = ones.next() {
            if let Some(next) = ones.next() {
                one.join(next);
            }
            self.kept.push(one);
        }
        self.kept.shrink_to_fit();
        // Where one was left over, it is half of what it is to be.
        self.last = if odd == 1 { self.step } else { 0 };
        self.step = self.step.saturating_mul(2);
    }

    /// In order of time.
    pub(crate) fn into_kept(self) -> Vec<T> {
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::{Join, Joined};

    /// From a second to a second.
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Span(u32, u32);

    impl Join for Span {
        fn join(&mut self, next: Self) {
            assert_eq!(self.1, next.0);
            self.1 = next.1;
        }
    }

    proptest! {
        #[test]
        fn however_many_there_are_they_are_few_of_one_length_and_nothing_is_lost(
            seconds in 0_u32..5000,
            most in 2_usize..100,
        ) {
            let mut joined = Joined::new(most);
            (0..seconds).for_each(|second| joined.add(Span(second, second + 1)));
            let kept = joined.into_kept();
            prop_assert!(kept.len() <= most + 1);
            prop_assert!(seconds < u32::try_from(most).unwrap() || kept.len() * 2 >= most);
            let mut at = 0;
            for (place, span) in kept.iter().enumerate() {
                prop_assert_eq!(span.0, at);
                at = span.1;
                if place + 1 < kept.len() {
                    prop_assert_eq!(span.1 - span.0, kept[0].1);
                }
            }
            prop_assert_eq!(at, seconds);
        }
    }
}
