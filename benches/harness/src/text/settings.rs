//! The settings of a call, taken one by one.

use super::{Call, SpecError, Value, Word};
use crate::time::Span;

/// The settings of a call that have not been taken yet.
#[derive(Debug)]
pub(crate) struct Settings<'t> {
    call: Call<'t>,
    known: Vec<&'static str>,
}

impl<'t> Settings<'t> {
    pub(crate) fn new(call: Call<'t>) -> Self {
        Self {
            call,
            known: Vec::new(),
        }
    }

    pub(crate) fn name(&self) -> Word<'t> {
        self.call.name
    }

    /// Takes the value of a setting.
    pub(crate) fn value(&mut self, name: &'static str) -> Option<Value<'t>> {
        self.known.push(name);
        let named =
            |(given, _): &(Option<Word<'_>>, _)| given.is_some_and(|word| word.text == name);
        let place = self.call.arguments.iter().position(named)?;
        Some(self.call.arguments.remove(place).1)
    }

    /// Takes a word.
    pub(crate) fn word(&mut self, name: &'static str) -> Result<Option<Word<'t>>, SpecError> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Word(word)) => Ok(Some(word)),
            Some(Value::Call(call)) => Err(SpecError::at(
                call.name,
                format!("`{name}` is a plain value"),
            )),
        }
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(Word<'t>) -> Result<T, SpecError>,
    ) -> Result<Option<T>, SpecError> {
        self.word(name)?.map(read).transpose()
    }

    /// Says that a setting is missing.
    pub(crate) fn missing(&self, name: &str) -> SpecError {
        let call = self.call.name;
        SpecError::at(call, format!("`{}` needs `{name}`", call.text))
    }

    pub(crate) fn span(&mut self, name: &'static str) -> Result<Option<Span>, SpecError> {
        self.read(name, span)
    }

    /// A rate, in requests a second.
    pub(crate) fn rate(&mut self, name: &'static str) -> Result<Option<f64>, SpecError> {
        self.read(name, rate)
    }

    /// A number, of at least 0.
    pub(crate) fn number(&mut self, name: &'static str) -> Result<Option<f64>, SpecError> {
        self.read(name, |word| number(word, "a number of at least 0"))
    }

    /// A share from 0 to 1, which may be written in percent.
    pub(crate) fn share(&mut self, name: &'static str) -> Result<Option<f64>, SpecError> {
        self.read(name, share)
    }

    pub(crate) fn needed<T>(&self, name: &str, value: Option<T>) -> Result<T, SpecError> {
        value.ok_or_else(|| self.missing(name))
    }

    /// Takes the values that have no name.
    pub(crate) fn list(&mut self) -> Vec<Value<'t>> {
        let (list, named): (Vec<_>, Vec<_>) = self
            .call
            .arguments
            .drain(..)
            .partition(|(name, _)| name.is_none());
        self.call.arguments = named;
        list.into_iter().map(|(_, value)| value).collect()
    }

    /// Takes every setting, whatever its name.
    pub(crate) fn named(self) -> Result<Vec<(Word<'t>, Value<'t>)>, SpecError> {
        let call = self.call.name.text;
        let named = |(name, value): (Option<Word<'t>>, Value<'t>)| match name {
            Some(name) => Ok((name, value)),
            None => Err(SpecError::at(
                value.head(),
                format!("`{call}` takes settings by name"),
            )),
        };
        self.call.arguments.into_iter().map(named).collect()
    }

    /// Says what is left over.
    pub(crate) fn finish(self) -> Result<(), SpecError> {
        let Some((name, value)) = self.call.arguments.first() else {
            return Ok(());
        };
        let call = self.call.name.text;
        let Some(name) = name else {
            return Err(SpecError::at(
                value.head(),
                format!("`{call}` takes settings by name"),
            ));
        };
        if self.known.contains(&name.text) {
            return Err(SpecError::at(
                *name,
                format!("`{}` is given twice", name.text),
            ));
        }
        Err(SpecError::unknown(
            *name,
            &format!("setting of `{call}`"),
            &self.known,
        ))
    }
}

pub(crate) fn span(word: Word<'_>) -> Result<Span, SpecError> {
    word.text
        .parse()
        .map_err(|error: crate::time::SpanError| SpecError::at(word, error.to_string()))
}

pub(crate) fn number(word: Word<'_>, wanted: &str) -> Result<f64, SpecError> {
    let parsed = word.text.replace('_', "").parse::<f64>();
    match parsed {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok(number),
        _ => Err(SpecError::at(word, format!("expected {wanted}"))),
    }
}

fn share(word: Word<'_>) -> Result<f64, SpecError> {
    const WANTED: &str = "a share from 0 to 1, or in percent";
    let (text, scale) = match word.text.strip_suffix('%') {
        Some(percent) => (percent.trim_end(), 100.0),
        None => (word.text, 1.0),
    };
    let value = number(Word { text, at: word.at }, WANTED)? / scale;
    if value > 1.0 {
        return Err(SpecError::at(word, format!("expected {WANTED}")));
    }
    Ok(value)
}

fn rate(word: Word<'_>) -> Result<f64, SpecError> {
    const WANTED: &str = "a rate such as 50, 50/s, 3000/min or 100_000/h";
    let (text, seconds) = match word.text.split_once('/') {
        None => (word.text, 1.0),
        Some((text, unit)) => match unit.trim() {
            "s" | "sec" => (text, 1.0),
            "m" | "min" => (text, 60.0),
            "h" | "hour" => (text, 3_600.0),
            "d" | "day" => (text, 86_400.0),
            _ => return Err(SpecError::at(word, format!("expected {WANTED}"))),
        },
    };
    let number = number(
        Word {
            text: text.trim(),
            at: word.at,
        },
        WANTED,
    )?;
    Ok(number / seconds)
}
