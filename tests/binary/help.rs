//! The whole help, as people read it. It is a contract.

use crate::support::Home;

#[test]
fn the_help_is_as_it_was_reviewed() {
    let home = Home::new();
    let mut text = home.ok(&["--help"]).stdout;
    for command in [
        "validate",
        "resolve",
        "plan",
        "push",
        "codegen",
        "serve",
        "simulate",
        "bench",
        "tune",
        "migrate",
        "plugins",
        "schema",
        "completions",
    ] {
        text.push_str(&format!(
            "\n=== {command}\n\n{}",
            home.ok(&[command, "--help"]).stdout
        ));
    }
    for command in ["list", "inspect", "trust", "doctor", "new"] {
        text.push_str(&format!(
            "\n=== plugins {command}\n\n{}",
            home.ok(&["plugins", command, "--help"]).stdout
        ));
    }
    insta::assert_snapshot!("help", text);
}

#[test]
fn every_shell_has_completions() {
    let home = Home::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(home.ok(&["completions", shell]).stdout.contains("plimsoll"));
    }
}
