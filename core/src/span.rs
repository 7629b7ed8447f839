//! Where a value was written: files, and positions in them.

use std::num::NonZeroU32;
use std::sync::Arc;

/// Identifies a file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(NonZeroU32);

impl FileId {
    /// The place of the file in its map, counted from 0.
    #[must_use]
    pub fn index(self) -> u32 {
        self.0.get() - 1
    }

    /// The identity of the file at a place of a map. A map that has none there has no such file.
    #[must_use]
    pub fn from_index(index: u32) -> Option<Self> {
        index.checked_add(1).and_then(NonZeroU32::new).map(Self)
    }
}

/// A range of bytes in a file, with the line and column it starts at.
///
/// `line` and `column` count from 1; a column is one Unicode scalar value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file that holds the range.
    pub file: FileId,
    /// First byte of the range.
    pub start: u32,
    /// One past the last byte of the range.
    pub end: u32,
    /// Line of `start`, counted from 1.
    pub line: u32,
    /// Column of `start`, counted from 1 in Unicode scalar values.
    pub column: u32,
}

/// A file that configuration was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The name to show, as the user would write it.
    pub name: String,
    /// The whole text, for excerpts.
    pub text: Arc<str>,
}

/// The files that the spans of a manifest, or of diagnostics, point into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a file and returns its identity in this map.
    ///
    /// # Panics
    /// When more than `u32::MAX - 1` files are added.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        self.files.push(SourceFile {
            name: name.into(),
            text: text.into(),
        });
        let id = u32::try_from(self.files.len())
            .ok()
            .and_then(NonZeroU32::new);
        FileId(id.expect("a source map holds fewer than u32::MAX files"))
    }

    /// The files, in the order added.
    #[must_use]
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The file with this identity, if it is of this map.
    #[must_use]
    pub fn get(&self, file: FileId) -> Option<&SourceFile> {
        self.files.get(file.0.get() as usize - 1)
    }

    /// The text of a place, if its file is of this map.
    #[must_use]
    pub fn text(&self, span: Span) -> Option<&str> {
        let file = self.get(span.file)?;
        file.text.get(span.start as usize..span.end as usize)
    }

    /// The name of the file with this identity; empty for a file of another map.
    #[must_use]
    pub fn name(&self, file: FileId) -> &str {
        self.get(file).map_or("", |file| file.name.as_str())
    }
}
