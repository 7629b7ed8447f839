//! What is read of a chain: what the source makes workloads of, and the code generation Trusses.

use std::sync::Arc;

use plimsoll_core::layer::Layers;
use plimsoll_core::span::{SourceMap, Span};

/// A chain, as its source says it.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// What `mark_entrypoint` names it, or else the entrypoint's display name.
    pub(crate) name: String,
    /// The entrypoint first, then all that it depends on, each once.
    pub(crate) chainlets: Vec<Chainlet>,
    /// The file with the entrypoint, as a path of the tree.
    pub(crate) main_file: String,
    /// The files that the spans point into.
    pub(crate) files: Arc<SourceMap>,
}

/// One chainlet.
#[derive(Clone, Debug)]
pub(crate) struct Chainlet {
    /// The name of its class.
    pub(crate) class: String,
    /// The name that the platform shows, and the workload's: `RemoteConfig(name=…)`, or the class.
    pub(crate) display_name: String,
    /// The file that defines it, as a path of the tree.
    pub(crate) file: String,
    /// Where its class is named.
    pub(crate) span: Span,
    /// What it is made of.
    pub(crate) body: Body,
    /// Its settings. A layer has `compute` and `autoscaling_settings`, as they are written; the base
    /// has all other keys of the Truss beside them.
    pub(crate) layers: Layers,
}

/// What a chainlet is made of.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// A class with code of its own.
    Code(Code),
    /// A model that the platform's engine builder serves: a configuration without code.
    Engine,
    /// A Truss that stands in a folder.
    Truss {
        /// The folder, relative to the root of the tree; may lead out of it.
        dir: String,
    },
}

/// The code of a chainlet, as far as its Truss must know it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Code {
    /// What `__init__` wants, in order.
    pub(crate) parameters: Vec<Parameter>,
    /// How it is called.
    pub(crate) endpoint: Endpoint,
    /// Whether there is an `is_healthy`, and whether it is `async`.
    pub(crate) is_healthy: Option<bool>,
    /// What its image holds.
    pub(crate) image: Image,
}

/// A parameter of `__init__`.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    /// Its name.
    pub(crate) name: String,
    /// What is passed for it.
    pub(crate) value: Wanted,
}

/// What is passed for a parameter of `__init__`.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// `depends_context()`.
    Context,
    /// `depends(…)`: another chainlet, by its position in [`Chain::chainlets`].
    Chainlet(usize),
}

/// `run_remote`, as its signature says it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Endpoint {
    /// Whether it is `async`.
    pub(crate) is_async: bool,
    /// Whether it yields what it returns.
    pub(crate) is_generator: bool,
    /// Whether its one argument is a websocket.
    pub(crate) is_websocket: bool,
}

/// What an image holds beside the code. Paths are relative to the root of the tree, and may lead
/// out of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Image {
    /// Requirements that are written in the source.
    pub(crate) pip_requirements: Vec<String>,
    /// A file of requirements: `requirements.txt`, `pyproject.toml` or `uv.lock`.
    pub(crate) requirements_file: Option<String>,
    /// A folder that becomes the Truss's `data`.
    pub(crate) data_dir: Option<String>,
}
