//! Ready replicas by load, so that the least loaded is found at once.

use super::requests::NONE;

/// Ready replicas in one list a load. A load changes by one at a time, so the least stays known
/// without a search; only taking the last replica of the least load away searches upwards.
#[derive(Debug, Default)]
pub(super) struct Loads {
    /// By load, the first replica that has it.
    heads: Vec<u32>,
    /// By replica, its neighbours among those of its load.
    links: Vec<Link>,
    least: usize,
    members: u32,
}

#[derive(Clone, Copy, Debug)]
struct Link {
    before: u32,
    after: u32,
}

impl Loads {
    /// The least loaded replica. Of equals, the one that changed last.
    #[inline]
    pub(super) fn least(&self) -> Option<u32> {
        (self.members > 0).then(|| self.heads[self.least])
    }

    /// Adds a replica.
    pub(super) fn insert(&mut self, replica: u32, load: u32) {
        if self.links.len() <= replica as usize {
            self.links.resize(
                replica as usize + 1,
                Link {
                    before: NONE,
                    after: NONE,
                },
            );
        }
        self.link(replica, load as usize);
        if self.members == 0 || (load as usize) < self.least {
            self.least = load as usize;
        }
        self.members += 1;
    }

    /// Takes a replica away.
    pub(super) fn remove(&mut self, replica: u32, load: u32) {
        self.unlink(replica, load as usize);
        self.members -= 1;
        if self.members > 0 {
            while self.heads[self.least] == NONE {
                self.least += 1;
            }
        }
    }

    /// A replica's load has grown by one, from this.
    #[inline]
    pub(super) fn grown(&mut self, replica: u32, from: u32) {
        self.unlink(replica, from as usize);
        self.link(replica, from as usize + 1);
        // The replica itself is now at the next load.
        self.least += usize::from(self.heads[self.least] == NONE);
    }

    /// A replica's load has shrunk by one, from this.
    #[inline]
    pub(super) fn shrunk(&mut self, replica: u32, from: u32) {
        self.unlink(replica, from as usize);
        self.link(replica, from as usize - 1);
        self.least = self.least.min(from as usize - 1);
    }

    #[inline]
    fn link(&mut self, replica: u32, load: usize) {
        if self.heads.len() <= load {
            self.heads.resize(load + 1, NONE);
        }
        let after = std::mem::replace(&mut self.heads[load], replica);
        self.links[replica as usize] = Link {
            before: NONE,
            after,
        };
        if after != NONE {
            self.links[after as usize].before = replica;
        }
    }

    #[inline]
    fn unlink(&mut self, replica: u32, load: usize) {
        let Link { before, after } = self.links[replica as usize];
        if before == NONE {
            self.heads[load] = after;
        } else {
            self.links[before as usize].after = after;
        }
        if after != NONE {
            self.links[after as usize].before = before;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, prop_assert_eq, proptest};

    use super::Loads;

    proptest! {
        #[test]
        fn the_least_is_the_least(steps in prop::collection::vec((0_u32..8, 0_u32..4), 1..200)) {
            let mut loads = Loads::default();
            let mut model: [Option<u32>; 8] = [None; 8];
            for (replica, step) in steps {
                let slot = &mut model[replica as usize];
                match (*slot, step) {
                    (None, _) => {
                        loads.insert(replica, step);
                        *slot = Some(step);
                    }
                    (Some(load), 0) => {
                        loads.remove(replica, load);
                        *slot = None;
                    }
                    (Some(load), 1) if load > 0 => {
                        loads.shrunk(replica, load);
                        *slot = Some(load - 1);
                    }
                    (Some(load), _) => {
                        loads.grown(replica, load);
                        *slot = Some(load + 1);
                    }
                }
                let expected = model.iter().flatten().min().copied();
                let found = loads.least().and_then(|replica| model[replica as usize]);
                prop_assert_eq!(found, expected);
            }
        }
    }
}
