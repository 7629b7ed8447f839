//! What does it cost to read a chain?

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use plimsoll::chains::ChainSource;
use plimsoll::source::ConfigSource as _;
use plimsoll::tree::SourceTree;

fn benches(criterion: &mut Criterion) {
    let tree: Arc<dyn SourceTree> = plimsoll_benches::chain(10_000);
    assert!(ChainSource.load(&tree).is_ok(), "the chain is read");
    criterion.bench_function("read a chain of 10,000 lines", |bencher| {
        bencher.iter(|| black_box(ChainSource.load(&tree)).is_ok());
    });
}

criterion_group!(all, benches);
criterion_main!(all);
