//! Tokens to a [`Graph`], by PyYAML's grammar.

mod block;
mod flow;
mod node;

use std::borrow::Cow;
use std::collections::HashMap;

use super::cursor::{Cursor, Fault, Mark};
use super::graph::{Content, Graph, Links, NodeId, RawNode, YAML_PREFIX};
use super::limits::Limits;
use super::scan::Scanner;
use super::token::{Directive, Kind};
use crate::diagnostic::Diagnostic;
use crate::span::FileId;

/// A node, and how many collections deep it is with its aliases expanded.
type Composed = Result<(NodeId, usize), Fault>;

/// What an anchor names.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    node: NodeId,
    /// Nodes in it and its depth, once it is complete.
    size: Option<(usize, usize)>,
}

struct Composer<'a> {
    scanner: Scanner<'a>,
    graph: Graph<'a>,
    anchors: HashMap<&'a str, Anchor>,
    handles: Vec<(&'a str, Cow<'a, str>)>,
    /// Members of the collections that are not complete yet.
    pending: Vec<NodeId>,
    /// Nodes so far, with aliases expanded.
    expanded: usize,
    limits: Limits,
}

/// Reads the one document of a text.
pub(super) fn compose<'a>(
    text: &'a str,
    file: FileId,
    limits: &Limits,
) -> Result<Graph<'a>, Fault> {
    let mut composer = Composer {
        scanner: Scanner::new(Cursor::new(text, file), limits.depth()),
        graph: Graph {
            file,
            nodes: Vec::with_capacity(text.len() / 16 + 4),
            links: Vec::with_capacity(text.len() / 16 + 4),
            root: None,
        },
        anchors: HashMap::new(),
        handles: Vec::new(),
        pending: Vec::with_capacity(32),
        expanded: 0,
        limits: *limits,
    };
    composer.stream()?;
    Ok(composer.graph)
}

impl<'a> Composer<'a> {
    fn stream(&mut self) -> Result<(), Fault> {
        let implicit = !self.at(|kind| {
            matches!(
                kind,
                Kind::Directive(_) | Kind::DocumentStart | Kind::StreamEnd
            )
        })?;
        let start = self.scanner.peek()?.start;
        if implicit {
            self.graph.root = Some(self.block_node(0)?.0);
        } else if self.document_start()?.is_some() {
            let no_content = self.at(|kind| {
                matches!(
                    kind,
                    Kind::Directive(_) | Kind::DocumentStart | Kind::DocumentEnd | Kind::StreamEnd
                )
            })?;
            let root = if no_content {
                let mark = self.scanner.peek()?.start;
                self.empty_scalar(mark)?
            } else {
                self.block_node(0)?
            };
            self.graph.root = Some(root.0);
        } else {
            return Ok(());
        }
        match self.document_start()? {
            None => Ok(()),
            Some(second) => Err(self.second_document(start, second)),
        }
    }

    /// Moves to behind the next `---`; none at the end of the text.
    fn document_start(&mut self) -> Result<Option<Mark>, Fault> {
        while self.at(|kind| matches!(kind, Kind::DocumentEnd))? {
            self.scanner.next()?;
        }
        if self.at(|kind| matches!(kind, Kind::StreamEnd))? {
            return Ok(None);
        }
        let start = self.scanner.peek()?.start;
        self.directives()?;
        if !self.at(|kind| matches!(kind, Kind::DocumentStart))? {
            return Err(self.expected("the start of a document (`---`)"));
        }
        self.scanner.next()?;
        Ok(Some(start))
    }

    fn directives(&mut self) -> Result<(), Fault> {
        self.handles.clear();
        let mut has_version = false;
        while self.at(|kind| matches!(kind, Kind::Directive(_)))? {
            let token = self.scanner.next()?;
            let Kind::Directive(directive) = token.kind else {
                continue;
            };
            let problem = match *directive {
                Directive::Yaml(_) if has_version => "a second `%YAML` directive",
                Directive::Yaml(major) => {
                    has_version = true;
                    if major.trim_start_matches('0') == "1" {
                        continue;
                    }
                    "only YAML 1 can be read"
                }
                Directive::Tag(handle, prefix) => {
                    if self.handles.iter().all(|(known, _)| *known != handle) {
                        self.handles.push((handle, prefix));
                        continue;
                    }
                    "the same tag handle twice"
                }
                Directive::Other => continue,
            };
            return Err(self.scanner.cursor.fault(token.start, problem));
        }
        Ok(())
    }

    /// What a tag stands for in full; none for `!`.
    fn full_tag(
        &self,
        handle: Option<&'a str>,
        suffix: Cow<'a, str>,
        mark: Mark,
    ) -> Result<Option<Cow<'a, str>>, Fault> {
        let Some(handle) = handle else {
            return Ok((suffix != "!").then_some(suffix));
        };
        let declared = self.handles.iter().find(|(known, _)| *known == handle);
        let prefix = match (declared, handle) {
            (Some((_, prefix)), _) => prefix,
            (None, "!") => "!",
            (None, "!!") => YAML_PREFIX,
            (None, _) => {
                let problem = format!("the tag handle `{handle}` is not declared");
                return Err(self.scanner.cursor.fault(mark, problem));
            }
        };
        Ok(Some(Cow::Owned(format!("{prefix}{suffix}"))))
    }

    fn second_document(&self, first: Mark, second: Mark) -> Fault {
        let cursor = &self.scanner.cursor;
        Box::new(
            Diagnostic::error("yaml::multiple-documents", "a second document starts here")
                .at(Some(cursor.point(second)))
                .also(Some(cursor.point(first)), "the first one starts here")
                .expected("one document a file"),
        )
    }

    /// Whether the next token is of this kind.
    fn at(&mut self, is: impl Fn(&Kind<'a>) -> bool) -> Result<bool, Fault> {
        Ok(is(&self.scanner.peek()?.kind))
    }

    /// The error that the next token is not what it should be.
    fn expected(&mut self, expected: &str) -> Fault {
        let (found, mark) = match self.scanner.peek() {
            Ok(token) => (token.kind.name(), token.start),
            Err(fault) => return fault,
        };
        let problem = format!("expected {expected}, found {found}");
        self.scanner.cursor.fault(mark, problem)
    }

    /// The same, inside of a collection.
    fn expected_in(&mut self, what: &str, start: Mark, expected: &str) -> Fault {
        let (found, mark) = match self.scanner.peek() {
            Ok(token) => (token.kind.name(), token.start),
            Err(fault) => return fault,
        };
        let problem = format!("expected {expected}, found {found}");
        self.scanner.cursor.fault_within(what, start, problem, mark)
    }

    /// Counts nodes, and refuses what is more than the limit.
    fn charge(&mut self, nodes: usize, mark: Mark) -> Result<(), Fault> {
        self.expanded = self.expanded.saturating_add(nodes);
        if self.expanded <= self.limits.nodes {
            return Ok(());
        }
        let limit = self.limits.nodes;
        let message = format!("the document holds more than {limit} values, aliases expanded");
        let place = Some(self.scanner.cursor.point(mark));
        Err(Box::new(
            Diagnostic::error("yaml::too-large", message).at(place),
        ))
    }

    fn too_deep(&self, mark: Mark) -> Fault {
        let limit = self.limits.depth();
        let message = format!("collections are nested more than {limit} deep");
        let place = Some(self.scanner.cursor.point(mark));
        Box::new(Diagnostic::error("yaml::too-deep", message).at(place))
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a node takes a byte of text, and texts are shorter than 4 GiB"
    )]
    fn add(
        &mut self,
        content: Content<'a>,
        tag: Option<Cow<'a, str>>,
        head: Option<Mark>,
        start: Mark,
        end: u32,
    ) -> NodeId {
        let id = NodeId(self.graph.nodes.len() as u32);
        self.graph.nodes.push(RawNode {
            content,
            tag,
            head: head.unwrap_or(start),
            start,
            end,
        });
        id
    }

    /// The value that is not there: a null at a mark.
    fn empty_scalar(&mut self, mark: Mark) -> Composed {
        self.charge(1, mark)?;
        let content = Content::Scalar {
            text: Cow::Borrowed(""),
            resolves: true,
        };
        Ok((self.add(content, None, None, mark, mark.at), 0))
    }

    /// Moves the members that were pending since `from` into the graph.
    fn links_since(&mut self, from: usize) -> Links {
        let start = self.graph.links.len();
        self.graph.links.extend(self.pending.drain(from..));
        Links {
            start,
            end: self.graph.links.len(),
        }
    }
}
