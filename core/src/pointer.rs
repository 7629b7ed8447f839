//! JSON Pointer (RFC 6901), the name of a place in a configuration tree.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A place in a tree, such as `/resources/cpu`. The root is the empty pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pointer(String);

impl Pointer {
    /// The pointer to the root.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// Takes a pointer as written; `text` must be empty or begin with `/`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.is_empty() || text.starts_with('/')).then(|| Self(text.to_owned()))
    }

    /// Appends one reference token, escaped.
    pub fn push(&mut self, token: &str) {
        self.0.push('/');
        if token.contains(['~', '/']) {
            for character in token.chars() {
                match character {
                    '~' => self.0.push_str("~0"),
                    '/' => self.0.push_str("~1"),
                    other => self.0.push(other),
                }
            }
        } else {
            self.0.push_str(token);
        }
    }

    /// Removes the last reference token, if there is one.
    pub fn pop(&mut self) {
        let end = self.0.rfind('/').unwrap_or(0);
        self.0.truncate(end);
    }

    /// This pointer with one more token.
    #[must_use]
    pub fn join(&self, token: &str) -> Self {
        let mut joined = self.clone();
        joined.push(token);
        joined
    }

    /// The reference tokens, unescaped, from the root down.
    pub fn tokens(&self) -> impl Iterator<Item = String> + '_ {
        self.0
            .split('/')
            .skip(1)
            .map(|token| token.replace("~1", "/").replace("~0", "~"))
    }

    /// The pointer as text, as RFC 6901 writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The place as people write it: `resources.cpu`, `secrets["a.b"]`, `weights[0].source`.
    #[must_use]
    pub fn dotted(&self) -> String {
        let mut text = String::new();
        for token in self.tokens() {
            if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit()) {
                text.push_str(&format!("[{token}]"));
            } else if !token.is_empty()
                && token
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
            {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&token);
            } else {
                text.push_str(&format!("[{token:?}]"));
            }
        }
        text
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Pointer;

    #[test]
    fn tokens_survive_escaping() {
        let pointer = Pointer::root().join("a/b").join("~c").join("0");
        assert_eq!(pointer.as_str(), "/a~1b/~0c/0");
        assert_eq!(pointer.tokens().collect::<Vec<_>>(), ["a/b", "~c", "0"]);
        assert_eq!(pointer.dotted(), "[\"a/b\"][\"~c\"][0]");
    }

    #[test]
    fn pop_undoes_push() {
        let mut pointer = Pointer::root().join("a");
        pointer.push("b/c");
        pointer.pop();
        assert_eq!(pointer.as_str(), "/a");
    }
}
