//! The document as written: nodes with tags not yet acted on, and aliases as shared nodes.

use std::borrow::Cow;

use super::cursor::Mark;
use crate::span::{FileId, Span};

/// What YAML's own tags begin with; `!!` stands for it.
pub(super) const YAML_PREFIX: &str = "tag:yaml.org,2002:";

/// The index of a node in its [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct NodeId(pub(super) u32);

/// A run of [`Graph::links`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Links {
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Clone, Debug)]
pub(super) enum Content<'a> {
    /// A scalar's text, and whether plain-scalar rules find its type.
    Scalar { text: Cow<'a, str>, resolves: bool },
    /// The items.
    List(Links),
    /// Keys and values in turn.
    Map {
        pairs: Links,
        /// How many of the links at the front came by `<<`; none before it was looked for.
        merged: Option<usize>,
    },
}

#[derive(Clone, Debug)]
pub(super) struct RawNode<'a> {
    pub(super) content: Content<'a>,
    /// The full tag; none when the node has none, or only `!`.
    pub(super) tag: Option<Cow<'a, str>>,
    /// Where its anchor or tag starts; `start` when it has neither.
    pub(super) head: Mark,
    pub(super) start: Mark,
    pub(super) end: u32,
}

impl RawNode<'_> {
    /// The tag, if it is one of YAML's own, without [`YAML_PREFIX`].
    pub(super) fn yaml_tag(&self) -> Option<&str> {
        self.tag.as_deref()?.strip_prefix(YAML_PREFIX)
    }

    /// What to call it in a message.
    pub(super) fn kind(&self) -> &'static str {
        match self.content {
            Content::Scalar { .. } => "a scalar",
            Content::List(_) => "a list",
            Content::Map { .. } => "a mapping",
        }
    }
}

/// A document. It has no cycles: an alias refers to a node that ended before it.
#[derive(Debug)]
pub(super) struct Graph<'a> {
    pub(super) file: FileId,
    pub(super) nodes: Vec<RawNode<'a>>,
    pub(super) links: Vec<NodeId>,
    /// The root; none in a file without a document.
    pub(super) root: Option<NodeId>,
}

impl<'a> Graph<'a> {
    pub(super) fn node(&self, id: NodeId) -> &RawNode<'a> {
        &self.nodes[id.0 as usize]
    }

    /// The place of a node's anchor and tag, or its own when it has neither.
    pub(super) fn head_span(&self, id: NodeId) -> Span {
        let node = self.node(id);
        if node.head == node.start {
            return self.span(id);
        }
        node.head.to(node.start.at, self.file)
    }

    pub(super) fn span(&self, id: NodeId) -> Span {
        let node = self.node(id);
        node.start.to(node.end, self.file)
    }
}
