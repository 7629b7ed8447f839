//! One node: its properties, and what it holds.

use std::borrow::Cow;

use super::{Anchor, Composed, Composer};
use crate::diagnostic::Diagnostic;
use crate::suggest::nearest;
use crate::yaml::cursor::{Fault, Mark};
use crate::yaml::graph::{Content, Links, NodeId};
use crate::yaml::token::Kind;

/// Bytes of text that count as one node more.
const BYTES_A_NODE: usize = 64;

/// Where a node stands, which decides what it may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Flow,
    Block,
    /// A key or value of a block mapping, where `- ` may stand at the mapping's own column.
    BlockOrIndentless,
}

#[derive(Clone, Copy)]
enum Collection {
    BlockSequence,
    IndentlessSequence,
    BlockMapping,
    FlowSequence,
    FlowMapping,
}

/// What stands before a node.
#[derive(Default)]
struct Properties<'a> {
    anchor: Option<(&'a str, Mark)>,
    tag: Option<Cow<'a, str>>,
    tagged: bool,
    start: Option<Mark>,
    end: Option<Mark>,
}

impl<'a> Composer<'a> {
    pub(super) fn block_node(&mut self, depth: usize) -> Composed {
        self.node(Place::Block, depth)
    }

    pub(super) fn node(&mut self, place: Place, depth: usize) -> Composed {
        if self.at(|kind| matches!(kind, Kind::Alias(_)))? {
            return self.alias(depth);
        }
        let properties = self.properties()?;
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        let collection = match token.kind {
            Kind::BlockEntry if place == Place::BlockOrIndentless => Collection::IndentlessSequence,
            Kind::FlowSequenceStart => Collection::FlowSequence,
            Kind::FlowMappingStart => Collection::FlowMapping,
            Kind::BlockSequenceStart if place != Place::Flow => Collection::BlockSequence,
            Kind::BlockMappingStart if place != Place::Flow => Collection::BlockMapping,
            Kind::Scalar(..) => return self.scalar(properties),
            _ => return self.no_content(properties, place),
        };
        if depth >= self.limits.depth() {
            return Err(self.too_deep(start));
        }
        self.check_anchor(&properties)?;
        self.charge(1, start)?;
        let before = self.expanded - 1;
        let (empty, end) = match collection {
            Collection::FlowSequence => (Content::List(Links::default()), end.at),
            Collection::BlockSequence | Collection::IndentlessSequence => {
                (Content::List(Links::default()), start.at)
            }
            Collection::FlowMapping => (Self::map(Links::default()), end.at),
            Collection::BlockMapping => (Self::map(Links::default()), start.at),
        };
        let id = self.add(empty, properties.tag, properties.start, start, end);
        if let Some((name, _)) = properties.anchor {
            let anchor = Anchor {
                node: id,
                size: None,
            };
            self.anchors.insert(name, anchor);
        }
        let from = self.pending.len();
        let height = 1 + match collection {
            Collection::BlockSequence => self.block_sequence(depth + 1)?,
            Collection::IndentlessSequence => self.indentless_sequence(depth + 1)?,
            Collection::BlockMapping => self.block_mapping(depth + 1)?,
            Collection::FlowSequence => self.flow_sequence(depth + 1)?,
            Collection::FlowMapping => self.flow_mapping(depth + 1)?,
        };
        let members = self.links_since(from);
        match &mut self.graph.nodes[id.0 as usize].content {
            Content::List(links) | Content::Map { pairs: links, .. } => *links = members,
            Content::Scalar { .. } => {}
        }
        if let Some((name, _)) = properties.anchor {
            let size = Some((self.expanded - before, height));
            self.anchors.insert(name, Anchor { node: id, size });
        }
        Ok((id, height))
    }

    pub(super) fn map(pairs: Links) -> Content<'a> {
        Content::Map {
            pairs,
            merged: None,
        }
    }

    fn alias(&mut self, depth: usize) -> Composed {
        let token = self.scanner.next()?;
        let Kind::Alias(name) = token.kind else {
            return self.empty_scalar(token.start);
        };
        let span = Some(token.start.to(token.end.at, self.graph.file));
        let Some(anchor) = self.anchors.get(name).copied() else {
            let mut known: Vec<&str> = self.anchors.keys().copied().collect();
            known.sort_unstable();
            let near = nearest(name, known).map(|near| format!("did you mean `*{near}`?"));
            return Err(Box::new(
                Diagnostic::error(
                    "yaml::undefined-alias",
                    format!("no anchor `&{name}` comes before this alias"),
                )
                .at(span)
                .maybe_hint(near),
            ));
        };
        let Some((nodes, height)) = anchor.size else {
            let place = self.graph.span(anchor.node);
            return Err(Box::new(
                Diagnostic::error(
                    "yaml::recursive-alias",
                    format!("the value of `&{name}` contains itself"),
                )
                .at(span)
                .also(Some(place), "the value starts here"),
            ));
        };
        self.charge(nodes, token.start)?;
        if depth + height > self.limits.depth() {
            return Err(self.too_deep(token.start));
        }
        Ok((anchor.node, height))
    }

    fn properties(&mut self) -> Result<Properties<'a>, Fault> {
        let mut properties = Properties::default();
        loop {
            let open = match self.scanner.peek()?.kind {
                Kind::Anchor(_) => properties.anchor.is_none(),
                Kind::Tag(_) => !properties.tagged,
                _ => false,
            };
            if !open {
                return Ok(properties);
            }
            let token = self.scanner.next()?;
            properties.start.get_or_insert(token.start);
            properties.end = Some(token.end);
            match token.kind {
                Kind::Anchor(name) => properties.anchor = Some((name, token.start)),
                Kind::Tag(tag) => {
                    properties.tagged = true;
                    properties.tag = self.full_tag(tag.0, tag.1, token.start)?;
                }
                _ => {}
            }
        }
    }

    fn check_anchor(&self, properties: &Properties<'a>) -> Result<(), Fault> {
        let Some((name, mark)) = properties.anchor else {
            return Ok(());
        };
        let Some(first) = self.anchors.get(name) else {
            return Ok(());
        };
        Err(Box::new(
            Diagnostic::error(
                "yaml::duplicate-anchor",
                format!("the anchor `&{name}` is set twice"),
            )
            .at(Some(self.scanner.cursor.point(mark)))
            .also(Some(self.graph.span(first.node)), "it already names this"),
        ))
    }

    fn scalar(&mut self, properties: Properties<'a>) -> Composed {
        let token = self.scanner.next()?;
        let Kind::Scalar(text, plain) = token.kind else {
            return self.empty_scalar(token.start);
        };
        // `!` asks for the rules of plain scalars, quoted or not.
        let resolves = properties.tag.is_none() && (plain || properties.tagged);
        self.finish_scalar(properties, text, resolves, token.start, token.end.at)
    }

    /// Properties with nothing behind them are an empty scalar; nothing at all is an error.
    fn no_content(&mut self, properties: Properties<'a>, place: Place) -> Composed {
        if let Some(end) = properties.end {
            let resolves = properties.tag.is_none();
            let text = Cow::Borrowed("");
            return self.finish_scalar(properties, text, resolves, end, end.at);
        }
        Err(self.expected(match place {
            Place::Flow => "a value, `,` or the closing bracket",
            _ => "a value",
        }))
    }

    fn finish_scalar(
        &mut self,
        properties: Properties<'a>,
        text: Cow<'a, str>,
        resolves: bool,
        start: Mark,
        end: u32,
    ) -> Composed {
        self.check_anchor(&properties)?;
        let nodes = 1 + text.len() / BYTES_A_NODE;
        self.charge(nodes, start)?;
        let id: NodeId = self.add(
            Content::Scalar { text, resolves },
            properties.tag,
            properties.start,
            start,
            end,
        );
        if let Some((name, _)) = properties.anchor {
            let size = Some((nodes, 0));
            self.anchors.insert(name, Anchor { node: id, size });
        }
        Ok((id, 0))
    }
}
