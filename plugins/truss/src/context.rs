//! Gathers the files of a build context, as `truss push` (Truss 0.18.36) does.
//!
//! Two things are sent differently by the real client, depending on `external_package_dirs`:
//!
//! - Without them, the archive is the Truss folder, less what its `.truss_ignore` names; where there
//!   is no such file, less what the built-in list names.
//! - With them, a copy is made first, and the archive is the copy, less the same. The built-in list
//!   alone decides what is copied, with `.truss_ignore` or without: of the Truss folder what the
//!   list does not name; of an external folder all that stands directly in it, whatever its name,
//!   and of the folders in it what the list does not name, reckoned from each such folder.
//!
//! So a `.truss_ignore` keeps `lib/` or `.git/` of an external folder, which the built-in list would
//! leave out of the archive, and does not keep `__pycache__/` of a Truss that has external folders.
//!
//! Not as the real client: symbolic links are refused, where it follows those to files and drops
//! those to folders; a file that meets a folder of its name is an error, where it may put one into
//! the other; `config.yaml` is always in the archive.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use plimsoll_core::context::{Content, ContextFile};
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::tree::{EntryKind, SourceTree};

use crate::ignored::{IGNORE_FILE, Ignored};
use crate::source::CONFIG_FILE;

/// Largest `.truss_ignore` that is read, in bytes.
const MAX_IGNORE_BYTES: u64 = 1 << 20;

/// Most files of a context; more is taken for a mistake, such as a missing `.truss_ignore`.
const MAX_FILES: usize = 1_000_000;

/// Most problems of a kind that are told one by one.
const MAX_TOLD: usize = 20;

/// How much of a path, in parts from the left, the built-in list is not asked about when a folder is
/// copied; `None` for a folder that is not copied.
type Copied = Option<usize>;

/// How a folder is gone through.
#[derive(Clone, Copy)]
struct Walk<'a> {
    tree: &'a Arc<dyn SourceTree>,
    copied: Copied,
    /// The folder of the archive that what is left out is reckoned from; "" for its root.
    reckoned_from: &'a str,
}

/// Gathers files, and notes what is wrong on the way. Its codes are of the domain `truss`.
pub struct Gatherer {
    files: Vec<ContextFile>,
    ignored: Ignored,
    built_in: Ignored,
    problems: Vec<Diagnostic>,
    /// How many problems there are of each code.
    counts: BTreeMap<&'static str, usize>,
    /// Whether a `config.yaml` at the root is a file like any other.
    keeps_config: bool,
}

/// The files of a folder as they are written, less what a build context leaves out, and of external
/// package folders what is in them, below `into`; and what is wrong with that.
pub fn gather(
    tree: &Arc<dyn SourceTree>,
    external: &[String],
    into: &str,
) -> (Vec<ContextFile>, Vec<Diagnostic>) {
    let mut gatherer = Gatherer::new(&**tree, "");
    gatherer.keeps_config = true;
    gatherer.add_truss(tree, !external.is_empty());
    for folder in external {
        gatherer.add_external(tree, folder, into);
    }
    gatherer.into_parts()
}

impl Gatherer {
    /// Leaves out what the `.truss_ignore` in this folder says, or else the built-in list.
    #[must_use]
    pub fn new(tree: &dyn SourceTree, folder: &str) -> Self {
        let ignore_file = joined(folder, IGNORE_FILE);
        let built_in = Ignored::built_in();
        let mut gatherer = Self {
            files: Vec::new(),
            ignored: built_in.clone(),
            built_in,
            problems: Vec::new(),
            counts: BTreeMap::new(),
            keeps_config: false,
        };
        match tree.read(&ignore_file, MAX_IGNORE_BYTES) {
            Ok(bytes) => match Ignored::parse(&String::from_utf8_lossy(&bytes)) {
                Ok(ignored) => gatherer.ignored = ignored,
                Err(error) => {
                    let shown = tree.display(&ignore_file);
                    gatherer.note("truss::ignore-pattern", format!("{shown}: {error}"), None);
                }
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => gatherer.unreadable(tree, &ignore_file, &error),
        }
        gatherer
    }

    /// Adds the Truss folder itself; `copied` when external folders are to be added to it.
    pub(crate) fn add_truss(&mut self, tree: &Arc<dyn SourceTree>, copied: bool) {
        let walk = Walk {
            tree,
            copied: copied.then_some(0),
            reckoned_from: "",
        };
        self.walk(walk, "", "");
    }

    /// Adds the contents of a folder below `into`. What is left out is reckoned from the folder.
    pub fn add_folder(&mut self, tree: &Arc<dyn SourceTree>, folder: &str, into: &str) {
        let walk = Walk {
            tree,
            copied: None,
            reckoned_from: into,
        };
        self.walk(walk, folder, into);
    }

    /// Adds the contents of an external package folder below `into`.
    pub fn add_external(&mut self, tree: &Arc<dyn SourceTree>, named: &str, into: &str) {
        match tree.outside(named) {
            Ok(outside) if !self.leaves_out_at_or_above(into) => {
                let walk = Walk {
                    tree: &outside,
                    copied: Some(1),
                    reckoned_from: "",
                };
                self.walk(walk, "", into);
            }
            Ok(_) => {}
            Err(error) => {
                let message = format!("the external package folder `{named}`: {error}");
                self.note("truss::external-package", message, None);
            }
        }
    }

    /// The files, and what is wrong: of many problems of a kind the first, and how many more.
    #[must_use]
    pub fn into_parts(mut self) -> (Vec<ContextFile>, Vec<Diagnostic>) {
        for (code, count) in self.counts {
            if count > MAX_TOLD {
                let more = format!("and {} more", count - MAX_TOLD);
                self.problems.push(Diagnostic::error(code, more));
            }
        }
        (self.files, self.problems)
    }

    fn leaves_out_at_or_above(&self, folder: &str) -> bool {
        let above = folder.match_indices('/').map(|(end, _)| &folder[..end]);
        let mut asked = above.chain((!folder.is_empty()).then_some(folder));
        asked.any(|folder| self.ignored.leaves_out(folder, true))
    }

    fn walk(&mut self, walk: Walk<'_>, from: &str, into: &str) {
        let Walk {
            tree,
            copied,
            reckoned_from,
        } = walk;
        let entries = match tree.list(from) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(&**tree, from, &error),
        };
        for entry in entries {
            let (path, archived) = (joined(from, &entry.name), joined(into, &entry.name));
            let is_folder = entry.kind == EntryKind::Directory;
            // Whatever it is, the effective configuration takes its place.
            if archived == CONFIG_FILE && !is_folder && !self.keeps_config {
                continue;
            }
            let asked = copied.and_then(|parts| path.splitn(parts + 1, '/').nth(parts));
            let reckoned = archived.get(reckoned_from.len()..).unwrap_or_default();
            let reckoned = reckoned.trim_start_matches('/');
            let left_out = self.ignored.leaves_out(reckoned, is_folder)
                || asked.is_some_and(|path| self.built_in.leaves_out(path, is_folder));
            if left_out {
                continue;
            }
            match entry.kind {
                EntryKind::Directory => self.walk(walk, &path, &archived),
                EntryKind::File { len, executable } => {
                    if self.files.len() == MAX_FILES {
                        let message = format!("more than {MAX_FILES} files");
                        let hint = format!("name what is not part of the model in {IGNORE_FILE}");
                        self.note("truss::too-many-files", message, Some(hint));
                    }
                    if self.files.len() <= MAX_FILES {
                        let content = Content::Tree(Arc::clone(tree), path);
                        self.files.push(ContextFile {
                            path: archived,
                            len,
                            executable,
                            content,
                        });
                    }
                }
                EntryKind::Symlink => self.refuse(&**tree, &path, "a symbolic link"),
                EntryKind::Other => self.refuse(&**tree, &path, "neither a file nor a folder"),
            }
        }
    }

    fn refuse(&mut self, tree: &dyn SourceTree, path: &str, what: &str) {
        let message = format!("{} is {what}, which is not packaged", tree.display(path));
        let hint = format!("put the file itself there, or name it in {IGNORE_FILE}");
        self.note("truss::not-a-file", message, Some(hint));
    }

    fn unreadable(&mut self, tree: &dyn SourceTree, path: &str, error: &io::Error) {
        let message = format!("cannot read {}: {error}", tree.display(path));
        self.note("truss::unreadable", message, None);
    }

    fn note(&mut self, code: &'static str, message: String, hint: Option<String>) {
        let count = self.counts.entry(code).or_default();
        *count += 1;
        if *count <= MAX_TOLD {
            let problem = Diagnostic::error(code, message);
            self.problems.push(problem.maybe_hint(hint));
        }
    }
}

/// A path below a folder; "" is the root.
fn joined(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}
