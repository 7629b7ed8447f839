//! Layers: the sets of settings a workload has, and where an effective value came from.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::environment::Environment;
use crate::span::{SourceMap, Span};
use crate::value::{LayerId, Node, Origin};

/// What a layer is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LayerName {
    /// What holds where nothing is written.
    Defaults,
    /// A load test's settings for all endpoints.
    Global,
    /// What the file says for every environment.
    Base,
    /// What the file says for one environment.
    Environment(Environment),
    /// What the command line says.
    Flags,
}

/// As people and machines read it: `defaults`, `base`, `environment production`.
impl fmt::Display for LayerName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Defaults => formatter.write_str("defaults"),
            Self::Global => formatter.write_str("global"),
            Self::Base => formatter.write_str("base"),
            Self::Environment(environment) => write!(formatter, "environment {environment}"),
            Self::Flags => formatter.write_str("flags"),
        }
    }
}

impl Serialize for LayerName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One set of settings of a workload: just the keys that are written in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// What it is.
    pub name: LayerName,
    /// Where the block begins, if it is written.
    pub span: Option<Span>,
    /// The settings: a mapping, each value of which carries this layer's identity.
    pub settings: Node,
}

/// The layers of a workload, weakest first. A [`LayerId`] is an index into them. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layers(Arc<Vec<Layer>>);

impl Layers {
    /// The layer that built-in values belong to, with which every stack begins.
    pub const DEFAULTS: LayerId = LayerId(0);

    /// A stack of the built-in layer alone.
    #[must_use]
    pub fn new() -> Self {
        let settings = Node::from(crate::value::Map::new());
        Self(Arc::new(vec![Layer {
            name: LayerName::Defaults,
            span: None,
            settings,
        }]))
    }

    /// Puts a layer on top, gives its values its identity, and returns it.
    ///
    /// # Panics
    /// Beyond `u32::MAX` layers.
    pub fn push(&mut self, name: LayerName, mut settings: Node) -> LayerId {
        let id = LayerId(u32::try_from(self.0.len()).expect("fewer than u32::MAX layers"));
        settings.assign_layer(id);
        Arc::make_mut(&mut self.0).push(Layer {
            name,
            span: settings.span(),
            settings,
        });
        id
    }

    /// The layers, weakest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Layer> {
        self.0.iter()
    }

    /// The layer of this identity.
    #[must_use]
    pub fn get(&self, id: LayerId) -> Option<&Layer> {
        self.0.get(id.0 as usize)
    }

    /// The first layer of this name.
    #[must_use]
    pub fn named(&self, name: &LayerName) -> Option<&Layer> {
        self.0.iter().find(|layer| layer.name == *name)
    }

    /// The environments that have a layer, in the order written.
    pub fn environments(&self) -> impl Iterator<Item = &Environment> {
        self.0.iter().filter_map(|layer| match &layer.name {
            LayerName::Environment(environment) => Some(environment),
            _ => None,
        })
    }

    /// Where a value comes from, in words.
    #[must_use]
    pub fn provenance(&self, origin: Origin, files: &SourceMap) -> Provenance {
        let layer = self
            .get(origin.layer)
            .map_or(LayerName::Defaults, |layer| layer.name.clone());
        Provenance {
            layer,
            file: origin.span.map(|span| files.name(span.file).to_owned()),
            line: origin.span.map(|span| span.line),
            column: origin.span.map(|span| span.column),
        }
    }
}

/// Where an effective value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Provenance {
    /// The layer that set it.
    pub layer: LayerName,
    /// The file it is written in; `None` for a built-in value.
    pub file: Option<String>,
    /// Its line there, counted from 1.
    pub line: Option<u32>,
    /// Its column there, counted from 1.
    pub column: Option<u32>,
}
