//! What an object of the border points to.

use core::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Puts a value behind the pointer of an object.
pub(super) fn into_state<T>(value: T) -> *mut c_void {
    Box::into_raw(Box::new(value)).cast()
}

/// The value behind the pointer of an object.
///
/// # Safety
/// The pointer came from [`into_state`] of the same type, and was not released.
#[expect(unsafe_code, reason = "the border passes objects as pointers")]
pub(super) unsafe fn of<'a, T>(state: *mut c_void) -> &'a T {
    // SAFETY: as the caller promises; it is shared, as every object but a policy, a reader and a task is.
    unsafe { &*state.cast::<T>() }
}

/// The value behind the pointer of an object that is called from one thread at a time.
///
/// # Safety
/// As [`of`], and no other call on the object is going on.
#[expect(unsafe_code, reason = "the border passes objects as pointers")]
pub(super) unsafe fn of_mut<'a, T>(state: *mut c_void) -> &'a mut T {
    // SAFETY: as the caller promises.
    unsafe { &mut *state.cast::<T>() }
}

/// Ends an object: what stands as its `release`. Does nothing where nothing was made.
#[expect(unsafe_code, reason = "the border passes objects as pointers")]
pub(super) unsafe extern "C" fn release<T>(state: *mut c_void) {
    if state.is_null() {
        return;
    }
    // SAFETY: the border's contract: the pointer came from `into_state` of this type, and `release` is
    // called once, last.
    let value = unsafe { Box::from_raw(state.cast::<T>()) };
    // A panic while something is dropped has nobody to be told; what is left of it is leaked.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
        std::mem::forget(payload);
    }
}
