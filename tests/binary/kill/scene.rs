//! One platform, one project, and what is killed of them.

use std::collections::BTreeMap;
use std::fmt;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use serde_json::Value as Json;

use super::client::{Client, arguments};
use super::project::{Edit, Project, Push, Random};
use super::seen::{self, Seen};
use super::told::{Said, Told};
use crate::support::{Home, Run, Server};

/// A client that tries again ends within this.
const CLIENT_ENDS_WITHIN: Duration = Duration::from_secs(120);

/// How long a push takes, about.
const FIRST_GUESS: Duration = Duration::from_millis(500);

/// How long a restart takes, about.
const RESTART: Duration = Duration::from_millis(300);

/// The longest that the platform takes for a request without a body to speak of.
const REQUEST: Duration = Duration::from_millis(250);

/// The archive is up, and the deployment not yet answered.
const CREATING: &str = "4 creating";

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Killed {
    Server,
    Client,
    /// The client with the platform in it.
    InProcess,
}

/// Where kills fell, in the order of a push.
#[derive(Debug, Default)]
pub(super) struct Tally(BTreeMap<&'static str, u32>);

impl Tally {
    fn add(&mut self, when: &'static str) {
        *self.0.entry(when).or_default() += 1;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.0.iter();
        let parts: Vec<String> = counts
            .map(|(when, count)| format!("{when}: {count}"))
            .collect();
        formatter.write_str(&parts.join(", "))
    }
}

/// How long whole pushes take, as far as that is known by now: moments are drawn from it.
#[derive(Debug, Default)]
pub(super) struct Pace(BTreeMap<(Edit, bool), Duration>);

impl Pace {
    fn of(&self, push: &Push) -> Duration {
        let known = self.0.get(&(push.edit, push.waits));
        known.copied().unwrap_or(FIRST_GUESS)
    }

    /// One ended after this time.
    fn ended(&mut self, push: &Push, after: Duration) {
        self.0.insert((push.edit, push.waits), after);
    }

    /// One had not ended when it was killed.
    fn went_on(&mut self, push: &Push) {
        let longer = self.of(push).mul_f64(1.05);
        self.0.insert((push.edit, push.waits), longer);
    }
}

/// One platform, one project, and what is killed of them.
pub(super) struct Scene {
    killed: Killed,
    home: Home,
    server: Option<Server>,
    /// Where the server listens, also when it is started again.
    address: String,
    random: Random,
    project: Project,
    told: Told,
    /// How many deployments there should be.
    made: usize,
    replay: Replay,
}

impl Scene {
    pub(super) fn new(killed: Killed, seed: u64) -> Self {
        let home = Home::new();
        let server = (killed != Killed::InProcess).then(|| home.serve());
        let address = server.as_ref().map(|server| server.address.clone());
        let address = address.unwrap_or_else(|| "127.0.0.1:0".to_owned());
        if killed == Killed::Server {
            // By its address, so that a client does not notice that it is another process.
            let remote = format!(
                "target = \"here\"\n[remotes.here]\nurl = \"http://{address}\"\n\
                 api-key-env = \"HERE_KEY\"\n"
            );
            home.write("plimsoll.toml", &remote);
        }
        Self {
            killed,
            home,
            server,
            address,
            random: Random::new(seed),
            project: Project::default(),
            told: Told::default(),
            made: 0,
            replay: Replay {
                seed,
                doing: String::new(),
            },
        }
    }

    /// Changes something, pushes, kills while that goes on, and pushes again.
    pub(super) fn round(&mut self, pace: &mut Pace, tally: &mut Tally) {
        let push = self.project.change(&self.home, &mut self.random);
        let delay = pace.of(&push).mul_f64(self.random.fraction());
        self.replay.doing = format!("{push}, killed after {delay:?}");
        let key = self.server.as_ref().map(|server| server.key.as_str());
        let mut client = Client::start(&self.home, &push, key);
        match client.ends_within(delay) {
            Some((status, after)) => {
                assert!(status.success(), "{status}: {}", client.output());
                pace.ended(&push, after);
            }
            None => pace.went_on(&push),
        }
        if self.killed == Killed::Server {
            let ended = client.ends_within(Duration::ZERO).is_some();
            self.server.as_mut().unwrap().kill();
            tally.add(self.how_far(&push, &client, ended));
            self.server_comes_back(&mut client);
        } else {
            let ended = client.kill();
            let how_far = self.how_far(&push, &client, ended);
            tally.add(how_far);
            if self.killed == Killed::Client && how_far == CREATING {
                // The server may have the request of the dead: another push meanwhile is another.
                thread::sleep(REQUEST);
            }
        }
        let said = client.said();
        self.told.hear(&push, &said);
        let mut cut_off = push.clone();
        cut_off.deploys &= said.deployed.is_none();
        // Looking first would give the platform time.
        if self.random.coin() {
            self.look(Some(&cut_off));
        }
        self.push_again(&push);
        self.look(None);
    }

    /// Uploads past their time leave nothing behind.
    pub(super) fn ends_clean(&mut self) {
        self.server = None;
        seen::let_uploads_expire(&self.home.data_dir());
        self.told.uploads.clear();
        self.restart();
        seen::is_swept(&self.home.data_dir());
        seen::nothing_is_coming_in(&self.home.data_dir());
        self.look(None);
    }

    /// Pushes to the end, and plans again.
    fn push_again(&mut self, push: &Push) {
        let report = self.run(&arguments("push", push), &["--wait", "--yes"]);
        self.told.hear(push, &Said::whole(&report));
        self.project.done(push);
        self.made += usize::from(push.deploys);
        let plan = self.run(&arguments("plan", push), &[]);
        assert_eq!(plan["steps"], Json::Array(Vec::new()), "{plan:#}");
    }

    fn run(&self, arguments: &[&str], more: &[&str]) -> Json {
        let mut command = self.home.command(arguments);
        command.args(more);
        if let Some(server) = &self.server {
            command.env("HERE_KEY", &server.key);
        }
        let run = Run::of(command.output().unwrap());
        assert_eq!(run.code, 0, "{arguments:?}: {}\n{}", run.stdout, run.stderr);
        run.json()
    }

    /// Looks at everything, through a server.
    fn look(&mut self, cut_off: Option<&Push>) {
        if self.server.is_none() {
            self.restart();
        }
        let server = self.server.as_ref().unwrap();
        let seen = Seen::of(server);
        seen.is_whole(server);
        seen.holds(&self.told, cut_off);
        if cut_off.is_none() {
            assert_eq!(seen.count(), self.made, "{seen:#?}");
        }
        let folder = self.home.data_dir();
        seen::folder_is_whole(&folder, &self.told);
        if self.killed == Killed::Client {
            seen::only_parts_are_coming_in(&folder);
        } else {
            seen::nothing_is_coming_in(&folder);
        }
        if self.killed == Killed::InProcess {
            self.server = None;
        }
    }

    /// The server comes back: at once or late, for a client that tries on or for none.
    fn server_comes_back(&mut self, client: &mut Client) {
        let client_goes_on = self.random.coin();
        if !client_goes_on {
            client.kill();
        }
        if self.random.coin() {
            // It is killed again while it comes back.
            let address = self.address.clone();
            let mut again = self.home.command(&["serve", "--listen", &address]);
            let again = again.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
            let mut again = again.unwrap();
            thread::sleep(RESTART.mul_f64(self.random.fraction()));
            let _ = again.kill();
            let _ = again.wait();
        }
        self.restart();
        if client_goes_on {
            let ended = client.ends_within(CLIENT_ENDS_WITHIN);
            let (status, _) = ended.expect("the client comes to an end");
            let output = client.output();
            assert!(matches!(status.code(), Some(0 | 6)), "{status}: {output}");
        }
    }

    fn restart(&mut self) {
        // Connections of the one before may hold the address for a moment.
        for _ in 0..50 {
            match self.home.serve_at(&self.address) {
                Ok(server) => {
                    self.server = Some(server);
                    return;
                }
                Err(said) => assert!(said.contains("cannot listen on"), "{said}"),
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("{} stays taken", self.address);
    }

    /// How far the push had come.
    fn how_far(&self, push: &Push, client: &Client, ended: bool) -> &'static str {
        let said = client.said();
        let some = |folder| !seen::names(&self.home.data_dir().join(folder)).is_empty();
        if ended {
            "7 after the end"
        } else if said.deployed.is_some() && some("scratch") {
            "5 building"
        } else if said.deployed.is_some() || (!push.deploys && said.settings) {
            "6 after the answer"
        } else if said.uploaded.is_some() {
            CREATING
        } else if some("incoming") {
            "3 uploading"
        } else if said.environment || said.settings {
            "2 after the settings"
        } else {
            "1 before"
        }
    }
}

/// Says on the way out of a failure how to see it again.
struct Replay {
    seed: u64,
    doing: String,
}

impl Drop for Replay {
    fn drop(&mut self) {
        if thread::panicking() {
            println!("seed {}: {}", self.seed, self.doing);
        }
    }
}
