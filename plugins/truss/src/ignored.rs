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

/// Patterns in the meaning of `.gitignore`.
#[derive(Clone, Debug)]
pub(crate) struct Ignored(Gitignore);

impl Ignored {
    /// The built-in list.
    pub(crate) fn built_in() -> Self {
        // Patterns that are part of this program are sound; a bad one would be passed over.
        Self::of(BUILT_IN.split_whitespace()).unwrap_or_else(|_| Self(Gitignore::empty()))
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
        let mut builder = GitignoreBuilder::new("");
        for pattern in patterns {
            builder
                .add_line(None, pattern)
                .map_err(|error| format!("`{pattern}`: {error}"))?;
        }
        builder.build().map(Self).map_err(|error| error.to_string())
    }

    /// Whether a path is left out. Those above it must have been asked about before.
    pub(crate) fn matches(&self, path: &str, is_folder: bool) -> bool {
        self.0.matched(path, is_folder).is_ignore()
    }
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
        assert!(ignored.matches("model/__pycache__", true));
        assert!(!ignored.matches("__pycache__", false));
        assert!(ignored.matches("model/a.pyc", false));
        assert!(ignored.matches(".git", true));
        assert!(!ignored.matches("model/model.py", false));
        let own = Ignored::parse("# comment\n\n*.bin\n!keep.bin\n/top\n").unwrap();
        assert!(own.matches("data/a.bin", false));
        assert!(!own.matches("data/keep.bin", false));
        assert!(own.matches("top", true));
        assert!(!own.matches("a/top", true));
    }
}
