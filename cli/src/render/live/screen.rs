//! Takes the terminal, and gives it back however the program ends.

use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

static TAKEN: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();
/// What was said while the terminal is taken.
static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The other screen in raw mode, until it is dropped.
pub(super) struct Screen(());

impl Screen {
    pub(super) fn take() -> io::Result<Self> {
        HOOK.call_once(restore_on_panic);
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        // From here on an error gives the terminal back.
        let screen = Self(());
        // `Terminal::clear` asks on stdout where the cursor is, which may be a file.
        execute!(
            io::stderr(),
            EnterAlternateScreen,
            Clear(ClearType::All),
            Hide
        )?;
        Ok(screen)
    }

    /// Whether the terminal is still taken: a panic of any thread has given it back.
    pub(super) fn is_taken(&self) -> bool {
        TAKEN.load(Ordering::SeqCst)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back where it is taken, and prints what was said meanwhile.
pub(super) fn restore() {
    let mut said = said();
    if TAKEN.swap(false, Ordering::SeqCst) {
        let mut stderr = io::stderr();
        let _ = execute!(stderr, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
        for line in said.drain(..) {
            let _ = writeln!(stderr, "{line}");
        }
        let _ = stderr.flush();
    }
}

/// Keeps a line until the terminal is given back. False where it is not taken.
pub(super) fn keep(line: &str) -> bool {
    let mut said = said();
    let taken = TAKEN.load(Ordering::SeqCst);
    if taken {
        said.push(line.to_owned());
    }
    taken
}

fn said() -> MutexGuard<'static, Vec<String>> {
    SAID.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A panic's message is printed on the screen that stays.
fn restore_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        restore();
        before(panic);
    }));
}
