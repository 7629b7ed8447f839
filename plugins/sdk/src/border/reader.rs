//! Open files across the border.

#![expect(unsafe_code, reason = "the border passes objects as pointers")]

use core::ffi::c_void;
use core::slice;
use std::io;

use plimsoll_abi::v1::{self, Read};

use super::document::IoFailure;
use super::owned::Owned;
use super::reply::{Fault, answer, body, done_text, failed, read_failure};
use super::state::{into_state, of_mut, release};

type Exported = Box<dyn io::Read + Send>;

/// Gives an open file away.
pub(super) fn export_reader(reader: Box<dyn io::Read + Send>) -> v1::Reader {
    v1::Reader {
        state: into_state::<Exported>(reader),
        ..none()
    }
}

/// One that is none.
pub(super) fn none() -> v1::Reader {
    v1::Reader {
        state: core::ptr::null_mut(),
        read,
        release: release::<Exported>,
    }
}

unsafe extern "C" fn read(state: *mut c_void, buffer: *mut u8, len: usize) -> Read {
    // SAFETY: the border's contract: the state is of `export_reader`, calls come one at a time, and the
    // buffer is lent, not null, and as long.
    let (reader, buffer) = unsafe {
        let buffer = slice::from_raw_parts_mut(buffer, len);
        (of_mut::<Exported>(state), buffer)
    };
    let mut count = 0;
    let reply = answer(|| match reader.read(buffer) {
        Ok(read) => {
            count = read;
            Ok(done_text(""))
        }
        Err(error) => Ok(failed(&IoFailure::of(&error))),
    });
    Read { reply, count }
}

/// An open file that came across the border.
pub(super) struct ImportedReader(Owned<v1::Reader>);

// SAFETY: a reader may be moved between threads (`io::Read + Send`), and takes `&mut` to be read.
unsafe impl Send for ImportedReader {}

impl ImportedReader {
    /// Takes an open file over, which keeps to the contract of the border.
    pub(super) fn new(reader: Owned<v1::Reader>) -> Self {
        Self(reader)
    }
}

impl io::Read for ImportedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // SAFETY: the file is there, `&mut self` means that no other call on it is going on, and the
        // buffer lives until this returns.
        let read = unsafe { (self.0.read)(self.0.state, buffer.as_mut_ptr(), buffer.len()) };
        body(read.reply).map_err(io_error)?;
        if read.count > buffer.len() {
            let message = format!("{} bytes were read into {}", read.count, buffer.len());
            return Err(io::Error::other(message));
        }
        Ok(read.count)
    }
}

/// What went wrong, as an I/O error.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands where an error is mapped"
)]
pub(super) fn io_error(fault: Fault) -> io::Error {
    let failure = match &fault {
        Fault::Failed(body) => read_failure::<IoFailure>(body).ok(),
        _ => None,
    };
    match failure {
        Some(failure) => failure.read(),
        None => io::Error::other(format!("the other side of the plugin's border {fault}")),
    }
}
