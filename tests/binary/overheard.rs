//! A platform that serves, and a home whose target it is, through a proxy that listens in.

use crate::proxy::{Proxy, Request};
use crate::support::{Home, Run, Server};

pub(crate) struct Overheard {
    pub(crate) home: Home,
    proxy: Proxy,
    server: Server,
}

impl Overheard {
    pub(crate) fn new() -> Self {
        let home = Home::new();
        let server = home.serve();
        let proxy = Proxy::to(&server.address);
        let text = format!(
            "target = \"here\"\n[remotes.here]\nurl = \"http://{}\"\napi-key-env = \"HERE_KEY\"\n",
            proxy.address
        );
        home.write("plimsoll.toml", &text);
        Self {
            home,
            proxy,
            server,
        }
    }

    /// Runs the binary with the key, and gives what travelled.
    pub(crate) fn run(&self, arguments: &[&str]) -> (Run, Vec<Request>) {
        self.proxy.take();
        let mut command = self.home.command(arguments);
        let run = Run::of(command.env("HERE_KEY", &self.server.key).output().unwrap());
        (run, self.proxy.take())
    }
}
