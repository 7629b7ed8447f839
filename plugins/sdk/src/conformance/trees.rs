//! Trees that no source was written for.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use plimsoll_core::tree::{DirEntry, EntryKind, MemoryTree, SourceTree};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// The files of a tree, to be changed. Links and large files are left out.
#[derive(Clone)]
pub(super) struct Copied {
    files: Vec<(String, Vec<u8>)>,
    focus: Option<String>,
}

/// Larger files are data, and would make every case slow. In bytes.
const LARGEST: u64 = 64 << 10;
/// More files than this are of no use.
const MOST: usize = 200;

impl Copied {
    pub(super) fn of(tree: &dyn SourceTree) -> Self {
        let mut files = Vec::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            for DirEntry { name, kind } in tree.list(&folder).unwrap_or_default() {
                let path = match folder.as_str() {
                    "" => name,
                    folder => format!("{folder}/{name}"),
                };
                match kind {
                    EntryKind::Directory => folders.push(path),
                    EntryKind::File { .. } if files.len() < MOST => {
                        files.extend(tree.read(&path, LARGEST).ok().map(|bytes| (path, bytes)));
                    }
                    _ => {}
                }
            }
        }
        Self {
            files,
            focus: tree.focus().map(str::to_owned),
        }
    }

    pub(super) fn tree(&self) -> Arc<dyn SourceTree> {
        let empty = MemoryTree::new();
        let files = self.files.iter();
        let tree = files.fold(empty, |tree, (path, bytes)| tree.with(path, bytes.clone()));
        Arc::new(match &self.focus {
            Some(focus) => tree.focused(focus),
            None => tree,
        })
    }

    /// Each file in turn replaced by something that it should not be, or gone.
    pub(super) fn hostile(&self) -> Vec<Arc<dyn SourceTree>> {
        let nested = |sign: &str| sign.repeat(5_000).into_bytes();
        let contents = [
            Vec::new(),
            vec![0; 64],
            vec![0xFF, 0xFE, b'a', 0],
            "\u{feff}\r\r\n\u{85}\u{2028}".into(),
            nested("["),
            nested("{a: "),
            nested("- "),
            vec![b'x'; 64 << 10],
        ];
        let mut trees = Vec::new();
        for place in 0..self.files.len().min(8) {
            for bytes in &contents {
                let mut changed = self.clone();
                changed.files[place].1.clone_from(bytes);
                trees.push(changed.tree());
            }
            let mut gone = self.clone();
            let (path, bytes) = gone.files.remove(place);
            trees.push(gone.tree());
            // What was a file is a folder.
            gone.files.push((format!("{path}/{path}"), bytes));
            trees.push(gone.tree());
        }
        trees
    }

    /// The tree with a few changes, somewhere in it.
    pub(super) fn changed(&self) -> impl Strategy<Value = Self> + use<> {
        let changes = proptest::collection::vec(change(), 1..6);
        let copied = self.clone();
        changes.prop_map(move |changes| {
            let mut copied = copied.clone();
            for Change {
                file,
                from,
                length,
                bytes,
            } in changes
            {
                if copied.files.is_empty() {
                    break;
                }
                let file = file.index(copied.files.len());
                let content = &mut copied.files[file].1;
                let from = from.index(content.len() + 1);
                let to = (from + length).min(content.len());
                content.splice(from..to, bytes);
            }
            copied
        })
    }
}

/// As what is in the files.
impl fmt::Debug for Copied {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, bytes) in &self.files {
            writeln!(formatter, "--- {path}\n{}", String::from_utf8_lossy(bytes))?;
        }
        write!(formatter, "--- named: {:?}", self.focus)
    }
}

/// Bytes of one file that become others.
#[derive(Clone, Debug)]
struct Change {
    file: Index,
    from: Index,
    length: usize,
    bytes: Vec<u8>,
}

fn change() -> impl Strategy<Value = Change> {
    let signs = vec![
        "",
        "\n",
        "\n  ",
        "\t",
        "\r",
        "\0",
        ":",
        ": ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        ",",
        "#",
        "'",
        "\"",
        "\\",
        "&a ",
        "*a",
        "=",
        "null",
        "-1",
        "1e999",
        "99999999999999999999",
        "é",
        "\u{2028}",
    ];
    let bytes = prop_oneof![
        4 => select(signs).prop_map(|sign| sign.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..8),
    ];
    // Short cuts leave more of the rest to be looked at.
    (any::<Index>(), any::<Index>(), 0_usize..12, bytes).prop_map(|(file, from, length, bytes)| {
        Change {
            file,
            from,
            length,
            bytes,
        }
    })
}

/// Trees that are nobody's.
pub(super) fn nobodys() -> Vec<Arc<dyn SourceTree>> {
    let empty = MemoryTree::new;
    let deep = format!("{}file.txt", "a/".repeat(500));
    let long = "x".repeat(5_000);
    vec![
        Arc::new(empty()),
        Arc::new(empty().focused("nothing.here")),
        Arc::new(empty().with("empty", "").focused("empty")),
        Arc::new(empty().with("folder/file", "").focused("folder")),
        Arc::new(
            empty()
                .with("binary", (0..=255).collect::<Vec<u8>>())
                .focused("binary"),
        ),
        Arc::new(empty().with(&deep, "deep").focused(&deep)),
        Arc::new(empty().with(&long, "long").focused(&long)),
        Arc::new(empty().with("\u{1b}[31m\n\u{202e}\u{0301}", "odd")),
        Arc::new(empty().focused("../outside")),
        Arc::new(empty().focused("")),
    ]
}

/// What of a tree fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failing {
    /// Nothing.
    Nothing,
    /// Files cannot be opened.
    Files,
    /// Nothing can be looked at.
    Everything,
}

/// A tree that notes which files are opened, and that may fail.
#[derive(Debug)]
pub(super) struct Watched {
    tree: Arc<dyn SourceTree>,
    failing: Failing,
    opened: Mutex<BTreeSet<String>>,
}

impl Watched {
    pub(super) fn new(tree: &Arc<dyn SourceTree>, failing: Failing) -> Self {
        Self {
            tree: Arc::clone(tree),
            failing,
            opened: Mutex::default(),
        }
    }

    /// The files that were opened.
    pub(super) fn opened(&self) -> BTreeSet<String> {
        let opened = self.opened.lock();
        opened.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn unless(&self, failing: &[Failing]) -> io::Result<&dyn SourceTree> {
        if failing.contains(&self.failing) {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "not for you",
            ));
        }
        Ok(&*self.tree)
    }
}

impl SourceTree for Watched {
    fn display(&self, path: &str) -> String {
        self.tree.display(path)
    }

    fn focus(&self) -> Option<&str> {
        self.tree.focus()
    }

    fn entry(&self, path: &str) -> io::Result<Option<EntryKind>> {
        self.unless(&[Failing::Everything])?.entry(path)
    }

    fn list(&self, path: &str) -> io::Result<Vec<DirEntry>> {
        self.unless(&[Failing::Everything])?.list(path)
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn io::Read + Send>> {
        let opened = self.opened.lock();
        let mut opened = opened.unwrap_or_else(PoisonError::into_inner);
        opened.insert(path.to_owned());
        self.unless(&[Failing::Files, Failing::Everything])?
            .open(path)
    }

    fn outside(&self, path: &str) -> io::Result<Arc<dyn SourceTree>> {
        self.unless(&[Failing::Everything])?.outside(path)
    }
}
