//! Directives: lines that start with `%`.

use super::Scanner;
use crate::yaml::cursor::{Fault, Mark};
use crate::yaml::token::{Directive, Kind};

const DIRECTIVE: &str = "a directive";

impl<'a> Scanner<'a> {
    pub(super) fn scan_directive(&mut self) -> Result<(), Fault> {
        let start = self.cursor.mark();
        self.cursor.advance(1);
        let name = self.word();
        if name.is_empty() || !self.cursor.is_space_at(0) {
            return Err(self.unexpected_in(DIRECTIVE, start, "a name of letters and digits"));
        }
        let directive = match name {
            "YAML" => self.yaml_directive(start)?,
            "TAG" => self.tag_directive(start)?,
            _ => {
                self.cursor.rest_of_line();
                Directive::Other
            }
        };
        self.push(Kind::Directive(Box::new(directive)), start);
        self.cursor.skip_spaces();
        self.cursor.skip_comment();
        if !self.cursor.is_line_end_at(0) {
            return Err(self.unexpected_in(DIRECTIVE, start, "the end of the line"));
        }
        self.cursor.line_break();
        Ok(())
    }

    fn yaml_directive(&mut self, start: Mark) -> Result<Directive<'a>, Fault> {
        self.cursor.skip_spaces();
        let major = self.version_number(start)?;
        if self.cursor.peek() != b'.' {
            return Err(self.unexpected_in(DIRECTIVE, start, "`.`"));
        }
        self.cursor.advance(1);
        self.version_number(start)?;
        if !self.cursor.is_space_at(0) {
            return Err(self.unexpected_in(DIRECTIVE, start, "a digit or a space"));
        }
        Ok(Directive::Yaml(major))
    }

    fn version_number(&mut self, start: Mark) -> Result<&'a str, Fault> {
        let mut length = 0;
        while self.cursor.byte(length).is_ascii_digit() {
            length += 1;
        }
        if length == 0 {
            return Err(self.unexpected_in(DIRECTIVE, start, "a digit"));
        }
        Ok(self.cursor.advance(length))
    }

    fn tag_directive(&mut self, start: Mark) -> Result<Directive<'a>, Fault> {
        self.cursor.skip_spaces();
        let handle = self.tag_handle(DIRECTIVE, start)?;
        if self.cursor.peek() != b' ' {
            return Err(self.unexpected_in(DIRECTIVE, start, "a space"));
        }
        self.cursor.skip_spaces();
        let prefix = self.tag_uri(DIRECTIVE, start)?;
        if !self.cursor.is_space_at(0) {
            return Err(self.unexpected_in(DIRECTIVE, start, "a space"));
        }
        Ok(Directive::Tag(handle, prefix))
    }
}
