//! Wakes an event loop at a time to the microsecond, where timeouts of `epoll` are good to a
//! millisecond.

#[cfg(target_os = "linux")]
mod imp {
    use std::io;
    use std::os::fd::{AsRawFd as _, OwnedFd};
    use std::time::Duration;

    use mio::unix::SourceFd;
    use mio::{Interest, Poll, Token};
    use rustix::time::{
        ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec,
        clock_gettime, timerfd_create, timerfd_settime,
    };

    use crate::clock::RunClock;

    const SECOND: u64 = crate::clock::SECOND;

    /// A timer of the kernel, armed at absolute times.
    pub(in crate::engine) struct Timer {
        timer: OwnedFd,
        /// What the kernel's clock says at the run's zero, in nanoseconds.
        zero: u64,
        armed: u64,
    }

    impl Timer {
        pub(in crate::engine) fn new(
            poll: &Poll,
            token: Token,
            clock: &RunClock,
        ) -> io::Result<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            let fd = timer.as_raw_fd();
            poll.registry()
                .register(&mut SourceFd(&fd), token, Interest::READABLE)?;
            let ahead = crate::clock::nanoseconds(clock.until(0));
            let now = clock_gettime(ClockId::Monotonic);
            let now = u64::try_from(now.tv_sec).unwrap_or(0) * SECOND
                + u64::try_from(now.tv_nsec).unwrap_or(0);
            let zero = now + ahead - clock.now();
            Ok(Self {
                timer,
                zero,
                armed: u64::MAX,
            })
        }

        /// Sees to it that the loop wakes at a time. What it is to wait for at the most beside.
        #[inline]
        pub(in crate::engine) fn arm(
            &mut self,
            at: u64,
            _: &RunClock,
        ) -> io::Result<Option<Duration>> {
            if at != self.armed {
                self.armed = at;
                let at = self.zero.saturating_add(at);
                let value = Timespec {
                    tv_sec: i64::try_from(at / SECOND).unwrap_or(i64::MAX),
                    tv_nsec: i64::try_from(at % SECOND).unwrap_or(0),
                };
                let never = Timespec::default();
                let spec = Itimerspec {
                    it_interval: never,
                    it_value: value,
                };
                timerfd_settime(&self.timer, TimerfdTimerFlags::ABSTIME, &spec)?;
            }
            Ok(None)
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use std::io;
    use std::time::Duration;

    use mio::{Poll, Token};

    use crate::clock::RunClock;

    /// The timeout of the poll itself.
    pub(in crate::engine) struct Timer;

    impl Timer {
        pub(in crate::engine) fn new(_: &Poll, _: Token, _: &RunClock) -> io::Result<Self> {
            Ok(Self)
        }

        pub(in crate::engine) fn arm(
            &mut self,
            at: u64,
            clock: &RunClock,
        ) -> io::Result<Option<Duration>> {
            Ok(Some(clock.until(at)))
        }
    }
}

pub(super) use imp::Timer;
