//! What does it cost to share a budget over 100,000 endpoints? The goal is 10 ms.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plimsoll::distribution::{Demand, DistributionStrategy, Priority};
use plimsoll::strategies::{Equal, PriorityBased, Proportional};

const ENDPOINTS: u32 = 100_000;

/// Endpoints of all weights, bounds and ranks, the same on every run.
fn demands() -> Vec<Demand> {
    (0..ENDPOINTS)
        .map(|index| {
            // A walk that meets every residue, as the step has no factor in common with the size.
            let mixed = index.wrapping_mul(2_654_435_761) >> 8;
            let min = mixed % 4;
            Demand {
                desired: min,
                min,
                max: min + 1 + mixed % 97,
                weight: f64::from(mixed % 1_000) / 8.0,
                priority: [Priority::High, Priority::Medium, Priority::Low][(mixed % 3) as usize],
            }
        })
        .collect()
}

/// Endpoints that are awkward to share over, each in its own way.
fn awkward() -> [(&'static str, u32, Vec<Demand>); 4] {
    let plain = |weight: f64, min: u32, max: u32| Demand {
        desired: min,
        min,
        max,
        weight,
        priority: Priority::Medium,
    };
    let made = |demand: &dyn Fn(u32) -> Demand| (0..ENDPOINTS).map(demand).collect();
    [
        // Each maximum is met at a level of its own, nearly all below the budget's.
        (
            "maximums met one by one",
            2_500_000,
            made(&|index| plain(f64::from(ENDPOINTS - index), 0, 26 + index % 3)),
        ),
        // Each minimum is left at a level of its own.
        (
            "minimums left one by one",
            800_000,
            made(&|index| plain(1.0 + f64::from(index), index % 13, 1_000_000)),
        ),
        (
            "equal weights",
            2_549_999,
            made(&|_| plain(1.0, 0, 1_000_000)),
        ),
        // From 1 down to 1e-300.
        (
            "geometric weights",
            2_500_000,
            made(&|index| plain((-0.003 * f64::from(index)).exp2(), 1, 50)),
        ),
    ]
}

fn benches(criterion: &mut Criterion) {
    let demands = demands();
    let mut allocations = vec![0; demands.len()];
    let mut group = criterion.benchmark_group("share over 100,000 endpoints");
    group.throughput(Throughput::Elements(u64::from(ENDPOINTS)));
    group.sample_size(50);
    let strategies: [(&str, &dyn DistributionStrategy); 3] = [
        ("proportional", &Proportional),
        ("equal", &Equal),
        ("priority-based", &PriorityBased),
    ];
    for (name, strategy) in strategies {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let shared = strategy.distribute(2_500_000, &demands, &mut allocations);
                assert!(shared.is_ok());
                black_box(&allocations);
            });
        });
    }
    for (name, budget, demands) in awkward() {
        group.bench_function(format!("proportional, {name}"), |bencher| {
            bencher.iter(|| {
                let shared = Proportional.distribute(budget, &demands, &mut allocations);
                assert!(shared.is_ok());
                black_box(&allocations);
            });
        });
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
