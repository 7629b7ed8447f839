//! The life of replicas: asked for, starting, ready, draining, gone.

use super::heap::{Event, What};
use super::pool::Pool;
use super::replicas::{Counts, Phase, Replica};

impl Pool {
    /// Brings the number of replicas that start or are ready to this, and makes it the target.
    pub(super) fn scale_to(&mut self, target: u32) {
        self.target = target;
        let count = self.counts.starting + self.counts.ready;
        for _ in count..target {
            self.start();
        }
        self.stop(count.saturating_sub(target));
    }

    fn start(&mut self) {
        let delay = self.cold_start.draw(&mut self.cold_starts);
        let replica = self.occupy();
        self.count(|counts| counts.starting += 1);
        self.starts += 1;
        let generation = self.replicas[replica as usize].generation;
        let at = self.now.saturating_add(delay);
        self.events.push(Event::new(
            at,
            What::Ready {
                replica,
                generation,
            },
        ));
    }

    /// Adds replicas that are ready at once: those that were there before the beginning.
    pub(super) fn start_ready(&mut self, count: u32) {
        self.target += count;
        for _ in 0..count {
            let replica = self.occupy();
            self.count(|counts| counts.starting += 1);
            self.become_ready(replica);
            if let Some(lane) = &mut self.lane {
                lane.open(replica, self.concurrency, self.now);
            }
        }
    }

    fn occupy(&mut self) -> u32 {
        let replica = self.vacant.pop().unwrap_or_else(|| {
            self.replicas.push(Replica::default());
            u32::try_from(self.replicas.len() - 1).unwrap_or(u32::MAX)
        });
        let slot = &mut self.replicas[replica as usize];
        slot.phase = Phase::Starting;
        slot.generation = slot.generation.wrapping_add(1);
        slot.asked_at = self.now;
        slot.changed_at = self.now;
        (slot.moment, slot.seen) = (0, 0);
        replica
    }

    pub(super) fn become_ready(&mut self, replica: u32) {
        self.count(|counts| {
            counts.starting -= 1;
            counts.ready += 1;
        });
        let position = u32::try_from(self.ready.len()).unwrap_or(u32::MAX);
        self.ready.push(replica);
        let slot = &mut self.replicas[replica as usize];
        slot.phase = Phase::Ready;
        slot.changed_at = self.now;
        slot.ready_at = self.now;
        slot.position = position;
        if self.by_load {
            self.loads.insert(replica, 0);
        }
        if !self.in_lane {
            self.release(replica);
        }
    }

    /// Gives requests that wait for any replica to one that has become ready, as many as it has
    /// room for. The others go to whichever has room next, in order.
    fn release(&mut self, replica: u32) {
        loop {
            let load = self.replicas[replica as usize].load();
            if load >= self.concurrency {
                break;
            }
            let Some(request) = self.queue.pop(&self.requests) else {
                break;
            };
            self.waiting -= 1;
            self.moments.waiting = self.moments.waiting.wrapping_sub(self.now);
            if self.by_load {
                self.loads.grown(replica, load);
            }
            self.begin(replica, request);
        }
    }

    /// Stops replicas: those that started last of those that are not ready, then the least
    /// loaded, of equals the youngest.
    fn stop(&mut self, count: u32) {
        let mut left = count as usize;
        for phase in [Phase::Starting, Phase::Ready] {
            if left == 0 {
                break;
            }
            let mut found: Vec<(u32, u64, u32)> = (0_u32..)
                .zip(&self.replicas)
                .filter(|(_, slot)| slot.phase == phase)
                .map(|(replica, slot)| (slot.load(), u64::MAX - slot.asked_at, replica))
                .collect();
            found.sort_unstable();
            found.truncate(left);
            left -= found.len();
            for (load, _, replica) in found {
                self.stop_one(replica, load, phase);
            }
        }
    }

    fn stop_one(&mut self, replica: u32, load: u32, phase: Phase) {
        if phase == Phase::Starting {
            self.count(|counts| {
                counts.starting -= 1;
                counts.draining += 1;
            });
            return self.terminate(replica);
        }
        if self.by_load {
            self.loads.remove(replica, load);
        }
        let position = self.replicas[replica as usize].position;
        self.ready.swap_remove(position as usize);
        if let Some(moved) = self.ready.get(position as usize) {
            self.replicas[*moved as usize].position = position;
        }
        self.count(|counts| {
            counts.ready -= 1;
            counts.draining += 1;
        });
        let slot = &mut self.replicas[replica as usize];
        slot.phase = Phase::Draining;
        slot.changed_at = self.now;
        if let Some(mut lane) = self.lane.take() {
            self.leave_lane(&mut lane, replica);
            self.lane = Some(lane);
        }
        if load == 0 {
            self.terminate(replica);
        }
    }

    pub(super) fn terminate(&mut self, replica: u32) {
        self.count(|counts| counts.draining -= 1);
        self.replicas[replica as usize].phase = Phase::Terminated;
        self.vacant.push(replica);
    }

    /// Changes the counts of replicas, after adding up what they were until now.
    fn count(&mut self, change: impl FnOnce(&mut Counts)) {
        self.settle();
        change(&mut self.counts);
    }

    /// Adds up replica time until now.
    pub(super) fn settle(&mut self) {
        self.areas.add(self.counts, self.now - self.counted_at);
        self.counted_at = self.now;
    }
}
