//! How well supply follows demand, in the field's metrics.
//!
//! Herbst, Kounev and Reussner, "Elasticity in Cloud Computing: What It Is, and What It Is Not"
//! (ICAC 2013), and Herbst et al., "Ready for Rain? A View from SPEC Research on the Future of
//! Cloud Metrics" (2016). Demand is the fewest replicas whose capacity holds the work that arrives
//! in an interval; supply is the mean number of ready replicas in it.

use serde::Serialize;

/// The elasticity metrics of a run. Less is better in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Elasticity {
    /// Missing replicas relative to demand, over time, in percent (accuracy, under).
    pub under_provisioned_percent: f64,
    /// Replicas beyond demand relative to it, over time, in percent (accuracy, over).
    pub over_provisioned_percent: f64,
    /// Share of the time in which replicas are missing, from 0 to 1.
    pub under_provisioned_time: f64,
    /// Share of the time in which there are too many, from 0 to 1.
    pub over_provisioned_time: f64,
    /// Share of the time in which supply changes and demand does not change the same way, from 0
    /// to 1.
    pub instability: f64,
}

/// Adds up demand and supply, interval by interval.
#[derive(Clone, Debug)]
pub(super) struct Follower {
    /// The interval, in nanoseconds, and the work a replica does in a nanosecond.
    interval: u64,
    capacity: f64,
    filled: u64,
    work: u128,
    ready: u128,
    previous: Option<(f64, f64)>,
    /// Sums weighted by time.
    sums: Elasticity,
    time: f64,
    compared: f64,
}

impl Follower {
    pub(super) fn new(interval: u64, capacity: f64) -> Self {
        Self {
            interval: interval.max(1),
            capacity,
            filled: 0,
            work: 0,
            ready: 0,
            previous: None,
            sums: Elasticity::default(),
            time: 0.0,
            compared: 0.0,
        }
    }

    /// Adds a time of this length, the work that arrived in it and the replica time ready in it.
    pub(super) fn add(&mut self, length: u64, work: u64, ready: u128) {
        self.filled += length;
        self.work += u128::from(work);
        self.ready += ready;
        if self.filled >= self.interval {
            self.close();
        }
    }

    fn close(&mut self) {
        let length = self.filled as f64;
        let demand = (self.work as f64 / (length * self.capacity)).ceil();
        let supply = self.ready as f64 / length;
        (self.filled, self.work, self.ready) = (0, 0, 0);
        let sums = &mut self.sums;
        let relative = (demand - supply) / demand.max(1.0);
        sums.under_provisioned_percent += relative.max(0.0) * length;
        sums.over_provisioned_percent += (-relative).max(0.0) * length;
        sums.under_provisioned_time += f64::from(supply < demand) * length;
        sums.over_provisioned_time += f64::from(supply > demand) * length;
        self.time += length;
        if let Some((demand_before, supply_before)) = self.previous.replace((demand, supply)) {
            let moved = |now: f64, before: f64| (now > before, now < before);
            let (supply, demand) = (moved(supply, supply_before), moved(demand, demand_before));
            let unstable = supply != (false, false) && supply != demand;
            sums.instability += f64::from(unstable) * length;
            self.compared += length;
        }
    }

    pub(super) fn finish(mut self) -> Elasticity {
        if self.filled > 0 && self.time == 0.0 {
            self.close();
        }
        let time = self.time.max(1.0);
        let sums = self.sums;
        Elasticity {
            under_provisioned_percent: 100.0 * sums.under_provisioned_percent / time,
            over_provisioned_percent: 100.0 * sums.over_provisioned_percent / time,
            under_provisioned_time: sums.under_provisioned_time / time,
            over_provisioned_time: sums.over_provisioned_time / time,
            instability: sums.instability / self.compared.max(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Follower;

    #[test]
    fn a_worked_example() {
        // Demand 2, 4, 4, 2 and supply 2, 2, 4, 4, one second each.
        let mut follower = Follower::new(1000, 1.0);
        for (demand, supply) in [(2, 2), (4, 2), (4, 4), (2, 4)] {
            follower.add(1000, demand * 1000, supply * 1000);
        }
        let elasticity = follower.finish();
        assert_eq!(elasticity.under_provisioned_percent, 12.5);
        assert_eq!(elasticity.over_provisioned_percent, 25.0);
        assert_eq!(elasticity.under_provisioned_time, 0.25);
        assert_eq!(elasticity.over_provisioned_time, 0.25);
        // Supply grows in the third interval, in which demand does not.
        assert_eq!(elasticity.instability, 1.0 / 3.0);
    }
}
