//! A document as its author laid it out: its tokens beside its nodes.

use std::ops::Range;

use crate::span::{FileId, Span};
use crate::yaml::compose::compose;
use crate::yaml::cursor::{Cursor, Fault};
use crate::yaml::graph::{Content, Graph, Links, NodeId};
use crate::yaml::limits::Limits;
use crate::yaml::resolve::{Class, classify};
use crate::yaml::scan::Scanner;
use crate::yaml::token::{Kind, Token};

/// A text, its nodes and its tokens.
pub(super) struct Document<'a> {
    pub(super) text: &'a str,
    pub(super) graph: Graph<'a>,
    pub(super) tokens: Vec<Token<'a>>,
}

/// A mapping that stands in the text.
#[derive(Clone, Debug)]
pub(super) struct Mapping {
    /// The tokens that open and close it.
    pub(super) open: usize,
    pub(super) close: usize,
    pub(super) is_flow: bool,
    /// Its entries in the order written; merges among them.
    pub(super) members: Vec<Member>,
}

/// An entry of a mapping.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) key: NodeId,
    pub(super) value: NodeId,
    /// Its tokens that take room, the first and the last.
    pub(super) first: usize,
    pub(super) last: usize,
    /// Its `:`.
    pub(super) colon: Option<usize>,
}

/// What stands behind the `:` of an entry.
pub(super) enum Held<'a> {
    /// The name of an anchor.
    Alias(&'a str),
    /// Nothing, or a word for it.
    Null,
    Mapping(Mapping),
    Other,
}

impl<'a> Document<'a> {
    pub(super) fn read(text: &'a str, file: FileId, limits: &Limits) -> Result<Self, Fault> {
        let graph = compose(text, file, limits)?;
        let mut scanner = Scanner::new(Cursor::new(text, file), limits.depth());
        let mut tokens = Vec::new();
        loop {
            let token = scanner.next()?;
            if matches!(token.kind, Kind::StreamEnd) {
                break;
            }
            tokens.push(token);
        }
        Ok(Self {
            text,
            graph,
            tokens,
        })
    }

    /// The bytes of a token.
    pub(super) fn range(&self, token: usize) -> Range<usize> {
        let token = &self.tokens[token];
        token.start.at as usize..token.end.at as usize
    }

    pub(super) fn span(&self, token: usize) -> Span {
        let token = &self.tokens[token];
        token.start.to(token.end.at, self.graph.file)
    }

    /// Whether a token stands in the text, rather than marking where something begins or ends.
    pub(super) fn takes_room(&self, token: usize) -> bool {
        !self.range(token).is_empty()
    }

    /// The mapping at a node that is written where the token opens it.
    pub(super) fn mapping(&self, node: NodeId, open: usize) -> Option<Mapping> {
        let Content::Map { pairs, .. } = self.graph.node(node).content else {
            return None;
        };
        let is_flow = match self.tokens.get(open)?.kind {
            Kind::FlowMappingStart => true,
            Kind::BlockMappingStart => false,
            _ => return None,
        };
        let close = self.close(open)?;
        let members = self.members(open, close, is_flow, pairs)?;
        Some(Mapping {
            open,
            close,
            is_flow,
            members,
        })
    }

    /// The token that closes what this one opens.
    fn close(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for position in open..self.tokens.len() {
            depth = depth.checked_add_signed(self.step(position))?;
            if depth == 0 {
                return Some(position);
            }
        }
        None
    }

    /// How much deeper it is behind a token.
    pub(super) fn step(&self, token: usize) -> isize {
        match self.tokens[token].kind {
            Kind::BlockMappingStart
            | Kind::BlockSequenceStart
            | Kind::FlowMappingStart
            | Kind::FlowSequenceStart => 1,
            Kind::BlockEnd | Kind::FlowMappingEnd | Kind::FlowSequenceEnd => -1,
            _ => 0,
        }
    }

    /// The entries between two tokens: in a block a key begins each, in a flow a comma ends it.
    fn members(
        &self,
        open: usize,
        close: usize,
        is_flow: bool,
        pairs: Links,
    ) -> Option<Vec<Member>> {
        let links = &self.graph.links[pairs.start..pairs.end];
        let mut nodes = links.chunks_exact(2);
        let mut members: Vec<Member> = Vec::with_capacity(links.len() / 2);
        let mut depth = 0;
        let mut is_new = true;
        for position in open + 1..close {
            depth += self.step(position);
            let token = &self.tokens[position].kind;
            if depth == 0 {
                match token {
                    Kind::FlowEntry if is_flow => {
                        is_new = true;
                        continue;
                    }
                    Kind::Key if !is_flow => is_new = true,
                    _ => {}
                }
            }
            if !self.takes_room(position) {
                continue;
            }
            if is_new {
                let pair = nodes.next()?;
                members.push(Member {
                    key: pair[0],
                    value: pair[1],
                    first: position,
                    last: position,
                    colon: None,
                });
                is_new = false;
            }
            let member = members.last_mut()?;
            member.last = position;
            if depth == 0 && matches!(token, Kind::Value) {
                member.colon = Some(position);
            }
        }
        nodes.next().is_none().then_some(members)
    }

    /// The entry under a string key that counts: the last one.
    pub(super) fn member<'m>(&self, mapping: &'m Mapping, name: &str) -> Option<&'m Member> {
        let is_it = |member: &&Member| self.key(member.key) == Some(name);
        mapping.members.iter().rev().find(is_it)
    }

    /// The text of a key that is a string.
    fn key(&self, id: NodeId) -> Option<&str> {
        let node = self.graph.node(id);
        let Content::Scalar { text, resolves } = &node.content else {
            return None;
        };
        let is_string = match node.yaml_tag() {
            Some(tag) => tag == "str",
            None => !resolves || classify(text) == Class::Str,
        };
        is_string.then_some(text)
    }

    /// What an entry holds.
    pub(super) fn held(&self, member: &Member) -> Held<'a> {
        let Some(content) = self.content(member) else {
            return Held::Null;
        };
        match self.tokens[content].kind {
            Kind::Alias(name) => Held::Alias(name),
            Kind::BlockMappingStart | Kind::FlowMappingStart => self
                .mapping(member.value, content)
                .map_or(Held::Other, Held::Mapping),
            Kind::Scalar(..) if self.is_null(member.value) => Held::Null,
            _ => Held::Other,
        }
    }

    /// The token that the value of an entry begins with, behind its anchor and tag; none where there
    /// is no more than these.
    pub(super) fn content(&self, member: &Member) -> Option<usize> {
        let is_property = |kind: &Kind<'_>| matches!(kind, Kind::Anchor(_) | Kind::Tag(_));
        (member.colon? + 1..=member.last)
            .find(|position| !is_property(&self.tokens[*position].kind))
    }

    /// Whether a node is a null that no tag makes anything else.
    pub(super) fn is_null(&self, id: NodeId) -> bool {
        let node = self.graph.node(id);
        match &node.content {
            Content::Scalar { text, resolves } => *resolves && classify(text) == Class::Null,
            _ => false,
        }
    }

    /// Whether what stands at a node counts in other places as well.
    pub(super) fn is_shared(&self, id: NodeId) -> bool {
        self.graph.links.iter().filter(|link| **link == id).count() > 1
    }
}
