//! Tags, anchors and aliases.

use std::borrow::Cow;

use super::Scanner;
use crate::yaml::cursor::{Fault, Mark, is_word};
use crate::yaml::token::Kind;

const TAG: &str = "a tag";

impl<'a> Scanner<'a> {
    pub(super) fn scan_anchor(&mut self) -> Result<(), Fault> {
        let start = self.cursor.mark();
        let is_alias = self.cursor.peek() == b'*';
        let what = if is_alias { "an alias" } else { "an anchor" };
        self.cursor.advance(1);
        let name = self.word();
        let ends = self.cursor.is_blank_at(0)
            || matches!(
                self.cursor.peek(),
                b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`'
            );
        if name.is_empty() || !ends {
            let found = self.cursor.shown();
            let problem = format!("its name is of letters, digits, `-` and `_`; found {found}");
            let fault = self.cursor.fault_in(what, start, problem);
            return Err(Box::new(
                fault.hint("a value that starts with `*` or `&` needs quotes"),
            ));
        }
        self.push(
            if is_alias {
                Kind::Alias(name)
            } else {
                Kind::Anchor(name)
            },
            start,
        );
        Ok(())
    }

    pub(super) fn scan_tag(&mut self) -> Result<(), Fault> {
        let start = self.cursor.mark();
        let (handle, suffix) = if self.cursor.byte(1) == b'<' {
            self.cursor.advance(2);
            let suffix = self.tag_uri(TAG, start)?;
            if self.cursor.peek() != b'>' {
                return Err(self.unexpected_in(TAG, start, "`>`"));
            }
            self.cursor.advance(1);
            (None, suffix)
        } else if self.cursor.is_blank_at(1) {
            self.cursor.advance(1);
            (None, Cow::Borrowed("!"))
        } else {
            let mut ahead = 1;
            while !self.cursor.is_space_at(ahead) && self.cursor.byte(ahead) != b'!' {
                ahead += 1;
            }
            let handle = if self.cursor.byte(ahead) == b'!' {
                self.tag_handle(TAG, start)?
            } else {
                self.cursor.advance(1)
            };
            (Some(handle), self.tag_uri(TAG, start)?)
        };
        if !self.cursor.is_space_at(0) {
            return Err(self.unexpected_in(TAG, start, "a space behind the tag"));
        }
        self.push(Kind::Tag(Box::new((handle, suffix))), start);
        Ok(())
    }

    /// A handle: `!`, `!!` or `!name!`.
    pub(super) fn tag_handle(&mut self, what: &str, start: Mark) -> Result<&'a str, Fault> {
        if self.cursor.peek() != b'!' {
            return Err(self.unexpected_in(what, start, "`!`"));
        }
        let mut length = 1;
        if self.cursor.byte(1) != b' ' {
            while is_word(self.cursor.byte(length)) {
                length += 1;
            }
            if self.cursor.byte(length) != b'!' {
                self.cursor.advance(length);
                return Err(self.unexpected_in(what, start, "`!`"));
            }
            length += 1;
        }
        Ok(self.cursor.advance(length))
    }

    /// The rest of a tag, with `%` escapes undone.
    pub(super) fn tag_uri(&mut self, what: &str, start: Mark) -> Result<Cow<'a, str>, Fault> {
        let mut text = Cow::Borrowed(self.uri_run());
        while self.cursor.peek() == b'%' {
            let decoded = self.uri_escapes(what, start)?;
            let run = self.uri_run();
            let text = text.to_mut();
            text.push_str(&decoded);
            text.push_str(run);
        }
        if text.is_empty() {
            return Err(self.unexpected_in(what, start, "a tag name"));
        }
        Ok(text)
    }

    fn uri_run(&mut self) -> &'a str {
        let mut length = 0;
        while self.cursor.byte(length).is_ascii_alphanumeric()
            || (self.cursor.byte(length) != 0
                && b"-;/?:@&=+$,_.!~*'()[]".contains(&self.cursor.byte(length)))
        {
            length += 1;
        }
        self.cursor.advance(length)
    }

    fn uri_escapes(&mut self, what: &str, start: Mark) -> Result<String, Fault> {
        let mark = self.cursor.mark();
        let mut bytes = Vec::new();
        while self.cursor.peek() == b'%' {
            self.cursor.advance(1);
            let digits = [self.cursor.byte(0), self.cursor.byte(1)];
            let code = std::str::from_utf8(&digits).ok();
            let code = code.filter(|_| digits.iter().all(u8::is_ascii_hexdigit));
            let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) else {
                return Err(self.unexpected_in(what, start, "two hexadecimal digits behind `%`"));
            };
            bytes.push(byte);
            self.cursor.advance(2);
        }
        String::from_utf8(bytes).map_err(|_| {
            let problem = "the escaped bytes are not UTF-8";
            self.cursor.fault_within(what, start, problem, mark)
        })
    }

    pub(super) fn word(&mut self) -> &'a str {
        let mut length = 0;
        while is_word(self.cursor.byte(length)) {
            length += 1;
        }
        self.cursor.advance(length)
    }

    pub(super) fn unexpected_in(&self, what: &str, start: Mark, expected: &str) -> Fault {
        let found = self.cursor.shown();
        let problem = format!("expected {expected}, found {found}");
        self.cursor.fault_in(what, start, problem)
    }
}
