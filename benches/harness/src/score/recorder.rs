//! What is counted while a simulation runs, at a size that does not depend on its length.

use super::Histogram;

/// A request that is completed, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Completion {
    pub(crate) arrived: u64,
    pub(crate) started: u64,
    pub(crate) completed: u64,
    /// How much of the wait was for the start of the replica.
    pub(crate) cold: u64,
    pub(crate) tokens: u32,
}

/// What happened in one sampling interval.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Interval {
    pub(crate) arrivals: u32,
    pub(crate) completions: u32,
    pub(crate) dropped: u32,
    pub(crate) too_late: u32,
    /// Work that arrived, in nanoseconds of a replica that serves nothing else.
    pub(crate) work: u64,
    /// Total service time and total latency of the completed requests.
    pub(crate) service: u64,
    pub(crate) latency: u64,
    pub(crate) slowest: u64,
}

/// Latencies and counts of the requests that are scored: those that arrived in the measured
/// window.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder {
    pub(crate) interval: Interval,
    pub(crate) latency: Histogram,
    pub(crate) queueing: Histogram,
    pub(crate) cold_start: Histogram,
    pub(crate) service: Histogram,
    pub(crate) within_slo: u64,
    pub(crate) dropped: u64,
    pub(crate) arrived: u64,
    pub(crate) tokens: u128,
    /// The latency that is still within the objective.
    pub(crate) slo: u64,
    /// Requests that arrive before it are not scored.
    pub(crate) from: u64,
    /// When arrivals end, and how many of the scored requests were completed after it.
    pub(crate) end: u64,
    pub(crate) completed_after_end: u64,
}

impl Recorder {
    pub(crate) fn new(slo: u64, from: u64, end: u64) -> Self {
        Self {
            slo,
            from,
            end,
            ..Self::default()
        }
    }

    #[inline]
    pub(crate) fn arrive(&mut self, at: u64, work: u64) {
        self.interval.arrivals += 1;
        self.interval.work = self.interval.work.saturating_add(work);
        self.arrived += u64::from(at >= self.from);
    }

    #[inline]
    pub(crate) fn drop_one(&mut self, at: u64) {
        self.interval.dropped += 1;
        self.dropped += u64::from(at >= self.from);
    }

    #[inline]
    pub(crate) fn complete(&mut self, request: Completion) {
        let Completion {
            arrived,
            started,
            completed,
            cold,
            tokens,
        } = request;
        let latency = completed - arrived;
        let service = completed - started;
        let interval = &mut self.interval;
        interval.completions += 1;
        interval.service = interval.service.wrapping_add(service);
        interval.latency = interval.latency.wrapping_add(latency);
        interval.slowest = interval.slowest.max(latency);
        let met = latency <= self.slo;
        interval.too_late += u32::from(!met);
        if arrived < self.from {
            return;
        }
        self.within_slo += u64::from(met);
        self.completed_after_end += u64::from(completed > self.end);
        self.latency.record(latency);
        self.queueing.record(started - arrived - cold);
        self.cold_start.record(cold);
        self.service.record(service);
        self.tokens += u128::from(tokens);
    }
}
