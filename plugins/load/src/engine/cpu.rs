//! Processor time.

/// Processor time of this thread so far, in nanoseconds.
pub(crate) fn of_thread() -> u64 {
    of(rustix::time::ClockId::ThreadCPUTime)
}

/// Processor time of this process so far, in nanoseconds.
pub(crate) fn of_process() -> u64 {
    of(rustix::time::ClockId::ProcessCPUTime)
}

fn of(clock: rustix::time::ClockId) -> u64 {
    let time = rustix::time::clock_gettime(clock);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * crate::clock::SECOND + u64::try_from(time.tv_nsec).unwrap_or(0)
}
