//! Demands: what strategies share a budget over.

use plimsoll_core::distribution::{Demand, DistributionError, DistributionStrategy, Priority};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A budget, and those who ask for it.
#[derive(Clone, Debug)]
pub struct Sharing {
    /// How many workers there are.
    pub budget: u32,
    /// What is asked of them; where something is wrong with it, it is one thing.
    pub demands: Vec<Demand>,
    /// How many allocations there is room for; but for one kind of fault, as many as demands.
    pub room: usize,
}

/// What stands in an allocation before anything is written to it.
pub(super) const BEFORE: u32 = 0xDEAD;

impl Sharing {
    /// The shares that a strategy gives. On an error they are what stood there before.
    pub fn of(
        &self,
        strategy: &dyn DistributionStrategy,
    ) -> (Result<(), DistributionError>, Vec<u32>) {
        let mut allocations = vec![BEFORE; self.room];
        let result = strategy.distribute(self.budget, &self.demands, &mut allocations);
        (result, allocations)
    }
}

/// A weight: most are whole numbers, some are the largest and the smallest there are.
pub fn weight() -> impl Strategy<Value = f64> {
    let extreme = vec![0.0, 1e300, f64::MAX, 1e-300, f64::MIN_POSITIVE];
    prop_oneof![
        4 => (0_u32..12).prop_map(f64::from),
        3 => 0.0..10.0,
        1 => select(extreme),
    ]
}

/// A demand that is sound.
pub fn demand() -> impl Strategy<Value = Demand> {
    let priority = select(vec![Priority::Low, Priority::Medium, Priority::High]);
    let bounds = prop_oneof![
        6 => (0_u32..6, 0_u32..12),
        1 => (0_u32..3, Just(u32::MAX - 3)),
        1 => (Just(0), 0_u32..100_000),
    ];
    let desired = prop_oneof![4 => 0_u32..20, 1 => any::<u32>()];
    (bounds, weight(), priority, desired).prop_map(|((min, room), weight, priority, desired)| {
        Demand {
            desired,
            min,
            max: min + room,
            weight,
            priority,
        }
    })
}

/// Demands that are sound; their minimums may exceed a budget.
pub fn demands() -> impl Strategy<Value = Vec<Demand>> {
    proptest::collection::vec(demand(), 0..24)
}

/// A budget and demands, some of which are not sound.
pub fn sharing() -> impl Strategy<Value = Sharing> {
    let budget = prop_oneof![4 => 0_u32..300, 1 => any::<u32>()];
    let fault = proptest::option::weighted(0.3, fault());
    (budget, demands(), fault).prop_map(|(budget, demands, fault)| {
        let room = demands.len();
        let mut sharing = Sharing {
            budget,
            demands,
            room,
        };
        if let Some(fault) = fault {
            fault.put_into(&mut sharing);
        }
        sharing
    })
}

/// One thing that is wrong.
#[derive(Clone, Debug)]
enum Fault {
    Weight(Index, f64),
    Bounds(Index),
    Room(bool),
}

fn fault() -> impl Strategy<Value = Fault> {
    let numbers = vec![
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -1.0,
        -f64::MIN_POSITIVE,
    ];
    prop_oneof![
        (any::<Index>(), select(numbers)).prop_map(|(place, weight)| Fault::Weight(place, weight)),
        any::<Index>().prop_map(Fault::Bounds),
        any::<bool>().prop_map(Fault::Room),
    ]
}

impl Fault {
    fn put_into(self, sharing: &mut Sharing) {
        // It is to be the one thing that is wrong.
        sharing.budget = u32::MAX;
        let count = sharing.demands.len();
        match self {
            Self::Room(false) if count > 0 => sharing.room -= 1,
            Self::Room(_) => sharing.room += 1,
            _ if count == 0 => {}
            Self::Weight(place, weight) => sharing.demands[place.index(count)].weight = weight,
            Self::Bounds(place) => {
                let demand = &mut sharing.demands[place.index(count)];
                (demand.min, demand.max) = (5, 4);
            }
        }
    }
}
