//! Keys appear nowhere.

use crate::support::{Home, Run, example};

const CANARY: &str = "canary-0b5e1d";

#[test]
fn a_key_is_in_no_output_whatever_goes_wrong() {
    let home = Home::new();
    let server = home.serve();
    let truss = example(&home, "text-classifier");
    let address = &server.address;
    home.write(
        ".config/plimsoll/config.toml",
        &format!("[remotes.wrong]\nurl = \"http://{address}\"\napi-key = \"{CANARY}\"\n"),
    );
    home.write(
        ".trussrc",
        &format!(
            "[old]\nremote_provider = baseten\napi_key = {CANARY}\nremote_url = http://127.0.0.1:1\n"
        ),
    );
    for (target, code) in [("wrong", 3), ("old", 6)] {
        let arguments = [
            "push",
            &truss,
            "--to",
            target,
            "-vv",
            "--log-format",
            "json",
        ];
        let output = home
            .command(&arguments)
            .env("RUST_LOG", "trace")
            .env(
                "PLIMSOLL_LOG",
                "plimsoll=trace,plimsoll_baseten=trace,plimsoll_local=trace",
            )
            .output()
            .unwrap();
        let run = Run::of(output);
        assert_eq!(run.code, code, "{target}: {}", run.stderr);
        assert!(
            !run.stdout.contains(CANARY) && !run.stderr.contains(CANARY),
            "{}",
            run.stderr
        );
    }
    let local = home
        .command(&[
            "push",
            &truss,
            "--data-dir",
            "elsewhere",
            "-vv",
            "--format",
            "json",
        ])
        .env("PLIMSOLL_API_KEY", CANARY)
        .output()
        .unwrap();
    let run = Run::of(local);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!run.stdout.contains(CANARY) && !run.stderr.contains(CANARY));
}

/// What was resolved is logged, without what is secret about it.
#[test]
fn the_log_has_the_resolved_settings_and_no_variables() {
    let home = Home::new();
    let truss = example(&home, "text-classifier");
    home.edit(
        "text-classifier/config.yaml",
        "OMP_NUM_THREADS: \"2\"",
        "TOKEN: canary-0b5e1d",
    );
    let run = home.ok(&["push", &truss, "-e", "production", "--log-format", "json"]);
    let logged = run
        .stderr
        .lines()
        .find(|line| line.contains("autoscaling_settings"))
        .unwrap();
    assert!(
        logged.contains("min_replicas") && logged.contains("4Gi"),
        "{logged}"
    );
    assert!(!run.stderr.contains(CANARY) && !run.stdout.contains(CANARY));
}
