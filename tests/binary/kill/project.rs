//! A project that changes at random, and what a platform must hold of it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;

use crate::support::Home;

/// The name of the model.
pub(super) const MODEL: &str = "crash-test";
/// Its folder.
pub(super) const FOLDER: &str = "truss";

/// Enough for an upload in parts, which are of 8 MiB.
const WEIGHTS_BYTES: usize = 9 << 20;

/// Xorshift64 (Marsaglia 2003): a run is replayed by its seed.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        // Zero would stay zero.
        Self(seed | 1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Below a bound.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 16) % bound
    }

    /// Between 0 and 1.
    pub(super) fn fraction(&mut self) -> f64 {
        f64::from(u32::try_from(self.below(1 << 32)).unwrap()) / f64::from(u32::MAX)
    }

    pub(super) fn coin(&mut self) -> bool {
        self.below(2) == 0
    }
}

/// What a user changes between two pushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Edit {
    /// Autoscaling settings alone.
    Settings,
    /// The resources, which the same image has.
    Resources,
    /// A small file.
    Code,
    /// A file that is uploaded in parts.
    Weights,
    /// Nothing, but it is pushed to a new environment.
    Environment,
}

/// Settings that are changed together, by their names on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) min_replica: u64,
    pub(super) max_replica: u64,
    pub(super) concurrency_target: u64,
}

/// What a deployment is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Made {
    files: u64,
    memory: u64,
}

/// One push: what was changed for it, and what it should do.
#[derive(Clone, Debug)]
pub(super) struct Push {
    pub(super) edit: Edit,
    pub(super) environment: String,
    /// Whether it takes a deployment.
    pub(super) deploys: bool,
    pub(super) settings: Settings,
    /// Whether the client follows the deployment to its end.
    pub(super) waits: bool,
}

impl fmt::Display for Push {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            edit, environment, ..
        } = self;
        let then = if self.waits { " and wait" } else { "" };
        write!(formatter, "{edit:?} to {environment}{then}")
    }
}

/// The project as it is, and what was deployed of it where.
#[derive(Default)]
pub(super) struct Project {
    /// Counts up, so that no state comes twice.
    edits: u64,
    files: u64,
    memory: u64,
    settings: BTreeMap<String, Settings>,
    deployed: BTreeMap<String, Made>,
}

impl Project {
    /// Changes something at random.
    pub(super) fn change(&mut self, home: &Home, random: &mut Random) -> Push {
        let edit = match random.below(10) {
            0..3 => Edit::Settings,
            3..5 => Edit::Resources,
            5..7 => Edit::Code,
            7..9 => Edit::Weights,
            _ => Edit::Environment,
        };
        // A model begins in production.
        let is_new = self.deployed.is_empty();
        let edit = match edit {
            Edit::Environment if is_new => Edit::Weights,
            edit => edit,
        };
        let known: Vec<&String> = self.settings.keys().collect();
        let environment = match edit {
            _ if is_new => "production".to_owned(),
            Edit::Environment => format!("env-{}", known.len()),
            _ => known[usize::try_from(random.next()).unwrap_or(0) % known.len()].clone(),
        };
        let mut push = self.make(home, edit, environment);
        push.waits = random.coin();
        push
    }

    /// Changes this.
    pub(super) fn make(&mut self, home: &Home, edit: Edit, environment: String) -> Push {
        self.edits += 1;
        let edits = self.edits;
        match edit {
            Edit::Code => {
                home.write(&format!("{FOLDER}/code.txt"), &format!("{edits}\n"));
                self.files = edits;
            }
            Edit::Weights => {
                let mut bytes = vec![0; WEIGHTS_BYTES];
                bytes[..8].copy_from_slice(&edits.to_le_bytes());
                fs::create_dir_all(home.path(FOLDER)).unwrap();
                fs::write(home.path(&format!("{FOLDER}/weights.bin")), bytes).unwrap();
                self.files = edits;
            }
            Edit::Resources => self.memory = edits,
            Edit::Settings | Edit::Environment => {}
        }
        if edit == Edit::Settings || !self.settings.contains_key(&environment) {
            let settings = Settings {
                min_replica: edits,
                max_replica: edits + 1,
                concurrency_target: edits + 2,
            };
            self.settings.insert(environment.clone(), settings);
        }
        home.write(&format!("{FOLDER}/config.yaml"), &self.config());
        Push {
            edit,
            deploys: self.deployed.get(&environment) != Some(&self.made()),
            settings: self.settings[&environment],
            environment,
            waits: true,
        }
    }

    /// The push was done, and now the platform holds it.
    pub(super) fn done(&mut self, push: &Push) {
        self.deployed.insert(push.environment.clone(), self.made());
    }

    fn made(&self) -> Made {
        Made {
            files: self.files,
            memory: self.memory,
        }
    }

    fn config(&self) -> String {
        let memory = 512 + self.memory;
        let mut text = format!(
            "model_name: {MODEL}\nresources:\n  cpu: \"1\"\n  memory: {memory}Mi\n\
             environment_overrides:\n"
        );
        for (name, settings) in &self.settings {
            let Settings {
                min_replica,
                max_replica,
                concurrency_target,
            } = settings;
            text.push_str(&format!(
                "  {name}:\n    autoscaling_settings:\n      min_replicas: {min_replica}\n      \
                 max_replicas: {max_replica}\n      concurrency_target: {concurrency_target}\n"
            ));
        }
        text
    }
}
