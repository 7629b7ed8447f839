//! Makes the chainlets of a chain out of its classes.

use std::sync::Arc;

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::environment::Environment;
use plimsoll_core::layer::{LayerName, Layers};
use plimsoll_core::rules::WorkloadRules;
use plimsoll_core::schema::Reader;
use plimsoll_core::span::{SourceMap, Span};
use plimsoll_core::tree::SourceTree;
use plimsoll_core::value::{Key, Map, Node, Value};
use plimsoll_truss::{TRUSS, TrussRules, warn_of_unknown_keys};
use sha2::{Digest as _, Sha256};

use crate::chain::{Body, Chainlet, Code, Endpoint, Parameter, Wanted};
use crate::config::{Lower, Remote, SECRET, lowered, remote_config};
use crate::dependencies::{Dependency, Need};
use crate::endpoint::{endpoint, is_healthy};
use crate::python::known::Base;
use crate::python::load::Place;
use crate::python::value::{Kind, PathForm, Val};
use crate::python::{Found, below};
use crate::rules;
use crate::subtree::folder;

/// The secret that lets a chainlet call others.
const API_KEY: &str = "baseten_chain_api_key";

/// A class on its way to a chainlet.
pub(crate) struct Draft {
    pub(crate) class: usize,
    pub(crate) base: Base,
    pub(crate) remote: Remote,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) endpoint: Endpoint,
    pub(crate) is_healthy: Option<bool>,
    pub(crate) display_name: String,
}

/// Reads what a class says by itself.
pub(crate) fn draft(
    lower: &mut Lower<'_, '_>,
    tree: &dyn SourceTree,
    class: usize,
    base: Base,
) -> Draft {
    let interpreter = lower.interpreter;
    let info = &interpreter.classes[class];
    if let Some(why) = &info.changed {
        lower.refuse(why);
    }
    let mut loads = Vec::new();
    let mut remote = None;
    match interpreter.attribute(class, "remote_config") {
        Found::Bound(binding) if base != Base::Truss => {
            let (value, load) = interpreter.bound(binding);
            loads.push(load);
            remote = remote_config(lower, tree, value);
        }
        Found::Unknown(why) => lower.refuse(&why),
        _ => {}
    }
    let remote = remote.unwrap_or_default();
    let (dependencies, more) = match base {
        Base::Truss => (Vec::new(), Vec::new()),
        _ => crate::dependencies::dependencies(lower, class),
    };
    loads.extend(more);
    for why in interpreter.unsettled(&loads, info.time) {
        lower.refuse(&why);
    }
    let (endpoint, is_healthy) = match base {
        Base::Chainlet => (endpoint(lower, class), is_healthy(lower, class)),
        Base::Engine(brings) if !brings => (endpoint(lower, class), None),
        _ => (Endpoint::default(), None),
    };
    let name = remote.name.as_ref().and_then(Node::as_str);
    let display_name = name.unwrap_or(info.def.name.as_str()).to_owned();
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !display_name.bytes().all(sound) {
        let at = Place {
            module: info.module,
            range: info.def.name.range,
        };
        let span = remote
            .name
            .as_ref()
            .and_then(Node::span)
            .or_else(|| lower.span(at));
        let message = format!("a chainlet cannot be named {display_name:?}");
        let problem = Diagnostic::error("chain::name", message).at(span);
        lower.push(problem.expected("letters a to z, digits, `_` and `-`"));
    }
    Draft {
        class,
        base,
        remote,
        dependencies,
        endpoint,
        is_healthy,
        display_name,
    }
}

/// A chainlet, and the rules of its workload.
pub(crate) struct Made {
    pub(crate) chainlet: Chainlet,
    pub(crate) rules: Arc<dyn WorkloadRules>,
}

/// Makes the chainlet of a draft. `drafts` are those of the whole chain, in their order.
pub(crate) fn make(
    lower: &mut Lower<'_, '_>,
    tree: &Arc<dyn SourceTree>,
    files: &mut SourceMap,
    chain: &str,
    drafts: &[Draft],
    position: usize,
) -> Option<Made> {
    let draft = drafts.get(position)?;
    let interpreter = lower.interpreter;
    let info = &interpreter.classes[draft.class];
    let at = Place {
        module: info.module,
        range: info.def.name.range,
    };
    let class = info.def.name.to_string();
    let span = lower.span(at)?;
    let name_span = draft
        .remote
        .name
        .as_ref()
        .and_then(Node::span)
        .unwrap_or(span);
    let suffix = Sha256::digest(format!("{chain}\0{class}"));
    let suffix: String = suffix
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let model_name = Node::at(
        Value::Str(format!("{}-{suffix}", draft.display_name).into()),
        name_span,
    );
    let (body, layers, rules): (_, _, Arc<dyn WorkloadRules>) = match draft.base {
        Base::Truss => {
            let (dir, layers) = truss(lower, tree, files, draft.class, &model_name, at)?;
            (Body::Truss { dir }, layers, Arc::new(TrussRules))
        }
        Base::Engine(_) => {
            let engine = engine(lower, draft, at);
            let base = base(lower, draft, model_name, engine, None, span);
            (
                Body::Engine,
                layered(base, draft, span),
                Arc::new(rules::engine()),
            )
        }
        _ => {
            let metadata = chains_metadata(lower, draft, drafts);
            let base = base(lower, draft, model_name, None, Some(metadata), span);
            let code = code(draft, drafts);
            let file = code.image.requirements_file.as_deref().unwrap_or_default();
            let requirements = match file.rsplit('/').next().unwrap_or_default() {
                name @ ("pyproject.toml" | "uv.lock") => name,
                _ => "pip_requirements.txt",
            };
            let rules = Arc::new(rules::code(requirements));
            (Body::Code(code), layered(base, draft, span), rules)
        }
    };
    let chainlet = Chainlet {
        class,
        display_name: draft.display_name.clone(),
        file: interpreter.program.modules[info.module].path.clone(),
        span,
        body,
        layers,
    };
    Some(Made { chainlet, rules })
}

fn code(draft: &Draft, drafts: &[Draft]) -> Code {
    let parameters = draft.dependencies.iter().filter_map(|dependency| {
        let value = match &dependency.wanted {
            Need::Context => Wanted::Context,
            Need::Class { class, .. } => {
                Wanted::Chainlet(drafts.iter().position(|draft| draft.class == *class)?)
            }
        };
        Some(Parameter {
            name: dependency.name.clone(),
            value,
        })
    });
    Code {
        parameters: parameters.collect(),
        endpoint: draft.endpoint.clone(),
        is_healthy: draft.is_healthy,
        image: draft.remote.image.clone(),
    }
}

/// The base layer and those of the environments.
fn layered(base: Map, draft: &Draft, span: Span) -> Layers {
    let block = |map: Map, span| Node::at(Value::Map(Box::new(map)), span);
    let mut layers = Layers::new();
    layers.push(LayerName::Base, block(base, span));
    for (name, place, layer) in &draft.remote.environments {
        let name = LayerName::Environment(Environment::new(name));
        layers.push(name, block(layer.clone(), place.unwrap_or(span)));
    }
    layers
}

/// The keys of the Truss, with `compute` and `autoscaling_settings` as they are written.
fn base(
    lower: &mut Lower<'_, '_>,
    draft: &Draft,
    model_name: Node,
    engine: Option<Node>,
    metadata: Option<Node>,
    span: Span,
) -> Map {
    let remote = &draft.remote;
    let is_code = metadata.is_some();
    let mut base = Map::new();
    base.set("model_name", model_name);
    for entry in &remote.base {
        base.insert(entry.key.clone(), entry.key_span, entry.value.clone());
    }
    let mut runtime = remote.runtime.clone();
    transport(lower, draft, &mut runtime, span);
    if let Some(checks) = remote.extras.health_checks.as_ref().filter(|_| is_code) {
        runtime.set("health_checks", checks.clone());
    }
    if !runtime.is_empty() {
        base.set("runtime", Node::at(Value::Map(Box::new(runtime)), span));
    }
    let written = remote.extras.metadata.clone();
    let mut whole = written.unwrap_or_else(|| Node::at(Value::Map(Box::default()), span));
    if let (Some(metadata), Some(map)) = (metadata, whole.as_map_mut()) {
        map.set("chains_metadata", metadata);
    }
    base.set("model_metadata", whole);
    if is_code {
        let secrets = base.remove("secrets").map(|entry| entry.value);
        let mut secrets = secrets.unwrap_or_else(|| Node::at(Value::Map(Box::default()), span));
        if let Some(map) = secrets.as_map_mut().filter(|map| !map.contains(API_KEY)) {
            map.set(API_KEY, Node::at(Value::Str(SECRET.into()), span));
        }
        base.set("secrets", secrets);
    }
    if let Some(engine) = engine {
        base.set("trt_llm", engine);
    }
    check(lower, &base, span);
    base
}

/// Checks what the base comes to by the tables of Truss.
fn check(lower: &mut Lower<'_, '_>, base: &Map, span: Span) {
    let mut whole = base.clone();
    let mut found = Vec::new();
    lowered(&mut whole, &mut found);
    let mut whole = Node::at(Value::Map(Box::new(whole)), span);
    Reader::new(plimsoll_truss::DOMAIN, &mut found).model(&TRUSS, &mut whole);
    warn_of_unknown_keys(&whole, &mut found);
    for problem in found {
        lower.push(problem);
    }
}

/// A websocket endpoint has a websocket's transport, and no other has.
fn transport(lower: &mut Lower<'_, '_>, draft: &Draft, runtime: &mut Map, span: Span) {
    let written = draft.remote.extras.transport.as_ref();
    let is_websocket = |node: &Node| node.get("kind").and_then(Node::as_str) == Some("websocket");
    match written {
        Some(node) if is_websocket(node) != draft.endpoint.is_websocket => {
            let message = if draft.endpoint.is_websocket {
                "`options.transport` must be WebsocketOptions: `run_remote` takes a websocket"
            } else {
                "`options.transport` is WebsocketOptions, and `run_remote` takes no websocket"
            };
            lower.push(Diagnostic::error("chain::transport", message).at(node.span()));
        }
        Some(node) if draft.endpoint.is_websocket => runtime.set("transport", node.clone()),
        None if draft.endpoint.is_websocket => {
            let mut map = Map::new();
            map.set("kind", Node::at(Value::Str("websocket".into()), span));
            runtime.set("transport", Node::at(Value::Map(Box::new(map)), span));
        }
        _ => {}
    }
}

/// What a chainlet is told of those that it calls.
fn chains_metadata(lower: &mut Lower<'_, '_>, draft: &Draft, drafts: &[Draft]) -> Node {
    let interpreter = lower.interpreter;
    let info = &interpreter.classes[draft.class];
    let own = Place {
        module: info.module,
        range: info.def.name.range,
    };
    let mut services = Map::new();
    for dependency in &draft.dependencies {
        let Need::Class { class, options, at } = &dependency.wanted else {
            continue;
        };
        let Some(target) = drafts.iter().find(|draft| draft.class == *class) else {
            continue;
        };
        let name = interpreter.classes[*class].def.name.as_str();
        let mut service = Map::new();
        service.set("name", lower.placed(Value::Str(name.into()), *at));
        service.set(
            "display_name",
            lower.placed(Value::Str(target.display_name.as_str().into()), *at),
        );
        let options = Value::Map(Box::new(options.clone()));
        service.set("options", lower.placed(options, *at));
        services.set(name, lower.placed(Value::Map(Box::new(service)), *at));
    }
    let mut metadata = Map::new();
    metadata.set(
        "chainlet_to_service",
        lower.placed(Value::Map(Box::new(services)), own),
    );
    lower.placed(Value::Map(Box::new(metadata)), own)
}

/// The configuration of an engine.
fn engine(lower: &mut Lower<'_, '_>, draft: &Draft, at: Place) -> Option<Node> {
    for (name, at) in &draft.remote.not_for_engines {
        let message = format!("an engine takes no `{name}`");
        let problem = lower.problem("chain::engine-argument", *at, message);
        lower.push(problem.hint("leave it out"));
    }
    let interpreter = lower.interpreter;
    let info = &interpreter.classes[draft.class];
    match interpreter.attribute(draft.class, "engine_builder_config") {
        Found::Bound(binding) => {
            let (value, load) = interpreter.bound(binding);
            for why in interpreter.unsettled(&[load], info.time) {
                lower.refuse(&why);
            }
            let node = lower.node(value)?;
            if node.as_map().is_none() {
                let message = format!("`engine_builder_config` is {}", value.describe());
                let problem = lower.problem("chain::wrong-type", value.at, message);
                lower.push(problem.expected("a TRTLLMConfiguration"));
                return None;
            }
            Some(node)
        }
        Found::Unknown(why) => {
            lower.refuse(&why);
            None
        }
        Found::Inherited | Found::Nowhere => {
            let message = format!("`{}` has no `engine_builder_config`", info.def.name);
            let problem = lower.problem("chain::no-engine", at, message);
            lower.push(problem.hint("write engine_builder_config = TRTLLMConfiguration(…)"));
            None
        }
    }
}

/// The layers of a chainlet that is a Truss in a folder of its own.
fn truss(
    lower: &mut Lower<'_, '_>,
    tree: &Arc<dyn SourceTree>,
    files: &mut SourceMap,
    class: usize,
    model_name: &Node,
    at: Place,
) -> Option<(String, Layers)> {
    let interpreter = lower.interpreter;
    let info = &interpreter.classes[class];
    let value = match interpreter.attribute(class, "truss_dir") {
        Found::Bound(binding) => {
            let (value, load) = interpreter.bound(binding);
            for why in interpreter.unsettled(&[load], info.time) {
                lower.refuse(&why);
            }
            value
        }
        Found::Unknown(why) => {
            lower.refuse(&why);
            return None;
        }
        Found::Inherited | Found::Nowhere => {
            let message = format!("`{}` has no `truss_dir`", info.def.name);
            let problem = lower.problem("chain::truss-dir", at, message);
            lower.push(problem.hint("write truss_dir = \"folder-of-the-truss\""));
            return None;
        }
    };
    if !lower.is_known(value) {
        return None;
    }
    let dir = truss_dir(lower, value, interpreter.folder(info.module))?;
    let folder = match folder(tree, &dir) {
        Ok(folder) => folder,
        Err(error) => {
            let message = format!(
                "`truss_dir` is {}, and that is no folder: {error}",
                shown(&**tree, &dir)
            );
            lower.error("chain::truss-dir", value.at, message);
            return None;
        }
    };
    let config = plimsoll_truss::CONFIG_FILE;
    let bytes = match plimsoll_truss::read_config(&*folder, config) {
        Ok(bytes) => bytes,
        Err(problems) => {
            let place = lower.span(value.at);
            for problem in problems.items {
                lower.push(problem.at(place));
            }
            return None;
        }
    };
    let reading = plimsoll_truss::read_workload(files, &folder.display(config), &bytes);
    for problem in reading.items {
        lower.push(problem);
    }
    let mut layers = Layers::new();
    for layer in reading.workload?.layers.iter().skip(1) {
        let mut settings = layer.settings.clone();
        if let Some(map) = settings
            .as_map_mut()
            .filter(|_| layer.name == LayerName::Base)
        {
            let span = model_name.span();
            map.insert(Key::from("model_name"), span, model_name.clone());
        }
        layers.push(layer.name.clone(), settings);
    }
    Some((dir, layers))
}

fn truss_dir(lower: &mut Lower<'_, '_>, value: &Val, folder: &str) -> Option<String> {
    let (anchored, text) = match (&value.kind, value.as_str()) {
        (Kind::Path(path), _) if path.form != PathForm::AbsPath => {
            (path.anchored, path.text.as_str())
        }
        (_, Some(text)) if !text.is_empty() => (false, text),
        _ => {
            let message = format!("`truss_dir` is {}", value.describe());
            let problem = lower.problem("chain::wrong-type", value.at, message);
            lower.push(problem.expected("a string or a Path that names a folder"));
            return None;
        }
    };
    Some(if anchored || text.starts_with('/') {
        text.to_owned()
    } else {
        below(folder, text)
    })
}

fn shown(tree: &dyn SourceTree, dir: &str) -> String {
    if dir.starts_with('/') {
        dir.to_owned()
    } else {
        tree.display(dir)
    }
}
