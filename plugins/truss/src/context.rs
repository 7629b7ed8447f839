//! Gathers the files of a build context.

use std::io;
use std::sync::Arc;

use plimsoll_core::context::{Content, ContextFile};
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::tree::{EntryKind, SourceTree};

use crate::ignored::{IGNORE_FILE, Ignored};

/// Largest `.truss_ignore` that is read, in bytes.
const MAX_IGNORE_BYTES: u64 = 1 << 20;

/// Most files of a context; more is taken for a mistake, such as a missing `.truss_ignore`.
const MAX_FILES: usize = 1_000_000;

/// Gathers files, and notes what is wrong on the way.
pub(crate) struct Gatherer {
    pub(crate) files: Vec<ContextFile>,
    pub(crate) problems: Vec<Diagnostic>,
    ignored: Ignored,
}

impl Gatherer {
    /// Leaves out what the `.truss_ignore` of this Truss says, or else the built-in list.
    pub(crate) fn new(tree: &dyn SourceTree) -> Self {
        let mut problems = Vec::new();
        let ignored = match tree.read(IGNORE_FILE, MAX_IGNORE_BYTES) {
            Ok(bytes) => Ignored::parse(&String::from_utf8_lossy(&bytes)).unwrap_or_else(|error| {
                let shown = tree.display(IGNORE_FILE);
                let message = format!("{shown}: {error}");
                problems.push(Diagnostic::error("truss::ignore-pattern", message));
                Ignored::built_in()
            }),
            Err(_) => Ignored::built_in(),
        };
        Self {
            files: Vec::new(),
            problems,
            ignored,
        }
    }

    /// Adds the Truss folder itself.
    pub(crate) fn add_truss(&mut self, tree: &Arc<dyn SourceTree>) {
        self.walk(tree, "", "", None);
    }

    /// Adds the contents of an external package folder below `into`. As in the real client, what
    /// the built-in list names is left out of its subfolders, and then what the Truss leaves out.
    pub(crate) fn add_external(&mut self, tree: &Arc<dyn SourceTree>, named: &str, into: &str) {
        match tree.outside(named) {
            Ok(outside) => self.walk(&outside, "", into, Some(&Ignored::built_in())),
            Err(error) => {
                let message = format!("the external package folder `{named}`: {error}");
                self.problems
                    .push(Diagnostic::error("truss::external-package", message));
            }
        }
    }

    fn walk(
        &mut self,
        tree: &Arc<dyn SourceTree>,
        from: &str,
        into: &str,
        also_ignored: Option<&Ignored>,
    ) {
        let entries = match tree.list(from) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(&**tree, from, &error),
        };
        for entry in entries {
            let join = |base: &str| match base {
                "" => entry.name.clone(),
                base => format!("{base}/{}", entry.name),
            };
            let (path, archived) = (join(from), join(into));
            let is_folder = entry.kind == EntryKind::Directory;
            // Files directly in an external folder are taken whatever the built-in list says.
            let below = is_folder || !from.is_empty();
            let left_out = self.ignored.matches(&archived, is_folder)
                || (below && also_ignored.is_some_and(|list| list.matches(&path, is_folder)));
            if left_out {
                continue;
            }
            match entry.kind {
                EntryKind::Directory => self.walk(tree, &path, &archived, also_ignored),
                EntryKind::File { len, executable } => {
                    if self.files.len() == MAX_FILES {
                        let message = format!("more than {MAX_FILES} files");
                        let hint = format!("name what is not part of the model in {IGNORE_FILE}");
                        let problem = Diagnostic::error("truss::too-many-files", message);
                        self.problems.push(problem.hint(hint));
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
        self.problems
            .push(Diagnostic::error("truss::not-a-file", message).hint(hint));
    }

    fn unreadable(&mut self, tree: &dyn SourceTree, path: &str, error: &io::Error) {
        let message = format!("cannot read {}: {error}", tree.display(path));
        self.problems
            .push(Diagnostic::error("truss::unreadable", message));
    }
}
