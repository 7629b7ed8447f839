//! `Compute`: what is written of it, and the resources of a Truss that it comes to.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::schema::{Custom, Default, Extra, Field, Form, MAX, MIN, Model, Reader, Type};
use plimsoll_core::suggest::did_you_mean;
use plimsoll_core::value::{Key, Map, Node, Value};
use plimsoll_truss::{ACCELERATORS, check_memory};
use serde_json::{Value as Json, json};

use super::lower::{DOMAIN, Lower, Needed};
use crate::python::known::Class;
use crate::python::value::Kind;

/// The arguments of `Compute`, in the order of their positions.
pub(crate) static COMPUTE: Model = Model {
    extra: Extra::Forbid,
    after: Some(count_of),
    ..Model::new(
        "Compute",
        "Processors, memory, accelerators and concurrency of one replica.",
        &[
            Field::new(
                "cpu_count",
                Type::Int(MIN, MAX),
                Default::Int(1),
                "Processors.",
            ),
            Field::new(
                "memory",
                Type::StrWith(check_memory),
                Default::Str("2Gi"),
                "Memory, with a unit.",
            ),
            Field::new(
                "gpu",
                Type::Custom(&Gpu),
                Default::Null,
                "Which accelerator.",
            ),
            // Looked at where there is an accelerator alone, as the real one does.
            Field::new(
                "gpu_count",
                Type::Any,
                Default::Int(1),
                "How many accelerators.",
            ),
            Field::new(
                "predict_concurrency",
                Type::Custom(&Concurrency),
                Default::Int(1),
                "How many requests a replica takes at a time, or \"cpu_count\".",
            ),
            Field::new(
                "instance_type",
                Type::Nullable(&Type::Str),
                Default::Null,
                "Name of an instance type. The platform then ignores the other resources.",
            ),
        ],
    )
};

static COUNT: Type = Type::Int(0, MAX);

/// The type of `gpu`: an accelerator by its exact name; what Python takes for false is none.
#[derive(Debug)]
struct Gpu;

impl Custom for Gpu {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        if !is_given(node) {
            node.value = Value::Null;
            return;
        }
        let Some(name) = node.as_str() else {
            return reader.wrong_type(node, "the name of an accelerator, or None");
        };
        if ACCELERATORS.contains(&name) {
            return;
        }
        let message = format!("there is no accelerator `{name}`");
        let base = name.split(':').next().unwrap_or(name);
        let hint = if base != name && ACCELERATORS.contains(&base) {
            Some(format!("write gpu=\"{base}\", and the count as gpu_count"))
        } else {
            did_you_mean(&name[..name.floor_char_boundary(32)], ACCELERATORS)
        };
        let problem = Diagnostic::error(reader.code("unknown-value"), message)
            .at(node.span())
            .expected(format!("one of {}", ACCELERATORS.join(", ")));
        reader.push(problem.maybe_hint(hint));
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        node.clone()
    }

    fn schema(&self) -> Json {
        json!({ "anyOf": [{ "enum": ACCELERATORS }, { "type": "null" }] })
    }

    fn describe(&self) -> String {
        "the name of an accelerator, or None".to_owned()
    }
}

/// The type of `predict_concurrency`: an integer that is written as one, or "`cpu_count`".
#[derive(Debug)]
struct Concurrency;

impl Custom for Concurrency {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        match &node.value {
            Value::Int(_) | Value::BigInt(_) => {}
            Value::Bool(flag) => node.value = Value::Int(i64::from(*flag)),
            Value::Str(text) if &**text == CPU_COUNT => {}
            _ => reader.wrong_type(node, "an integer, or \"cpu_count\""),
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        node.clone()
    }

    fn schema(&self) -> Json {
        json!({ "anyOf": [{ "type": "integer" }, { "const": CPU_COUNT }] })
    }

    fn describe(&self) -> String {
        "an integer, or \"cpu_count\"".to_owned()
    }
}

/// As many requests at a time as there are processors.
const CPU_COUNT: &str = "cpu_count";

/// The count is checked where there is an accelerator to count.
fn count_of(node: &mut Node, reader: &mut Reader<'_>) {
    if !node.get("gpu").is_some_and(is_given) {
        return;
    }
    if let Some(count) = node.as_map_mut().and_then(|map| map.get_mut("gpu_count")) {
        reader.below("gpu_count", |reader| reader.value(&COUNT, count));
    }
}

fn is_given(gpu: &Node) -> bool {
    match &gpu.value {
        Value::Null | Value::Bool(false) | Value::Int(0) => false,
        Value::Str(text) => !text.is_empty(),
        Value::Float(number) => *number != 0.0,
        Value::List(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
        _ => true,
    }
}

/// The arguments of a `Compute` that are written, as a checked mapping.
pub(crate) fn compute_of(
    lower: &mut Lower<'_, '_>,
    needed: Needed<'_>,
    place: &[&str],
) -> Option<Node> {
    if !lower.is_known(needed.value) {
        return None;
    }
    let object = match &needed.value.kind {
        Kind::Object(object) if object.class == Class::Compute => object,
        _ => {
            let message = format!(
                "`{}` must be a Compute, and is {}",
                place.join("."),
                needed.value.describe()
            );
            let problem = lower.problem("chain::wrong-type", needed.value.at, message);
            lower.push(
                problem
                    .expected("a Compute")
                    .hint("write chains.Compute(…)"),
            );
            return None;
        }
    };
    let count = lower.items.len();
    let parameters = Class::Compute.parameters()?;
    let bound = lower.bind(object, parameters, true);
    let mut map = Map::new();
    for (name, argument) in bound.iter() {
        let outer = lower.argument.replace(argument.at);
        let node = lower.node(argument.value);
        lower.argument = outer;
        if let Some(node) = node {
            map.insert(Key::from(name), lower.span(argument.at), node);
        }
    }
    let mut node = lower.placed(Value::Map(Box::new(map)), needed.value.at);
    static KIND: Type = Type::Model(&COMPUTE);
    lower.check(place, &KIND, &mut node);
    lower.is_sound_since(count).then_some(node)
}

/// Brings `compute` of a merged whole into the keys of a Truss: `resources`, and
/// `runtime.predict_concurrency`. Every value keeps the origin of the argument it comes from.
pub(crate) fn lowered(map: &mut Map, found: &mut Vec<Diagnostic>) {
    let Some(entry) = map.remove("compute") else {
        return;
    };
    let mut compute = entry.value;
    let count = found.len();
    let mut reader = Reader::again(DOMAIN, found);
    reader.below("compute", |reader| reader.model(&COMPUTE, &mut compute));
    if reader.has_errors_since(count) {
        return;
    }
    warn_of_count(&compute, found);
    let mut resources = Map::new();
    if let Some(cpu) = compute.get("cpu_count") {
        let text = match &cpu.value {
            Value::Int(number) => number.to_string(),
            Value::BigInt(digits) => digits.to_string(),
            _ => String::new(),
        };
        resources.set(
            "cpu",
            Node::with_origin(Value::Str(text.into()), cpu.origin),
        );
    }
    if let Some(memory) = compute.get("memory") {
        resources.set("memory", memory.clone());
    }
    if let Some(gpu) = compute.get("gpu") {
        resources.set("accelerator", accelerator(gpu, compute.get("gpu_count")));
    }
    if let Some(instance) = compute.get("instance_type") {
        resources.set("instance_type", instance.clone());
    }
    let concurrency = compute
        .get("predict_concurrency")
        .map(|node| match node.as_str() {
            Some(_) => {
                // As many as the processors, whichever layer sets those; one where none does.
                let cpus = compute.get(CPU_COUNT).cloned();
                cpus.unwrap_or_else(|| Node::with_origin(Value::Int(1), node.origin))
            }
            None => node.clone(),
        });
    map.set(
        "resources",
        Node::with_origin(Value::Map(Box::new(resources)), compute.origin),
    );
    if let Some(concurrency) = concurrency {
        let origin = concurrency.origin;
        if map
            .get("runtime")
            .is_none_or(|runtime| runtime.as_map().is_none())
        {
            map.set(
                "runtime",
                Node::with_origin(Value::Map(Box::default()), origin),
            );
        }
        if let Some(runtime) = map.get_mut("runtime").and_then(Node::as_map_mut) {
            runtime.set("predict_concurrency", concurrency);
        }
    }
}

fn accelerator(gpu: &Node, count: Option<&Node>) -> Node {
    if !is_given(gpu) {
        return Node::with_origin(Value::Null, gpu.origin);
    }
    let mut map = Map::with_capacity(2);
    map.set("accelerator", gpu.clone());
    if let Some(count) = count {
        map.set("count", count.clone());
    }
    Node::with_origin(Value::Map(Box::new(map)), gpu.origin)
}

/// A count that meets no accelerator counts for nothing.
fn warn_of_count(compute: &Node, found: &mut Vec<Diagnostic>) {
    let Some(count) = compute.get("gpu_count") else {
        return;
    };
    let gpu = compute.get("gpu");
    if gpu.is_some_and(is_given) {
        return;
    }
    // Where the accelerator is taken away on purpose, its count is left over.
    let removed = gpu.is_some_and(|gpu| gpu.origin.layer > count.origin.layer);
    if !removed {
        let message = "`gpu_count` counts for nothing: there is no `gpu`";
        let problem = Diagnostic::warning("chain::count-without-gpu", message).at(count.span());
        found.push(problem.hint("name one: gpu=\"H100\""));
    }
}
