//! What does it cost to read, check and resolve a configuration?

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plimsoll::environment::Environment;
use plimsoll::overrides::DeepMerge;
use plimsoll::resolver::OverrideResolver as _;
use plimsoll::source::ConfigSource as _;
use plimsoll::tree::SourceTree;
use plimsoll::truss::TrussSource;

/// Reads and resolves; whether the configuration is accepted.
fn resolve(tree: &Arc<dyn SourceTree>, environment: Option<&Environment>) -> bool {
    let Ok(manifest) = TrussSource.load(tree) else {
        return false;
    };
    let workload = &manifest.workloads[0];
    black_box(DeepMerge.resolve(workload, environment, &manifest.files)).is_ok()
}

fn benches(criterion: &mut Criterion) {
    let production = Environment::production();
    let example = plimsoll_benches::example();
    criterion.bench_function("resolve one, for production", |bencher| {
        bencher.iter(|| resolve(&example, Some(&production)));
    });
    let wide = plimsoll_benches::wide(10_000);
    let mut group = criterion.benchmark_group("5 MB, 10,000 environments");
    group.sample_size(10);
    let one = Environment::new("env-7777");
    group.bench_function("resolve one of them", |bencher| {
        bencher.iter(|| resolve(&wide, Some(&one)));
    });
    group.finish();
    let corpus = plimsoll_benches::corpus();
    if corpus.is_empty() {
        return;
    }
    let mut group = criterion.benchmark_group("corpus");
    group.throughput(Throughput::Elements(corpus.len() as u64));
    group.bench_function("resolve 209 real-world configurations", |bencher| {
        bencher.iter(|| corpus.iter().filter(|tree| resolve(tree, None)).count());
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
