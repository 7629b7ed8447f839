//! What calls off the hot path return.

use abi_stable::StableAbi;
use abi_stable::std_types::RVec;

/// How a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, StableAbi)]
#[repr(transparent)]
pub struct Status(pub u32);

impl Status {
    /// It did what it was asked; the body is its document.
    pub const DONE: Self = Self(0);
    /// It could not; the body is a document of why.
    pub const FAILED: Self = Self(1);
    /// It panicked; the body is what the panic said.
    pub const PANICKED: Self = Self(2);
    /// What it was passed is not what the contract says; the body is what is wrong with it.
    pub const MALFORMED: Self = Self(3);
}

/// The outcome of a call.
#[derive(Debug, StableAbi)]
#[repr(C)]
pub struct Reply {
    /// How it went.
    pub status: Status,
    /// A document, or text, by the status.
    pub body: RVec<u8>,
}

/// The outcome of a call that makes an object. Where the status is not [`Status::DONE`], the object's
/// state is null, and none of its functions may be called but `release`, which then does nothing.
#[derive(Debug, StableAbi)]
#[repr(C)]
pub struct With<T> {
    /// How it went.
    pub reply: Reply,
    /// What was made.
    pub object: T,
}
