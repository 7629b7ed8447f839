//! What is left out of a build context.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The file in a Truss folder that replaces the built-in list.
pub(crate) const IGNORE_FILE: &str = ".truss_ignore";

/// What the real client (Truss 0.18.36) leaves out where there is no `.truss_ignore`: the patterns
/// of its built-in list, in the meaning of `.gitignore`.
const BUILT_IN: &str = "\
__pycache__/ *.py[cod] *$py.class *.so .Python build/ develop-eggs/ dist/ downloads/ eggs/ .eggs/ \
lib/ lib64/ parts/ sdist/ var/ wheels/ share/python-wheels/ *.egg-info/ .installed.cfg *.egg \
MANIFEST .DS_Store *.manifest *.spec pip-log.txt pip-delete-this-directory.txt htmlcov/ .tox/ \
.nox/ .coverage .coverage.* .cache nosetests.xml coverage.xml *.cover *.py,cover .hypothesis/ \
.pytest_cache/ cover/ *.mo *.pot *.log local_settings.py db.sqlite3 db.sqlite3-journal instance/ \
.webassets-cache .scrapy docs/_build/ .pybuilder/ target/ .ipynb_checkpoints profile_default/ \
ipython_config.py .pdm.toml __pypackages__/ celerybeat-schedule celerybeat.pid *.sage.py .env .venv \
env/ venv/ ENV/ env.bak/ venv.bak/ .spyderproject .spyproject .ropeproject .mypy_cache/ \
.dmypy.json dmypy.json .ruff_cache/ .pyre/ .pytype/ cython_debug/ .git *.tmp *.swp";

/// Patterns as the real client reads them: those of `.gitignore`, but that the last pattern counts
/// that matches a path *or a folder above it*, and that a folder is also asked about as if it were a
/// file. So `!data/` brings back `data/a.txt`, and `*` with `!*/` leaves out every folder.
#[derive(Clone, Debug)]
pub(crate) struct Ignored {
    all: Gitignore,
    /// The patterns one by one; empty where none is negated, and their order does not matter.
    each: Vec<Gitignore>,
}

impl Ignored {
    /// The built-in list.
    pub(crate) fn built_in() -> Self {
        // Patterns that are part of this program are sound; a bad one would be passed over.
        Self::of(BUILT_IN.split_whitespace()).unwrap_or_else(|_| Self {
            all: Gitignore::empty(),
            each: Vec::new(),
        })
    }

    /// The patterns of a `.truss_ignore`: one a line, blank lines and `#` lines left out.
    ///
    /// # Errors
    /// The first line that is no pattern, and why.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        Self::of(
            text.lines()
                .map(str::trim)
                .filter(|l| !l.is_empty() && !l.starts_with('#')),
        )
    }

    fn of<'a>(patterns: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let patterns: Vec<_> = patterns.map(without_alternatives).collect();
        let build = |patterns: &[String]| {
            let mut builder = GitignoreBuilder::new("");
            for pattern in patterns {
                builder
                    .add_line(None, pattern)
                    .map_err(|error| format!("`{pattern}`: {error}"))?;
            }
            builder.build().map_err(|error| error.to_string())
        };
        let all = build(&patterns)?;
        let each = match all.num_whitelists() {
            0 => Vec::new(),
            _ => patterns.chunks(1).map(build).collect::<Result<_, _>>()?,
        };
        Ok(Self { all, each })
    }

    /// Whether a path is left out. Those above it must have been asked about before.
    pub(crate) fn leaves_out(&self, path: &str, is_folder: bool) -> bool {
        self.matches(path, false) || (is_folder && self.matches(path, true))
    }

    fn matches(&self, path: &str, is_folder: bool) -> bool {
        if self.each.is_empty() {
            return self.all.matched(path, is_folder).is_ignore();
        }
        let mentions = |pattern: &&Gitignore| {
            let mut above = path.match_indices('/').map(|(end, _)| &path[..end]);
            !pattern.matched(path, is_folder).is_none()
                || above.any(|folder| !pattern.matched(folder, true).is_none())
        };
        let last = self.each.iter().rev().find(mentions);
        last.is_some_and(|pattern| pattern.num_whitelists() == 0)
    }
}

/// Braces mean themselves to git; to the matcher they are alternatives unless escaped.
fn without_alternatives(pattern: &str) -> String {
    let mut escaped = false;
    let mut result = String::with_capacity(pattern.len());
    for character in pattern.chars() {
        if matches!(character, '{' | '}') && !escaped {
            result.push('\\');
        }
        escaped = character == '\\' && !escaped;
        result.push(character);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::{BUILT_IN, Ignored};

    #[test]
    fn every_built_in_pattern_is_sound() {
        assert!(Ignored::of(BUILT_IN.split_whitespace()).is_ok());
    }

    #[test]
    fn patterns_mean_what_they_mean_to_git() {
        let ignored = Ignored::built_in();
        assert!(ignored.leaves_out("model/__pycache__", true));
        assert!(!ignored.leaves_out("__pycache__", false));
        assert!(ignored.leaves_out("model/a.pyc", false));
        assert!(ignored.leaves_out(".git", true));
        assert!(!ignored.leaves_out("model/model.py", false));
        let own = Ignored::parse("# comment\n\n*.bin\n!keep.bin\n/top\n").unwrap();
        assert!(own.leaves_out("data/a.bin", false));
        assert!(!own.leaves_out("data/keep.bin", false));
        assert!(own.leaves_out("top", true));
        assert!(!own.leaves_out("a/top", true));
    }
}
