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
            // The run's clock is read first: a timer that is early by what lies between would find
            // nothing due.
            let (past, ahead) = (clock.now(), crate::clock::nanoseconds(clock.until(0)));
            let now = clock_gettime(ClockId::Monotonic);
            let now = u64::try_from(now.tv_sec).unwrap_or(0) * SECOND
                + u64::try_from(now.tv_nsec).unwrap_or(0);
            let zero = (now + ahead).saturating_sub(past);
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

        /// It has gone off. Armed at the same time again, it goes off again.
        #[inline]
        pub(in crate::engine) fn fired(&mut self) {
            self.armed = u64::MAX;
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

        pub(in crate::engine) fn fired(&mut self) {}
    }
}

pub(super) use imp::Timer;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mio::{Events, Poll, Token};

    use super::Timer;
    use crate::clock::RunClock;

    #[test]
    fn a_timer_goes_off_again_where_it_is_armed_at_the_same_time() {
        let clock = RunClock::starting_in(Duration::ZERO);
        let mut poll = Poll::new().unwrap();
        let mut timer = Timer::new(&poll, Token(0), &clock).unwrap();
        let mut events = Events::with_capacity(4);
        for _ in 0..2 {
            let timeout = timer.arm(1, &clock).unwrap();
            let most = timeout.unwrap_or(Duration::from_secs(5));
            poll.poll(&mut events, Some(most)).unwrap();
            assert!(timeout.is_some() || !events.is_empty());
            timer.fired();
        }
    }
}
