//! A loop that speaks HTTP/2: requests are streams of few connections, and each is a task of a runtime on
//! one thread. The timer and the waker are those of the other loop, behind one queue of events.

mod connection;
mod failure;
mod streams;
mod wire;

use std::io;
use std::time::Duration;

use mio::{Events, Poll};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::task::LocalSet;

use self::streams::Streams;
use super::lanes::{Lanes, Parts, TIMER, WAKER};
use super::message::Message;
use super::timer::Timer;

/// A loop that speaks HTTP/2.
pub(crate) struct StreamLoop;

impl StreamLoop {
    /// Runs to the end. What goes wrong with the loop itself is told to the controller.
    pub(crate) fn run(parts: Parts) {
        let (number, tell) = (parts.number, parts.tell.clone());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let outcome = runtime.and_then(|runtime| {
            // Tasks that are still there at the end go with it, and their connections with them.
            LocalSet::new().block_on(&runtime, turn(parts))
        });
        let failure = outcome.err().map(|error| error.to_string());
        // Where nobody listens any more, nobody is to be told.
        let _ = tell.send(Message::Over { number, failure });
    }
}

async fn turn(parts: Parts) -> io::Result<()> {
    let (lanes, poll, pools) = Lanes::of(parts);
    let clock = lanes.clock;
    let mut timer = Timer::new(&poll, TIMER, &clock)?;
    #[expect(
        deprecated,
        reason = "what is deprecated is to give it something that does not own its descriptor; a \
                  `Poll` does, and to say so otherwise would take `unsafe`"
    )]
    let mut poll = AsyncFd::with_interest(poll, Interest::READABLE)?;
    let mut events = Events::with_capacity(8);
    let streams = Streams::new(lanes, pools);
    let mut begun = false;
    loop {
        let wake = match begun {
            true => streams.borrow().lanes.wake(),
            false => 1,
        };
        let timeout = timer.arm(wake, &clock)?;
        wait(&mut poll, &mut events, timeout).await?;
        let now = clock.now();
        let mut streams = streams.borrow_mut();
        for event in &events {
            match event.token() {
                TIMER => timer.fired(),
                WAKER => streams.lanes.obey(now),
                _ => {}
            }
        }
        if now == 0 {
            continue;
        }
        begun = true;
        streams.go_on(now);
        if streams.lanes.is_tick(now) {
            streams.tick(now);
            if streams.lanes.is_over(now) {
                streams.finish(now);
                return streams.lanes.outcome();
            }
            streams.lanes.report(now);
        }
    }
}

/// Waits for the timer or the waker, and no longer than that.
async fn wait(
    poll: &mut AsyncFd<Poll>,
    events: &mut Events,
    timeout: Option<Duration>,
) -> io::Result<()> {
    let readable = poll.readable_mut();
    let mut ready = match timeout {
        None => readable.await?,
        Some(timeout) => match tokio::time::timeout(timeout, readable).await {
            Ok(ready) => ready?,
            Err(_) => {
                events.clear();
                return Ok(());
            }
        },
    };
    match ready.get_inner_mut().poll(events, Some(Duration::ZERO)) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
        other => {
            other?;
            ready.clear_ready();
        }
    }
    Ok(())
}
