//! How many configurations a second are read, checked and resolved, on one core?
//!
//! The inputs are fixed: the real-world configurations that stand beside a checkout, or, where they
//! are not there, one of ours; and one file of 5 MB with ten thousand environments.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plimsoll_core::environment::Environment;
use plimsoll_core::resolver::OverrideResolver;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_overrides::DeepMerge;
use plimsoll_truss::TrussSource;

const CONFIGS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/data/truss/configs"
);

fn tree(text: String) -> Arc<dyn SourceTree> {
    Arc::new(MemoryTree::new().with("config.yaml", text))
}

fn corpus() -> Vec<Arc<dyn SourceTree>> {
    let files = Path::new(CONFIGS)
        .read_dir()
        .into_iter()
        .flatten()
        .flatten();
    let mut paths: Vec<_> = files.map(|file| file.path()).collect();
    paths.sort();
    let texts = paths
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok());
    let mut trees: Vec<_> = texts.map(tree).collect();
    if trees.is_empty() {
        trees.push(tree(
            "model_name: a\nresources: {accelerator: H100:2}\n".to_owned(),
        ));
    }
    trees
}

/// Reads and resolves one configuration; whether it is accepted.
fn resolve(tree: &Arc<dyn SourceTree>, environment: Option<&Environment>) -> bool {
    let Ok(manifest) = TrussSource.load(tree) else {
        return false;
    };
    let workload = &manifest.workloads[0];
    let effective = DeepMerge.resolve(workload, environment, &manifest.files);
    black_box(&effective).is_ok()
}

fn many_environments(count: u32) -> String {
    let mut text = String::from(
        "model_name: wide\nresources: {cpu: '4', memory: 16Gi, accelerator: H100:2}\n\
         autoscaling_settings: {min_replicas: 1, max_replicas: 4}\nenvironment_overrides:\n",
    );
    for number in 0..count {
        let replicas = 4 + number % 100;
        let padding = "x".repeat(270);
        let _ = write!(
            text,
            "  env-{number}:\n    # {padding}\n    resources:\n      cpu: '8'\n      memory: 32Gi\n      \
             accelerator: {{count: 4}}\n    autoscaling_settings:\n      min_replicas: 2\n      \
             max_replicas: {replicas}\n      scaling_window_seconds: 60\n",
        );
    }
    text
}

fn benches(criterion: &mut Criterion) {
    let trees = corpus();
    let mut group = criterion.benchmark_group("truss");
    group.throughput(Throughput::Elements(trees.len() as u64));
    group.bench_function("corpus", |bencher| {
        bencher.iter(|| trees.iter().filter(|tree| resolve(tree, None)).count());
    });
    let text = many_environments(10_000);
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.sample_size(10);
    let wide = tree(text);
    let environment = Environment::new("env-7777");
    group.bench_function("ten_thousand_environments", |bencher| {
        bencher.iter(|| resolve(&wide, Some(&environment)));
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
