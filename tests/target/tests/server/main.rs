//! The server, seen from the wire.

mod answers;
mod client;
mod load;
mod program;

use plimsoll_test_target::{Options, Target};

fn start(options: Options) -> Target {
    Target::start(options).expect("the loopback has a port")
}
