//! The inputs of the benches. They are fixed: the same on every machine.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use plimsoll::context::{BuildContext, ContextFile};
use plimsoll::policy::{Decision, Observation, Sample, ScalingPolicy};
use plimsoll::tree::{MemoryTree, SourceTree};

/// The example with three environments, in memory.
#[must_use]
pub fn example() -> Arc<dyn SourceTree> {
    let text = include_str!("../examples/truss/llm-per-environment/config.yaml");
    Arc::new(MemoryTree::new().with("config.yaml", text))
}

/// The 209 real-world configurations that stand beside a checkout; empty where they do not.
#[must_use]
pub fn corpus() -> Vec<Arc<dyn SourceTree>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/truss/configs");
    let Ok(entries) = folder.read_dir() else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let texts = paths.iter().filter_map(|path| std::fs::read(path).ok());
    let tree =
        |text| -> Arc<dyn SourceTree> { Arc::new(MemoryTree::new().with("config.yaml", text)) };
    texts.map(tree).collect()
}

/// One configuration with `count` environments; 10,000 of them make 5 MB.
#[must_use]
pub fn wide(count: u32) -> Arc<dyn SourceTree> {
    let mut text = String::from(
        "model_name: wide\nresources: {cpu: '4', memory: 16Gi, accelerator: H100:2}\n\
         autoscaling_settings: {min_replicas: 1, max_replicas: 4}\nenvironment_overrides:\n",
    );
    for number in 0..count {
        let (replicas, padding) = (4 + number % 100, "x".repeat(270));
        text.push_str(&format!(
            "  env-{number}:\n    # {padding}\n    resources:\n      cpu: '8'\n      memory: 32Gi\n      \
             accelerator: {{count: 4}}\n    autoscaling_settings:\n      min_replicas: 2\n      \
             max_replicas: {replicas}\n      scaling_window_seconds: 60\n",
        ));
    }
    Arc::new(MemoryTree::new().with("config.yaml", text))
}

/// A chain file of at least `lines` lines: chainlets with configurations, methods and constants.
#[must_use]
pub fn chain(lines: usize) -> Arc<dyn SourceTree> {
    let mut text =
        String::from("import truss_chains as chains\n\nGPU = \"L4\"\nVERSION = \"2.3.0\"\n");
    let mut count = text.lines().count();
    let mut number = 0;
    while count < lines {
        let body: String = (0..30)
            .map(|line| {
                format!(
                    "        value_{line} = self._other.get(x + {line}, [x, {line}, \"text\"])\n"
                )
            })
            .collect();
        let chainlet = format!(
            "\n\nCPUS_{number} = {cpus} * 2\n\n\nclass Chainlet{number}(chains.ChainletBase):\n    \
             remote_config = chains.RemoteConfig(\n        \
             docker_image=chains.DockerImage(pip_requirements=[f\"torch=={{VERSION}}\"]),\n        \
             compute=chains.Compute(cpu_count=CPUS_{number}, gpu=GPU),\n    )\n\n    \
             def __init__(self{depends}):\n        self._other = {{}}\n\n    \
             async def run_remote(self, x: int) -> int:\n{body}        return x\n",
            cpus = number % 7 + 1,
            depends = if number == 0 {
                String::new()
            } else {
                format!(", other=chains.depends(Chainlet{}, retries=2)", number - 1)
            },
        );
        count += chainlet.lines().count();
        text.push_str(&chainlet);
        number += 1;
    }
    let last = format!("class Chainlet{}(", number - 1);
    let text = text.replace(&last, &format!("@chains.mark_entrypoint\n{last}"));
    Arc::new(MemoryTree::new().with("chain.py", text).focused("chain.py"))
}

/// A context of `count` files of `len` bytes each, of bytes that do not repeat soon.
#[must_use]
pub fn context(count: usize, len: usize) -> BuildContext {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let files = (0..count).map(|number| {
        let bytes: Vec<u8> = (0..len.div_ceil(8))
            .flat_map(|_| next())
            .take(len)
            .collect();
        ContextFile::of_bytes(&format!("data/{:03}/{number:06}.bin", number % 100), bytes)
    });
    BuildContext::new(files.collect()).expect("every path is its own")
}

/// Asks a policy for one decision after another, every two seconds, with two new samples of a second
/// each. The load rises and falls.
#[inline]
pub fn decisions<P: ScalingPolicy + ?Sized>(policy: &mut P) -> impl FnMut() -> Decision {
    const SECOND: u64 = 1_000_000_000;
    // In requests in flight.
    let loads: Vec<f64> = (0..1024)
        .map(|step| 40.0 + 30.0 * (f64::from(step) / 100.0).sin())
        .collect();
    let (mut tick, mut current) = (0_u64, 1);
    move || {
        tick += 1;
        let now_ns = tick * 2 * SECOND;
        let load = loads[(tick % 1024) as usize];
        let sample = |at_ns| Sample {
            at_ns,
            in_flight: load,
            arrivals: 40,
            completions: 40,
            service_time_seconds: load,
            ..Sample::default()
        };
        let samples = [sample(now_ns - SECOND), sample(now_ns)];
        let decision = policy.decide(black_box(&Observation {
            now_ns,
            target_rate: Some(40.0),
            samples: &samples,
            replicas: &[],
            current,
            ready: current,
            starting: 0,
            draining: 0,
            min: 0,
            max: 1000,
            backlog: 0,
            reachable: true,
        }));
        current = decision.desired.min(1000);
        decision
    }
}
