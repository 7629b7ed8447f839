//! The keys of a Truss, as Truss 0.18.36 has them, and the two that Plimsoll adds.

mod accelerator;
mod auth;
mod autoscaling;
mod bdn;
mod build;
mod checkpoints;
mod engine;
mod metadata;
mod resources;
mod runtime;
mod transport;
mod variables;
mod weights;

use plimsoll_core::schema::{Default, Field, Form, Model, Type};
use plimsoll_core::value::Node;

pub use accelerator::NAMES as ACCELERATORS;
pub(crate) use accelerator::parts as accelerator_parts;
pub use autoscaling::AUTOSCALING;
pub(crate) use autoscaling::OVERRIDES;
pub(crate) use engine::{base_model, is_encoder, is_v2};
use resources::{RESOURCES, RESOURCES_BLOCK};

use crate::checks;

const STRINGS: Type = Type::List(&Type::Str);

/// A whole `config.yaml`.
pub static TRUSS: Model = Model {
    before: Some(checks::before),
    after: Some(checks::after),
    dumped: Some(always_shown),
    ..Model::new("TrussConfig", "Configuration of a Truss.", FIELDS)
};

static FIELDS: &[Field] = &[
    Field::new(
        "model_name",
        Type::Nullable(&Type::Str),
        Default::Null,
        "Name of the model, as the platform shows it.",
    ),
    Field::new(
        "model_metadata",
        Type::Custom(&metadata::Metadata),
        Default::EmptyMap,
        "Anything else about the model; the model can read it at run time.",
    ),
    Field::new(
        "description",
        Type::Nullable(&Type::Str),
        Default::Null,
        "What the model does.",
    ),
    Field::new(
        "examples_filename",
        Type::Str,
        Default::Str("examples.yaml"),
        "File with example inputs.",
    ),
    Field::new(
        "data_dir",
        Type::Str,
        Default::Str("data"),
        "Folder of data files.",
    ),
    Field::new(
        "external_data",
        Type::Nullable(&Type::List(&Type::Model(&build::EXTERNAL_DATA_ITEM))),
        Default::Null,
        "Files to download into the data folder at serving time.",
    ),
    Field::new(
        "external_package_dirs",
        STRINGS,
        Default::EmptyList,
        "Folders outside of the Truss whose contents are packaged with it.",
    ),
    Field::new(
        "python_version",
        Type::StrWith(checks::python_version),
        Default::Str("py313"),
        "Python version to run on: py39 to py314.",
    ),
    Field::new(
        "base_image",
        Type::Nullable(&Type::Model(&build::BASE_IMAGE)),
        Default::Null,
        "Image to build on, instead of the platform's own.",
    ),
    Field::new(
        "requirements_file",
        Type::Nullable(&Type::Str),
        Default::Null,
        "File of Python dependencies: requirements.txt, pyproject.toml or uv.lock.",
    ),
    Field::new(
        "requirements",
        STRINGS,
        Default::EmptyList,
        "Python dependencies, a line of a requirements file each.",
    ),
    Field::new(
        "system_packages",
        STRINGS,
        Default::EmptyList,
        "Debian packages to install.",
    ),
    Field::new(
        "environment_variables",
        Type::Custom(&variables::Variables),
        Default::EmptyMap,
        "Environment variables of the model. No place for secrets.",
    ),
    Field::new(
        "secrets",
        Type::Map(&Type::Nullable(&Type::Str)),
        Default::EmptyMap,
        "Names of the secrets that the model reads. The values live on the platform.",
    ),
    Field::new(
        "resources",
        Type::Model(&RESOURCES),
        Default::Model,
        "Processors, memory and accelerators of one replica.",
    ),
    Field::new(
        "runtime",
        Type::Model(&runtime::RUNTIME),
        Default::Model,
        "How the model server runs.",
    ),
    Field::new(
        "build",
        Type::Model(&build::BUILD),
        Default::Model,
        "How the image is built.",
    ),
    Field::new(
        "build_commands",
        STRINGS,
        Default::EmptyList,
        "Shell commands to run while the image is built, after the packages are installed.",
    ),
    Field::new(
        "docker_server",
        Type::Nullable(&Type::Model(&build::DOCKER_SERVER)),
        Default::Null,
        "An image with a server of its own, instead of a model class.",
    ),
    Field::new(
        "model_cache",
        Type::List(&Type::Model(&weights::MODEL_REPO)),
        Default::EmptyList,
        "Weights to bake into the image. Superseded by `weights`.",
    ),
    Field::new(
        "weights",
        Type::List(&Type::Model(&weights::WEIGHTS_SOURCE)),
        Default::EmptyList,
        "Weights to mount at run time.",
    ),
    Field::new(
        "bdn",
        Type::Model(&bdn::BDN),
        Default::Model,
        "Volumes to mount at run time.",
    ),
    Field::new(
        "trt_llm",
        Type::Nullable(&Type::Custom(&engine::Engine)),
        Default::Null,
        "TensorRT-LLM engine to build and serve.",
    ),
    Field::new(
        "training_checkpoints",
        Type::Nullable(&Type::Model(&checkpoints::CHECKPOINTS)),
        Default::Null,
        "Checkpoints of a training job to deploy.",
    ),
    Field::new(
        "bis_llm",
        Type::Nullable(&Type::Model(&checkpoints::BIS_LLM)),
        Default::Null,
        "Settings of the platform's LLM stack.",
    ),
    Field::new(
        "input_type",
        Type::Str,
        Default::Str("Any"),
        "Legacy; nothing reads it.",
    ),
    Field::new(
        "model_framework",
        Type::Str,
        Default::Str("custom"),
        "Legacy; nothing reads it.",
    ),
    Field::new(
        "model_type",
        Type::Str,
        Default::Str("Model"),
        "Legacy; nothing reads it.",
    ),
    Field::new(
        "model_module_dir",
        Type::Str,
        Default::Str("model"),
        "Folder of the model class.",
    ),
    Field::new(
        "model_class_filename",
        Type::Str,
        Default::Str("model.py"),
        "File of the model class.",
    ),
    Field::new(
        "model_class_name",
        Type::Str,
        Default::Str("Model"),
        "Name of the model class; it has a `predict` method.",
    ),
    Field::new(
        "bundled_packages_dir",
        Type::Str,
        Default::Str("packages"),
        "Folder of packages that the model imports.",
    ),
    Field::new(
        "use_local_src",
        Type::Bool,
        Default::Bool(false),
        "For work on Truss itself.",
    ),
    Field::new(
        "cache_internal",
        Type::Nullable(&Type::List(&Type::Model(&weights::MODEL_REPO_INTERNAL))),
        Default::EmptyList,
        "For the platform's own use.",
    ),
    Field::new(
        "live_reload",
        Type::Bool,
        Default::Bool(false),
        "Reload the model's code when it changes, without a restart.",
    ),
    Field::new(
        "apply_library_patches",
        Type::Bool,
        Default::Bool(true),
        "Patch libraries for compatibility.",
    ),
    Field::new(
        "spec_version",
        Type::Str,
        Default::Str("2.0"),
        "Version of this format.",
    ),
    Field::new(
        "autoscaling_settings",
        Type::Nullable(&Type::Model(&AUTOSCALING)),
        Default::Absent,
        "How many replicas to run. Plimsoll's own; an environment can override it.",
    ),
    Field::new(
        OVERRIDES,
        Type::Nullable(&Type::Custom(&autoscaling::Overrides)),
        Default::Absent,
        "What differs in an environment, by its name. Plimsoll's own.",
    ),
];

/// The compact form shows `resources` whole and `python_version` always, as the real one does.
fn always_shown(node: &Node, out: &mut Node, form: Form) {
    if form == Form::Full {
        return;
    }
    let empty = Node::from(plimsoll_core::value::Map::new());
    let resources = node.get("resources").unwrap_or(&empty);
    let resources = plimsoll_core::schema::dump(&RESOURCES, resources, Form::Full);
    let python = node
        .get("python_version")
        .cloned()
        .unwrap_or_else(|| Node::from("py313"));
    if let Some(map) = out.as_map_mut() {
        map.set("python_version", python);
        map.set("resources", resources);
    }
}
