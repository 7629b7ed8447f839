//! The modules of a chain: the main file, and the files of the tree that it imports.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::span::{FileId, SourceMap, Span};
use plimsoll_core::tree::{EntryKind, SourceTree};
use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};
use ruff_python_ast::{Stmt, StmtImportFrom, Suite};
use ruff_python_parser::{Mode, ParseOptions};
use ruff_text_size::TextRange;

use super::depth::{MAX_DEPTH, too_deep};
use super::known;

/// Largest source file that is read, in bytes.
pub(crate) const MAX_SOURCE_BYTES: u64 = 8 << 20;

/// Most files that a chain imports; more is taken for a mistake.
const MAX_MODULES: usize = 500;

/// Most syntax errors of a file that are told.
const MAX_SYNTAX_ERRORS: usize = 20;

/// A place in a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The position in [`Program::modules`].
    pub(crate) module: usize,
    /// The range of bytes.
    pub(crate) range: TextRange,
}

/// A file that has been parsed.
#[derive(Debug)]
pub(crate) struct Module {
    /// Its path in the tree.
    pub(crate) path: String,
    /// The name it is imported by.
    pub(crate) name: String,
    /// Whether it is an `__init__.py`.
    pub(crate) is_package: bool,
    /// What it says.
    pub(crate) body: Suite,
    /// Its text.
    pub(crate) text: Arc<str>,
    file: FileId,
    lines: Vec<usize>,
}

/// The modules of a chain; the first one is the main file.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) modules: Vec<Module>,
    by_name: HashMap<String, usize>,
}

impl Program {
    /// The module of this absolute name, when it is a file of the tree.
    pub(crate) fn module(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Whether the name is a folder on the way to a module.
    pub(crate) fn is_folder(&self, name: &str) -> bool {
        let inside = |known: &String| {
            known
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('.'))
        };
        self.by_name.keys().any(inside)
    }

    /// A place as spans have it.
    pub(crate) fn span(&self, place: Place) -> Option<Span> {
        let module = self.modules.get(place.module)?;
        Some(span(module.file, &module.text, &module.lines, place.range))
    }

    /// The text at a place.
    pub(crate) fn text(&self, place: Place) -> &str {
        let range = place.range.start().to_usize()..place.range.end().to_usize();
        let module = self.modules.get(place.module);
        module
            .and_then(|module| module.text.get(range))
            .unwrap_or_default()
    }

    /// The absolute name that an import from `module` means; `None` where it leads out of the
    /// package. In the main file a leading dot means its own folder.
    pub(crate) fn absolute(&self, module: usize, import: &StmtImportFrom) -> Option<String> {
        let importer = self.modules.get(module)?;
        absolute(&importer.name, importer.is_package, import)
    }
}

fn absolute(importer: &str, is_package: bool, import: &StmtImportFrom) -> Option<String> {
    let named = import
        .module
        .as_ref()
        .map(ruff_python_ast::Identifier::as_str);
    if import.level == 0 {
        return named.map(str::to_owned);
    }
    let mut package: Vec<&str> = importer.split('.').collect();
    let up = import.level as usize - usize::from(is_package);
    if up > package.len() {
        return None;
    }
    package.truncate(package.len() - up);
    package.extend(named);
    Some(package.join("."))
}

/// Reads the main file and, file by file, what it imports from the tree.
pub(crate) fn load(
    tree: &dyn SourceTree,
    main: &str,
    files: &mut SourceMap,
    problems: &mut Vec<Diagnostic>,
) -> Program {
    let mut loader = Loader {
        tree,
        root: main
            .rsplit_once('/')
            .map_or(String::new(), |(folder, _)| format!("{folder}/")),
        files,
        problems,
        program: Program::default(),
        asked: HashMap::new(),
    };
    let stem = main
        .rsplit('/')
        .next()
        .unwrap_or(main)
        .trim_end_matches(".py");
    loader.add(main, stem, false);
    let mut next = 0;
    while let Some(module) = loader.program.modules.get(next) {
        let mut imports = Imports {
            name: &module.name,
            is_package: module.is_package,
            wanted: Vec::new(),
        };
        imports.visit_body(&module.body);
        for wanted in imports.wanted {
            loader.want(&wanted);
        }
        next += 1;
    }
    loader.program
}

struct Loader<'a> {
    tree: &'a dyn SourceTree,
    /// The folder of the main file, with a slash where it is not the root.
    root: String,
    files: &'a mut SourceMap,
    problems: &'a mut Vec<Diagnostic>,
    program: Program,
    /// The names that have been looked for.
    asked: HashMap<String, ()>,
}

impl Loader<'_> {
    /// Loads a module by its absolute name, and the packages it is in.
    fn want(&mut self, name: &str) {
        let top = name.split('.').next().unwrap_or(name);
        if known::is_library(top) {
            return;
        }
        let ends = name
            .match_indices('.')
            .map(|(at, _)| at)
            .chain([name.len()]);
        for end in ends {
            self.want_one(&name[..end]);
        }
    }

    fn want_one(&mut self, name: &str) {
        let full = self.program.modules.len() >= MAX_MODULES;
        if full || self.program.by_name.contains_key(name) || self.asked.contains_key(name) {
            return;
        }
        self.asked.insert(name.to_owned(), ());
        let path = format!("{}{}", self.root, name.replace('.', "/"));
        for (path, is_package) in [
            (format!("{path}/__init__.py"), true),
            (format!("{path}.py"), false),
        ] {
            let is_file = matches!(
                self.tree.entry(&path),
                Ok(Some(EntryKind::File { .. } | EntryKind::Symlink))
            );
            if is_file {
                return self.add(&path, name, is_package);
            }
        }
    }

    fn add(&mut self, path: &str, name: &str, is_package: bool) {
        let Some(text) = self.read(path) else { return };
        let text: Arc<str> = text.into();
        let file = self.files.add(self.tree.display(path), Arc::clone(&text));
        let lines: Vec<usize> = std::iter::once(0).chain(line_starts(&text)).collect();
        let at = |range| Some(span(file, &text, &lines, range));
        let body = if let Some(start) = too_deep(&text) {
            let message = format!("the source is nested more than {MAX_DEPTH} levels deep here");
            let hint = "put parts of it into names of their own";
            let problem = Diagnostic::error("chain::too-deep", message);
            self.problems
                .push(problem.at(at(TextRange::empty(start))).hint(hint));
            Suite::default()
        } else {
            let parsed =
                ruff_python_parser::parse_unchecked(&text, ParseOptions::from(Mode::Module));
            for error in parsed.errors().iter().take(MAX_SYNTAX_ERRORS) {
                let message = format!("this is no Python: {}", sentence(&error.error.to_string()));
                let problem = Diagnostic::error("chain::syntax", message);
                self.problems.push(problem.at(at(error.location)));
            }
            parsed
                .try_into_module()
                .map(|module| module.into_syntax().body)
                .unwrap_or_default()
        };
        self.program
            .by_name
            .insert(name.to_owned(), self.program.modules.len());
        self.program.modules.push(Module {
            path: path.to_owned(),
            name: name.to_owned(),
            is_package,
            body,
            text,
            file,
            lines,
        });
    }

    fn read(&mut self, path: &str) -> Option<String> {
        let shown = self.tree.display(path);
        let problem = match self.tree.read(path, MAX_SOURCE_BYTES) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => return Some(text),
                Err(_) => Diagnostic::error("chain::not-utf8", format!("{shown} is not UTF-8"))
                    .hint("save it as UTF-8"),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Diagnostic::error("chain::no-file", format!("there is no {shown}"))
            }
            Err(error) => {
                Diagnostic::error("chain::unreadable", format!("cannot read {shown}: {error}"))
            }
        };
        self.problems.push(problem);
        None
    }
}

/// The parser's messages begin with a capital letter.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.bytes()
        .enumerate()
        .filter(|(_, byte)| *byte == b'\n')
        .map(|(at, _)| at + 1)
}

/// A range of a text as spans have it.
pub(crate) fn span_of(file: FileId, text: &str, range: TextRange) -> Span {
    let lines: Vec<usize> = std::iter::once(0).chain(line_starts(text)).collect();
    span(file, text, &lines, range)
}

fn span(file: FileId, text: &str, lines: &[usize], range: TextRange) -> Span {
    let start = range.start().to_usize().min(text.len());
    let line = lines.partition_point(|begin| *begin <= start).max(1);
    let before = lines
        .get(line - 1)
        .and_then(|begin| text.get(*begin..start))
        .unwrap_or_default();
    // A byte-order mark is no column.
    let columns = before.trim_start_matches('\u{feff}').chars().count();
    Span {
        file,
        start: range.start().to_u32(),
        end: range.end().to_u32(),
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(columns + 1).unwrap_or(u32::MAX),
    }
}

/// Gathers the modules that may be imported when a module is run: functions are not entered.
struct Imports<'a> {
    name: &'a str,
    is_package: bool,
    wanted: Vec<String>,
}

impl<'a> StatementVisitor<'a> for Imports<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(_) => {}
            Stmt::Import(import) => {
                self.wanted
                    .extend(import.names.iter().map(|alias| alias.name.to_string()));
            }
            Stmt::ImportFrom(import) => {
                let Some(base) = absolute(self.name, self.is_package, import) else {
                    return;
                };
                for alias in &import.names {
                    let name = alias.name.as_str();
                    self.wanted.push(match (base.as_str(), name) {
                        (base, "*") => base.to_owned(),
                        ("", name) => name.to_owned(),
                        (base, name) => format!("{base}.{name}"),
                    });
                }
            }
            _ => walk_stmt(self, stmt),
        }
    }
}
