//! Objects that came across the border, released by whoever holds them last.

#![expect(unsafe_code, reason = "the border passes objects as pointers")]

use core::ffi::c_void;
use core::ops::Deref;

use plimsoll_abi::abi_stable::std_types::RVec;
use plimsoll_abi::v1;

/// An object of the border.
pub(super) trait Object {
    /// What it points to, which is null where nothing was made.
    fn state(&self) -> *mut c_void;

    /// What ends it.
    fn end(&self) -> unsafe extern "C" fn(*mut c_void);
}

macro_rules! objects {
    ($($object:ident),* $(,)?) => {$(
        impl Object for v1::$object {
            fn state(&self) -> *mut c_void {
                self.state
            }

            fn end(&self) -> unsafe extern "C" fn(*mut c_void) {
                self.release
            }
        }
    )*};
}

objects!(
    Deployer, Policy, Progress, Reader, Resolver, Rules, Source, Strategy, Task, Tree, Waker
);

/// An object that is released when it is dropped, whatever became of what it came for.
#[derive(Debug)]
pub(super) struct Owned<T: Object>(T);

impl<T: Object> Owned<T> {
    /// Takes an object over, which was passed or returned by value.
    pub(super) fn new(object: T) -> Self {
        Self(object)
    }

    /// Takes several over.
    pub(super) fn all(objects: RVec<T>) -> Vec<Self> {
        objects.into_iter().map(Self).collect()
    }
}

impl<T: Object> Deref for Owned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Object> Drop for Owned<T> {
    fn drop(&mut self) {
        if !self.0.state().is_null() {
            // SAFETY: the border's contract: what is passed by value is its receiver's, who releases it
            // once, last; this is the one receiver, as the object is in here and nowhere else.
            unsafe { (self.0.end())(self.0.state()) }
        }
    }
}
