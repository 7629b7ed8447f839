//! Versions of Python packages (PEP 440), as `packaging.version.Version` reads them.

use super::strip;

/// Whether the text is a version: an optional `v` and epoch, numbers, and pre-, post-, development
/// and local parts. White space around it and letter case do not count.
pub(crate) fn is_version(text: &str) -> bool {
    let text = strip(text).to_ascii_lowercase();
    let mut rest = Rest(text.strip_prefix('v').unwrap_or(&text));
    rest.epoch();
    if !rest.number() {
        return false;
    }
    while rest.dot_number() {}
    rest.suffix(&["alpha", "a", "beta", "b", "preview", "pre", "c", "rc"]);
    if !rest.dash_number() {
        rest.suffix(&["post", "rev", "r"]);
    }
    rest.suffix(&["dev"]);
    rest.local();
    rest.0.is_empty()
}

/// What is left to read. Each part is taken when it is there, and never given back.
struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn take(&mut self, prefix: &str) -> bool {
        let rest = self.0.strip_prefix(prefix);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn number(&mut self) -> bool {
        let rest = self.0.trim_start_matches(|c: char| c.is_ascii_digit());
        let found = rest.len() < self.0.len();
        self.0 = rest;
        found
    }

    fn epoch(&mut self) {
        let before = self.0;
        if !(self.number() && self.take("!")) {
            self.0 = before;
        }
    }

    fn dot_number(&mut self) -> bool {
        self.marked_number(".")
    }

    fn dash_number(&mut self) -> bool {
        self.marked_number("-")
    }

    fn marked_number(&mut self, mark: &str) -> bool {
        let before = self.0;
        let found = self.take(mark) && self.number();
        if !found {
            self.0 = before;
        }
        found
    }

    fn separator(&mut self) -> bool {
        self.take(".") || self.take("-") || self.take("_")
    }

    /// One of these words, with a separator and a number if they are there.
    fn suffix(&mut self, words: &[&str]) {
        let before = self.0;
        self.separator();
        if words.iter().any(|word| self.take(word)) {
            self.separator();
            self.number();
        } else {
            self.0 = before;
        }
    }

    fn local(&mut self) {
        if !self.0.starts_with('+') {
            return;
        }
        let sound =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
        if self.0[1..].split(['.', '-', '_']).all(sound) {
            self.0 = "";
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_version;

    #[test]
    fn versions_are_told_as_pep_440_has_them() {
        for yes in [
            "0.9.0",
            "v1.0",
            "1!2.0",
            "1.0a1",
            "1.0.post2",
            "1.0-1",
            "1.0.dev3",
            "1.0rc1+local.1",
            " 1.0A. ",
            "1.0a.dev1",
        ] {
            assert!(is_version(yes), "{yes}");
        }
        for no in ["", "latest", "1..0", "1.0.", "1.0+", "1.0 beta x", "1.0--1"] {
            assert!(!is_version(no), "{no}");
        }
    }
}
