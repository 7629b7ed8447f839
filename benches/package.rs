//! What does it cost to hash a build context, and to write its archive?

use std::hint::black_box;
use std::io;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plimsoll::baseten::{archive_length, write_archive};
use serde_json::json;

fn benches(criterion: &mut Criterion) {
    let config = json!({ "model_name": "bench" });
    for (name, count, len) in [
        ("10,000 files of 4 KiB", 10_000, 4096),
        ("64 MiB in one", 1, 64 << 20),
    ] {
        let context = plimsoll_benches::context(count, len);
        let mut group = criterion.benchmark_group(name);
        group.sample_size(20);
        group.throughput(Throughput::Bytes(context.len_bytes()));
        group.bench_function("digest", |bencher| {
            bencher.iter(|| black_box(context.digest(&config, &mut |_| {})).is_ok());
        });
        group.throughput(Throughput::Bytes(archive_length(&context)));
        group.bench_function("tar and digest", |bencher| {
            bencher.iter(|| black_box(write_archive(&context, &config, &mut io::sink())).is_ok());
        });
        group.finish();
    }
}

criterion_group!(all, benches);
criterion_main!(all);
