//! Replies: documents and failures, made on one side and read on the other.

use std::fmt;

use plimsoll_abi::abi_stable::std_types::{RSlice, RVec};
use plimsoll_abi::v1::{Reply, Status, With};
use plimsoll_core::diagnostic::Diagnostics;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::document::Refusal;
use super::guard::guard;
use super::owned::{Object, Owned};

/// Longest document that is read, in bytes.
const LONGEST: usize = 256 << 20;

/// Longest text of a failure that is shown, in bytes.
const LONGEST_TEXT: usize = 16 << 10;

/// Why a call across the border came to nothing.
#[derive(Debug)]
pub(super) enum Fault {
    /// The other side could not do it, and says why in a document.
    Failed(Vec<u8>),
    /// The other side panicked.
    Panicked(String),
    /// The other side says that it was passed what is against the contract.
    Malformed(String),
    /// What the other side returned is against the contract.
    Nonsense(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(document) => write!(formatter, "failed: {}", text(document)),
            Self::Panicked(said) => write!(formatter, "panicked: {said}"),
            Self::Malformed(what) => write!(formatter, "does not understand its host: {what}"),
            Self::Nonsense(what) => write!(formatter, "returned what makes no sense: {what}"),
        }
    }
}

/// What stands in a document of failure that does not read, or is text.
pub(super) fn text(bytes: &[u8]) -> String {
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST_TEXT)]);
    shown.into_owned()
}

fn said(status: Status, body: Vec<u8>) -> Reply {
    Reply {
        status,
        body: RVec::from(body),
    }
}

/// A document.
pub(super) fn document<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, String> {
    serde_json::to_vec(value).map_err(|error| format!("this does not go into a document: {error}"))
}

/// The reply to a call that was done.
pub(super) fn done<T: Serialize + ?Sized>(value: &T) -> Reply {
    match document(value) {
        Ok(body) => said(Status::DONE, body),
        Err(error) => malformed(&error),
    }
}

/// The reply with text, which is no document.
pub(super) fn done_text(text: &str) -> Reply {
    said(Status::DONE, text.as_bytes().to_vec())
}

/// The reply to a call that failed, with its document.
pub(super) fn failed<T: Serialize + ?Sized>(why: &T) -> Reply {
    match document(why) {
        Ok(body) => said(Status::FAILED, body),
        Err(error) => malformed(&error),
    }
}

/// The reply to a call that panicked.
pub(super) fn panicked(what: &str) -> Reply {
    said(Status::PANICKED, what.as_bytes().to_vec())
}

/// The reply to a call that passed what is against the contract.
pub(super) fn malformed(what: &str) -> Reply {
    said(Status::MALFORMED, what.as_bytes().to_vec())
}

/// Answers a call: catches panics, and says what is malformed.
pub(super) fn answer(call: impl FnOnce() -> Result<Reply, String>) -> Reply {
    match guard(call) {
        Ok(Ok(reply)) => reply,
        Ok(Err(what)) => malformed(&what),
        Err(what) => panicked(&what),
    }
}

/// Answers a call that makes an object. `none` is one whose state is null.
pub(super) fn answer_with<T>(
    none: impl FnOnce() -> T,
    call: impl FnOnce() -> Result<(Reply, Option<T>), String>,
) -> With<T> {
    let (reply, object) = match guard(call) {
        Ok(Ok(answered)) => answered,
        Ok(Err(what)) => (malformed(&what), None),
        Err(what) => (panicked(&what), None),
    };
    With {
        reply,
        object: object.unwrap_or_else(none),
    }
}

/// Reads a document that was lent.
pub(super) fn lent<T: DeserializeOwned>(bytes: RSlice<'_, u8>) -> Result<T, String> {
    parse(bytes.as_slice())
}

/// Reads text that was lent.
pub(super) fn lent_text(bytes: RSlice<'_, u8>) -> Result<String, String> {
    utf8(bytes.as_slice().to_vec())
}

pub(super) fn utf8(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        format!("text that is not UTF-8 from byte {valid} on")
    })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    if bytes.len() > LONGEST {
        return Err(format!("a document of {} bytes", bytes.len()));
    }
    if let Err(error) = std::str::from_utf8(bytes) {
        let valid = error.valid_up_to();
        return Err(format!("a document that is not UTF-8 from byte {valid} on"));
    }
    serde_json::from_slice(bytes).map_err(|error| format!("a document that does not read: {error}"))
}

/// The bytes of a reply, or why there are none.
pub(super) fn body(reply: Reply) -> Result<Vec<u8>, Fault> {
    let body = reply.body.into_vec();
    match reply.status {
        Status::DONE => Ok(body),
        Status::FAILED => Err(Fault::Failed(body)),
        Status::PANICKED => Err(Fault::Panicked(text(&body))),
        Status::MALFORMED => Err(Fault::Malformed(text(&body))),
        Status(other) => Err(Fault::Nonsense(format!("the status {other}"))),
    }
}

/// The document of a reply.
pub(super) fn read<T: DeserializeOwned>(reply: Reply) -> Result<T, Fault> {
    parse(&body(reply)?).map_err(Fault::Nonsense)
}

/// The text of a reply.
pub(super) fn read_text(reply: Reply) -> Result<String, Fault> {
    utf8(body(reply)?).map_err(Fault::Nonsense)
}

/// The document of a failure.
pub(super) fn read_failure<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    parse(body).map_err(Fault::Nonsense)
}

/// What is said of its input by a call that failed; else why the call came to nothing.
pub(super) fn refusal(fault: Fault) -> Result<Diagnostics, Fault> {
    match fault {
        Fault::Failed(body) => {
            let refusal: Refusal = read_failure(&body)?;
            refusal.read().map_err(Fault::Nonsense)
        }
        other => Err(other),
    }
}

/// The document of a reply that came with an object, and the object, which is there. Where the document
/// says otherwise, the object is released.
pub(super) fn read_with<T: DeserializeOwned, O: Object>(
    made: With<O>,
) -> Result<(T, Owned<O>), Fault> {
    let With { reply, object } = made;
    let object = Owned::new(object);
    let document = read(reply)?;
    if object.state().is_null() {
        return Err(Fault::Nonsense("an object that is none".to_owned()));
    }
    Ok((document, object))
}
