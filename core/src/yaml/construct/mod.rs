//! A [`Graph`] to the tree, as PyYAML's `SafeConstructor` does it.

mod binary;
mod integer;
mod mapping;
mod scalar;
pub(super) mod timestamp;

pub(super) use binary::encode as encode_base64;
pub(super) use scalar::of_class as scalar_value;

use super::cursor::Fault;
use super::graph::{Content, Graph, Links, NodeId};
use super::resolve::{Class, classify};
use crate::diagnostic::Diagnostic;
use crate::value::{Entry, Map, Node, Value};

/// Whether one of YAML's own tags is for scalars.
fn is_scalar_tag(tag: &str) -> bool {
    matches!(
        tag,
        "null" | "bool" | "int" | "float" | "binary" | "timestamp" | "str"
    )
}

/// Builds the tree, and gathers warnings on the way.
#[derive(Debug)]
pub(super) struct Constructor<'a> {
    graph: Graph<'a>,
    /// Warnings so far.
    pub(super) warnings: Vec<Diagnostic>,
}

impl<'a> Constructor<'a> {
    pub(super) fn new(graph: Graph<'a>) -> Self {
        Self {
            graph,
            warnings: Vec::new(),
        }
    }

    /// The tree below a node. The composer has bounded its depth and size.
    pub(super) fn node(&mut self, id: NodeId) -> Result<Node, Fault> {
        let value = self.value(id)?;
        Ok(Node::at(value, self.graph.span(id)))
    }

    fn value(&mut self, id: NodeId) -> Result<Value, Fault> {
        let raw = self.graph.node(id);
        if raw.tag.is_some() {
            return self.tagged(id);
        }
        match &raw.content {
            Content::Scalar { text, resolves } => {
                let class = if *resolves {
                    classify(text)
                } else {
                    Class::Str
                };
                let value = scalar::of_class(class, text);
                value.map_err(|problem| self.invalid(id, &problem))
            }
            Content::List(items) => self.list(*items),
            Content::Map { .. } => Ok(Value::Map(Box::new(self.map(id)?))),
        }
    }

    fn tagged(&mut self, id: NodeId) -> Result<Value, Fault> {
        let raw = self.graph.node(id);
        let tag = match raw.yaml_tag() {
            Some("seq") => return self.list(self.items(id, "a list")?),
            Some("omap" | "pairs") => return self.pairs(id),
            Some("map") => return Ok(Value::Map(Box::new(self.tagged_map(id)?))),
            Some("set") => return self.set(id),
            Some(tag) if is_scalar_tag(tag) => tag,
            _ => return Err(self.unknown_tag(id)),
        };
        let value = scalar::tagged(tag, self.scalar_text(id)?);
        value.map_err(|problem| self.invalid(id, &problem))
    }

    /// The text of a scalar; of a mapping, that of its `=` entry, as YAML 1.1 has it.
    fn scalar_text(&self, id: NodeId) -> Result<&str, Fault> {
        match &self.graph.node(id).content {
            Content::Scalar { text, .. } => Ok(text),
            Content::Map { pairs, .. } => {
                let members = &self.graph.links[pairs.start..pairs.end];
                let default = members
                    .chunks_exact(2)
                    .find(|pair| self.key_class(pair[0]) == Some(Class::Default));
                match default {
                    Some(pair) => self.scalar_text(pair[1]),
                    None => Err(self.wrong_kind(id, "a scalar")),
                }
            }
            Content::List(_) => Err(self.wrong_kind(id, "a scalar")),
        }
    }

    fn items(&self, id: NodeId, expected: &str) -> Result<Links, Fault> {
        match self.graph.node(id).content {
            Content::List(items) => Ok(items),
            _ => Err(self.wrong_kind(id, expected)),
        }
    }

    fn list(&mut self, items: Links) -> Result<Value, Fault> {
        self.nodes(items).map(Value::List)
    }

    fn nodes(&mut self, items: Links) -> Result<Vec<Node>, Fault> {
        let mut nodes = Vec::with_capacity(items.end - items.start);
        for position in items.start..items.end {
            nodes.push(self.node(self.graph.links[position])?);
        }
        Ok(nodes)
    }

    /// `!!omap` and `!!pairs`: a list of tuples of two.
    fn pairs(&mut self, id: NodeId) -> Result<Value, Fault> {
        let items = self.items(id, "a list of mappings of one entry")?;
        let mut list = Vec::with_capacity(items.end - items.start);
        for position in items.start..items.end {
            let item = self.graph.links[position];
            let pair = match self.graph.node(item).content {
                Content::Map { pairs, .. } if pairs.end - pairs.start == 2 => pairs,
                _ => return Err(self.wrong_kind(item, "a mapping of one entry")),
            };
            let pair = self.nodes(pair)?;
            list.push(Node::at(Value::Tuple(pair), self.graph.span(item)));
        }
        Ok(Value::List(list))
    }

    /// `!!set`: the keys of the mapping that it is written as.
    fn set(&mut self, id: NodeId) -> Result<Value, Fault> {
        let place = self.graph.span(id);
        let members = self.tagged_map(id)?.into_iter();
        let member = |entry: Entry| {
            let span = entry.key_span.unwrap_or(place);
            Node::at(mapping::member(entry.key), span)
        };
        Ok(Value::Set(members.map(member).collect()))
    }

    fn tagged_map(&mut self, id: NodeId) -> Result<Map, Fault> {
        match self.graph.node(id).content {
            Content::Map { .. } => self.map(id),
            _ => Err(self.wrong_kind(id, "a mapping")),
        }
    }

    fn error(&self, id: NodeId, code: &'static str, message: String) -> Fault {
        Box::new(Diagnostic::error(code, message).at(Some(self.graph.span(id))))
    }

    fn invalid(&self, id: NodeId, problem: &str) -> Fault {
        let fault = self.error(id, "yaml::invalid-scalar", problem.to_owned());
        let untagged = self.graph.node(id).tag.is_none();
        let hint = untagged.then(|| "if a string is meant, put it in quotes".to_owned());
        Box::new(fault.maybe_hint(hint))
    }

    fn wrong_kind(&self, id: NodeId, expected: &str) -> Fault {
        let found = self.graph.node(id).kind();
        let message = format!("the tag asks for {expected}, and this is {found}");
        let fault = Diagnostic::error("yaml::wrong-kind", message);
        Box::new(fault.at(Some(self.graph.head_span(id))))
    }

    fn unknown_tag(&self, id: NodeId) -> Fault {
        let tag = self.graph.node(id).tag.as_deref().unwrap_or("!");
        let short = self.graph.node(id).yaml_tag();
        let shown = short.map_or_else(|| format!("`{tag}`"), |short| format!("`!!{short}`"));
        let message = format!("the tag {shown} is not known");
        let fault = Diagnostic::error("yaml::unknown-tag", message);
        Box::new(fault.at(Some(self.graph.head_span(id))).expected(
            "one of !!null, !!bool, !!int, !!float, !!str, !!binary, !!timestamp, !!seq, !!map, \
             !!set, !!omap, !!pairs",
        ))
    }
}
