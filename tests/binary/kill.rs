//! Power cuts: the server, the client, and both in one process are killed at random moments.
//!
//! After each, what was acknowledged is there, nothing half-made shows, and the same push again
//! comes to where the first one would have. `PLIMSOLL_KILLS` says how many moments there are over
//! all tests, and `PLIMSOLL_KILL_SEED` replays a run, as far as time can be replayed.

mod client;
mod project;
mod scene;
mod seen;
mod told;

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use client::{Client, arguments};
use project::{Edit, FOLDER, Project};
use scene::{Killed, Pace, Scene, Tally};

use serde_json::json;

use crate::support::Home;

/// Moments by default, over all tests.
const KILLS: u64 = 30;
const SEED: u64 = 0x706c_696d_736f_6c6c;
/// A platform is killed so often before the next begins empty.
const ROUNDS: u64 = 9;

fn setting(name: &str, default: u64) -> u64 {
    let text = std::env::var(name).unwrap_or_default();
    text.parse().unwrap_or(default)
}

/// Kills a third of all times.
fn kill(what: Killed) {
    let kills = setting("PLIMSOLL_KILLS", KILLS).div_ceil(3);
    let seed = setting("PLIMSOLL_KILL_SEED", SEED);
    let began = Instant::now();
    let (mut pace, mut tally) = (Pace::default(), Tally::default());
    let mut left = kills;
    let mut scenes = 0;
    while left > 0 {
        let mut scene = Scene::new(what, seed.wrapping_add(scenes));
        for _ in 0..left.min(ROUNDS) {
            scene.round(&mut pace, &mut tally);
        }
        scene.ends_clean();
        left -= left.min(ROUNDS);
        scenes += 1;
    }
    println!(
        "{what:?}: {kills} moments in {:.0?}: {tally}",
        began.elapsed()
    );
}

#[test]
fn a_server_that_is_killed_loses_nothing_that_it_acknowledged() {
    kill(Killed::Server);
}

#[test]
fn a_client_that_is_killed_leaves_nothing_half_made() {
    kill(Killed::Client);
}

#[test]
fn a_push_in_process_that_is_killed_is_done_by_the_next() {
    kill(Killed::InProcess);
}

/// Killed while the platform in it builds: the next push finds the deployment on its way, and as it
/// waits by default, it is there when that ends.
#[test]
fn a_push_that_finds_its_deployment_on_its_way_waits_for_it() {
    let home = Home::new();
    let push = Project::default().make(&home, Edit::Weights, "production".to_owned());
    // Enough to be built for a while.
    home.write(&format!("{FOLDER}/more.bin"), &"0".repeat(64 << 20));
    let mut client = Client::start(&home, &push, None);
    client.says("  deploy ");
    assert!(!client.kill(), "it waits for the build");
    let again = home.ok(&arguments("push", &push)).json();
    assert_eq!(again["plan"]["steps"], json!([]), "{again:#}");
    let deployed = &again["outcome"]["deployments"][0];
    assert_eq!(deployed["status"], "ACTIVE", "{again:#}");
}

/// Each brings its own platform, which ends with it: none may depend on another's.
#[test]
fn pushes_in_process_wait_for_each_other() {
    let home = Home::new();
    let models = ["a", "b", "c"];
    for model in models {
        home.write(
            &format!("{model}/config.yaml"),
            &format!("model_name: {model}\n"),
        );
        home.write(&format!("{model}/weights.bin"), &"0".repeat(9 << 20));
    }
    thread::scope(|scope| {
        for model in models {
            let home = &home;
            scope.spawn(move || home.ok(&["push", model, "--environment", "production"]));
            // Enough for the one before to have begun.
            thread::sleep(Duration::from_millis(100));
        }
    });
    let server = home.serve();
    let shown = server.get("/v1/models");
    assert_eq!(shown["models"].as_array().unwrap().len(), models.len());
}

/// Ctrl-C while the platform is busy: the client says what goes on without it.
#[test]
fn ctrl_c_says_what_is_left_behind() {
    let home = Home::new();
    let server = home.serve();
    let push = Project::default().make(&home, Edit::Weights, "production".to_owned());
    let mut client = Client::start(&home, &push, None);
    client.says("  upload ");
    // The platform holds its breath, so that the deployment does not end before the signal comes.
    signal("STOP", server.pid());
    signal("INT", client.pid());
    client.says("once more stops at once");
    signal("CONT", server.pid());
    let ended = client.ends_within(Duration::from_secs(60));
    let (status, _) = ended.expect("a push that is stopped ends");
    let output = client.output();
    assert_eq!(status.code(), Some(130), "{output}");
    let (_, left) = output.split_once("left behind:").expect("it says so");
    let what = match client.said().deployed {
        Some((deployment, _)) => format!("the deployment {deployment} of the model"),
        None => "that no deployment uses; the platform sweeps it".to_owned(),
    };
    assert!(left.contains(&what), "{output}");
}

fn signal(name: &str, process: u32) {
    let kill = Command::new("kill")
        .args([&format!("-{name}"), &process.to_string()])
        .status();
    assert!(kill.unwrap().success());
}
