use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::time::Duration;

use mio::{Registry, Token};

/// What a timer wakes: a connection, should it be the same one still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wake {
    due: u64,
    pub(crate) token: usize,
    pub(crate) generation: u64,
}

/// What an event loop is to do later.
#[derive(Debug)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<Wake>>,
    alarm: alarm::Alarm,
}

impl Timers {
    /// The alarm, where it is a file, is watched as `token`.
    pub(crate) fn new(registry: &Registry, token: Token) -> io::Result<Self> {
        Ok(Self {
            heap: BinaryHeap::new(),
            alarm: alarm::Alarm::new(registry, token)?,
        })
    }

    pub(crate) fn push(&mut self, due: u64, token: usize, generation: u64) {
        self.heap.push(Reverse(Wake {
            due,
            token,
            generation,
        }));
    }

    /// The next that is due, if one is.
    pub(crate) fn due(&mut self, now: u64) -> Option<Wake> {
        if self.heap.peek()?.0.due > now {
            return None;
        }
        self.heap.pop().map(|Reverse(wake)| wake)
    }

    /// Sets the alarm for the earliest timer, and returns how long to poll for at most.
    pub(crate) fn arm(&mut self, now: u64) -> io::Result<Option<Duration>> {
        let Some(Reverse(next)) = self.heap.peek() else {
            return Ok(None);
        };
        self.alarm.set(next.due, now)
    }
}

/// A timer that is a file: a poll's own timeout is in whole milliseconds.
#[cfg(target_os = "linux")]
mod alarm {
    use std::io;
    use std::os::fd::{AsRawFd, OwnedFd};
    use std::time::Duration;

    use mio::unix::SourceFd;
    use mio::{Interest, Registry, Token};
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };

    #[derive(Debug)]
    pub(super) struct Alarm {
        file: OwnedFd,
        set: u64,
    }

    impl Alarm {
        pub(super) fn new(registry: &Registry, token: Token) -> io::Result<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let file = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            registry.register(&mut SourceFd(&file.as_raw_fd()), token, Interest::READABLE)?;
            Ok(Self { file, set: 0 })
        }

        pub(super) fn set(&mut self, due: u64, now: u64) -> io::Result<Option<Duration>> {
            // One that is set for this time and has not gone off need not be set again. None is ever
            // read: setting it anew clears it, and the poll is told of each time that it goes off.
            if self.set != due || due <= now {
                let left = Duration::from_nanos(due.saturating_sub(now).max(1));
                let value = Itimerspec {
                    it_interval: Timespec::default(),
                    it_value: Timespec::try_from(left).map_err(io::Error::other)?,
                };
                timerfd_settime(&self.file, TimerfdTimerFlags::empty(), &value)?;
                self.set = due;
            }
            Ok(None)
        }
    }
}

/// Where there is no such file, a poll's timeout, which is never too short.
#[cfg(not(target_os = "linux"))]
mod alarm {
    use std::io;
    use std::time::Duration;

    use mio::{Registry, Token};

    #[derive(Debug)]
    pub(super) struct Alarm;

    impl Alarm {
        pub(super) fn new(_: &Registry, _: Token) -> io::Result<Self> {
            Ok(Self)
        }

        pub(super) fn set(&mut self, due: u64, now: u64) -> io::Result<Option<Duration>> {
            Ok(Some(Duration::from_nanos(due.saturating_sub(now))))
        }
    }
}
