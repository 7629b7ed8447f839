//! One method for each kind of token, but for scalars.

use super::Scanner;
use crate::diagnostic::Diagnostic;
use crate::yaml::cursor::Fault;
use crate::yaml::token::{Kind, Token};

impl Scanner<'_> {
    pub(super) fn fetch_stream_end(&mut self) -> Result<(), Fault> {
        self.unwind_indent(None);
        self.remove_simple_key()?;
        self.allow_simple_key = false;
        self.simple_keys.clear();
        self.push_here(Kind::StreamEnd);
        self.done = true;
        Ok(())
    }

    pub(super) fn fetch_directive(&mut self) -> Result<(), Fault> {
        self.unwind_indent(None);
        self.remove_simple_key()?;
        self.allow_simple_key = false;
        self.scan_directive()
    }

    pub(super) fn fetch_document_marker(&mut self, kind: Kind<'static>) -> Result<(), Fault> {
        self.unwind_indent(None);
        self.remove_simple_key()?;
        self.allow_simple_key = false;
        let start = self.cursor.mark();
        self.cursor.advance(3);
        self.push(kind, start);
        Ok(())
    }

    pub(super) fn fetch_flow_start(&mut self, kind: Kind<'static>) -> Result<(), Fault> {
        self.save_simple_key()?;
        self.flow_level += 1;
        if self.flow_level > self.deepest_flow {
            let limit = self.deepest_flow;
            return Err(Box::new(
                Diagnostic::error(
                    "yaml::too-deep",
                    format!("collections are nested more than {limit} deep"),
                )
                .at(Some(self.cursor.point(self.cursor.mark()))),
            ));
        }
        self.allow_simple_key = true;
        self.push_indicator(kind);
        Ok(())
    }

    pub(super) fn fetch_flow_end(&mut self, kind: Kind<'static>) -> Result<(), Fault> {
        self.remove_simple_key()?;
        // One without a start is refused by the composer.
        self.flow_level = self.flow_level.saturating_sub(1);
        self.allow_simple_key = false;
        self.push_indicator(kind);
        Ok(())
    }

    pub(super) fn fetch_flow_entry(&mut self) -> Result<(), Fault> {
        self.allow_simple_key = true;
        self.remove_simple_key()?;
        self.push_indicator(Kind::FlowEntry);
        Ok(())
    }

    pub(super) fn fetch_block_entry(&mut self) -> Result<(), Fault> {
        // In a flow it is wrong as well, which the composer says.
        if self.flow_level == 0 {
            self.start_block(Kind::BlockSequenceStart, "a list item cannot start here")?;
        }
        self.allow_simple_key = true;
        self.remove_simple_key()?;
        self.push_indicator(Kind::BlockEntry);
        Ok(())
    }

    pub(super) fn fetch_key(&mut self) -> Result<(), Fault> {
        if self.flow_level == 0 {
            self.start_block(Kind::BlockMappingStart, "a key cannot start here")?;
        }
        self.allow_simple_key = self.flow_level == 0;
        self.remove_simple_key()?;
        self.push_indicator(Kind::Key);
        Ok(())
    }

    pub(super) fn fetch_value(&mut self) -> Result<(), Fault> {
        if let Some(key) = self.take_simple_key() {
            let position = key.token_number - self.taken;
            let token = |kind| Token {
                kind,
                start: key.mark,
                end: key.mark,
            };
            self.tokens.insert(position, token(Kind::Key));
            if self.flow_level == 0 && self.add_indent(key.mark.column) {
                self.tokens.insert(position, token(Kind::BlockMappingStart));
            }
            self.allow_simple_key = false;
        } else {
            if self.flow_level == 0 {
                self.start_block(Kind::BlockMappingStart, "a mapping value cannot start here")?;
            }
            self.allow_simple_key = self.flow_level == 0;
            self.remove_simple_key()?;
        }
        self.push_indicator(Kind::Value);
        Ok(())
    }

    pub(super) fn fetch_anchor(&mut self) -> Result<(), Fault> {
        self.save_simple_key()?;
        self.allow_simple_key = false;
        self.scan_anchor()
    }

    pub(super) fn fetch_tag(&mut self) -> Result<(), Fault> {
        self.save_simple_key()?;
        self.allow_simple_key = false;
        self.scan_tag()
    }

    pub(super) fn fetch_block_scalar(&mut self, folded: bool) -> Result<(), Fault> {
        self.allow_simple_key = true;
        self.remove_simple_key()?;
        self.scan_block_scalar(folded)
    }

    pub(super) fn fetch_quoted(&mut self, double: bool) -> Result<(), Fault> {
        self.save_simple_key()?;
        self.allow_simple_key = false;
        self.scan_quoted(double)
    }

    pub(super) fn fetch_plain(&mut self) -> Result<(), Fault> {
        self.save_simple_key()?;
        self.allow_simple_key = false;
        self.scan_plain();
        Ok(())
    }

    /// Starts a block collection here unless the current one goes on.
    fn start_block(&mut self, kind: Kind<'static>, refusal: &str) -> Result<(), Fault> {
        if !self.allow_simple_key {
            let fault = self.cursor.fault(self.cursor.mark(), refusal);
            return Err(Box::new(fault.hint(
                "a value that holds `: `, or continues over lines, needs quotes",
            )));
        }
        if self.add_indent(self.cursor.column()) {
            self.push_here(kind);
        }
        Ok(())
    }

    fn push_indicator(&mut self, kind: Kind<'static>) {
        let start = self.cursor.mark();
        self.cursor.advance(1);
        self.push(kind, start);
    }
}
