//! What the scanner hands to the composer.

use std::borrow::Cow;

use super::cursor::Mark;

/// A tag as written: its handle (`!`, `!!`, `!e!`; none for `!<…>` and a lone `!`) and the rest.
pub(super) type TagName<'a> = (Option<&'a str>, Cow<'a, str>);

/// A `%` line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Directive<'a> {
    /// `%YAML`, with its major version.
    Yaml(&'a str),
    /// `%TAG`, with a handle and what it stands for.
    Tag(&'a str, Cow<'a, str>),
    /// One that YAML leaves to others, and that is ignored.
    Other,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind<'a> {
    StreamEnd,
    Directive(Box<Directive<'a>>),
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowMappingStart,
    FlowSequenceEnd,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'a str),
    Anchor(&'a str),
    Tag(Box<TagName<'a>>),
    /// The text, and whether it is plain (neither quoted nor a block).
    Scalar(Cow<'a, str>, bool),
}

impl Kind<'_> {
    /// What to call it in a message.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::StreamEnd => "the end of the file",
            Self::Directive(_) => "a directive",
            Self::DocumentStart => "`---`",
            Self::DocumentEnd => "`...`",
            Self::BlockSequenceStart => "the start of a block list",
            Self::BlockMappingStart => "the start of a block mapping",
            Self::BlockEnd => "the end of the block",
            Self::FlowSequenceStart => "`[`",
            Self::FlowMappingStart => "`{`",
            Self::FlowSequenceEnd => "`]`",
            Self::FlowMappingEnd => "`}`",
            Self::BlockEntry => "`-`",
            Self::FlowEntry => "`,`",
            Self::Key => "a key",
            Self::Value => "`:`",
            Self::Alias(_) => "an alias",
            Self::Anchor(_) => "an anchor",
            Self::Tag(_) => "a tag",
            Self::Scalar(..) => "a scalar",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) start: Mark,
    /// Where the token ends.
    pub(super) end: Mark,
}
