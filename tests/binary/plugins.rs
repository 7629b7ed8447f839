//! Plugins of all kinds, built as their authors would and used from the command line.

use std::fs;
use std::path::PathBuf;

use plimsoll_test_libraries::Library;

use crate::support::{Home, Run, example};

/// The library of an example plugin, in this home.
fn library(home: &Home, kind: &str) -> PathBuf {
    let package = format!("plimsoll-example-custom-{kind}");
    built(home, &package, "dylib", &format!("lib{kind}.so"))
}

fn built(home: &Home, package: &str, features: &str, name: &str) -> PathBuf {
    let library = Library {
        package,
        features,
        release: false,
    };
    let copy = home.path(name);
    fs::copy(library.build(), &copy).unwrap();
    copy
}

/// As [`library`], and trusted. The name of the file in this home.
fn trusted(home: &Home, kind: &str) -> String {
    library(home, kind);
    let name = format!("lib{kind}.so");
    home.ok(&["plugins", "trust", &name]);
    name
}

/// What was printed, without what differs from build to build and from home to home.
fn plain(home: &Home, text: &str) -> String {
    let home = format!("{}/", home.path("").display()).replace("//", "/");
    let text = text.replace(&home, "~/");
    let mut words: Vec<String> = Vec::new();
    for word in text.split_inclusive([' ', '\n', ',', '"']) {
        let bare = word.trim_end_matches([' ', '\n', ',', '"']);
        let digest = bare.len() == 64 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
        words.push(if digest {
            word.replace(bare, "<digest>")
        } else {
            word.to_owned()
        });
    }
    let lines = words.concat();
    let lines = lines.lines().map(|line| match line.trim_start() {
        rest if rest.starts_with("size ") => "  size      <size>",
        rest if rest.starts_with("built by") => "  built by  <compiler>",
        _ => line,
    });
    lines.map(|line| format!("{line}\n")).collect()
}

fn shown(home: &Home, run: &Run) -> String {
    let Run {
        code,
        stdout,
        stderr,
    } = run;
    plain(home, &format!("{stdout}{stderr}exit code {code}\n"))
}

#[test]
fn what_is_there_is_listed() {
    let home = Home::new();
    insta::assert_snapshot!("plugins_list", home.ok(&["plugins", "list"]).stdout);
    let policy = trusted(&home, "policy");
    library(&home, "resolver");
    home.write("plimsoll.toml", "[plugins]\npaths = [\"libresolver.so\"]\n");
    let listed = home.ok(&["--plugin", &policy, "plugins", "list"]).stdout;
    let with: Vec<_> = listed.lines().filter(|line| line.contains(".so")).collect();
    insta::assert_snapshot!(plain(&home, &with.join("\n")), @"
    steps       acme 0.1.0     libpolicy.so  A step up where requests wait, a step down where places idle.
    libpolicy.so                              acme 0.1.0     named          trusted
    ~/libresolver.so  shallow 0.1.0  configuration  not trusted
    ");
    let json = home
        .ok(&["--plugin", &policy, "plugins", "list", "--format", "json"])
        .json();
    let steps = json["registered"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "steps");
    assert_eq!(steps.unwrap()["qualified"], "acme/steps");
    assert_eq!(json["libraries"][0]["state"], "trusted");
    assert_eq!(json["libraries"][1]["state"], "not-trusted");
}

#[test]
fn a_library_is_inspected_before_it_is_trusted() {
    let home = Home::new();
    library(&home, "policy");
    let inspect = |more: &[&str]| {
        let arguments = [&["plugins", "inspect", "libpolicy.so"], more].concat();
        shown(&home, &home.run(&arguments))
    };
    insta::assert_snapshot!("plugins_inspect_file", inspect(&[]));
    insta::assert_snapshot!("plugins_inspect_load_untrusted", inspect(&["--load"]));
    insta::assert_snapshot!(
        "plugins_trust",
        shown(&home, &home.run(&["plugins", "trust", "libpolicy.so"]))
    );
    insta::assert_snapshot!("plugins_inspect_load", inspect(&["--load"]));
    // By a name, too, no code of a library runs unless that is asked for.
    let named = |more: &[&str]| {
        let start = [
            "--plugin",
            "libpolicy.so",
            "plugins",
            "inspect",
            "acme/steps",
        ];
        shown(&home, &home.run(&[&start, more].concat()))
    };
    fs::remove_dir_all(home.path(".cache")).unwrap();
    assert_eq!(named(&[]), inspect(&[]));
    assert!(!home.path(".cache").exists(), "nothing was loaded");
    assert_eq!(named(&["--load"]), inspect(&["--load"]));
    let linked = home.ok(&["plugins", "inspect", "fixed"]).stdout;
    insta::assert_snapshot!("plugins_inspect_linked", linked);
    let json = home
        .ok(&["plugins", "inspect", "fixed", "--format", "json"])
        .json();
    assert_eq!(json[0]["options"]["type"], "object");
    let unknown = shown(&home, &home.run(&["plugins", "inspect", "fixd"]));
    insta::assert_snapshot!(unknown, @"
    error: there is no plugin, and nothing that is registered, with the name `fixd`
      hint: did you mean `fixed`?
      hint: `plimsoll plugins list` shows everything
    exit code 4
    ");
    let missing = shown(&home, &home.run(&["plugins", "inspect", "none.so"]));
    insta::assert_snapshot!(missing, @"
    error: none.so: there is no such file
      hint: build it: cargo build --release
    exit code 4
    ");
}

#[test]
fn the_doctor_says_why_something_is_not_loaded() {
    let home = Home::new();
    let policy = library(&home, "policy");
    fs::create_dir_all(home.path("there")).unwrap();
    fs::copy(&policy, home.path("there/libacme.so")).unwrap();
    home.write("there/libtext.so", "no library\n");
    home.write(
        "plimsoll.toml",
        "[plugins]\npaths = [\"there\", \"nowhere\"]\n",
    );
    let doctor = |home: &Home| shown(home, &home.run(&["plugins", "doctor"]));
    insta::assert_snapshot!("plugins_doctor", doctor(&home));
    // Nothing that is found stops a command, and nobody is bothered with what was never trusted.
    let run = home.run(&["bench", "--list"]);
    assert_eq!(run.code, 0);
    insta::assert_snapshot!(plain(&home, &run.stderr), @"
    warning: plugins: ~/nowhere (configuration): there is no such file or folder
    warning: the plugin ~/there/libacme.so: it is not trusted
      hint: if it is what you mean to run: plimsoll plugins trust ~/there/libacme.so
    warning: the plugin ~/there/libtext.so: it is no library
    ");
    home.ok(&["plugins", "trust", "there/libacme.so"]);
    fs::remove_file(home.path("there/libtext.so")).unwrap();
    home.write("plimsoll.toml", "[plugins]\npaths = [\"there\"]\n");
    let sound = home.ok(&["plugins", "doctor", "--format", "json"]).json();
    assert_eq!(sound["sound"], true);
    let message = sound["libraries"][0]["message"].as_str().unwrap();
    assert_eq!(message, "it is loaded, and has acme/steps");
}

#[test]
fn a_plugin_that_is_named_and_cannot_be_loaded_is_an_error() {
    let home = Home::new();
    library(&home, "policy");
    home.write("libtext.so", "no library\n");
    let run = |file: &str| shown(&home, &home.run(&["--plugin", file, "bench", "--list"]));
    insta::assert_snapshot!(run("libpolicy.so"), @"
    error: the plugin libpolicy.so: it is not trusted
      hint: if it is what you mean to run: plimsoll plugins trust libpolicy.so
    exit code 3
    ");
    insta::assert_snapshot!(run("libtext.so"), @"
    error: the plugin libtext.so: it is no library
    exit code 1
    ");
    insta::assert_snapshot!(run("none.so"), @"
    error: the plugin none.so: there is no such file
      hint: build it: cargo build --release
    exit code 4
    ");
}

/// A layout that is not ours is a line, and for who asks all there is.
#[test]
fn a_border_that_is_laid_out_otherwise_is_a_line() {
    let home = Home::new();
    built(&home, "plimsoll-test-faulty", "skewed", "libskewed.so");
    home.ok(&["plugins", "trust", "libskewed.so"]);
    let arguments = ["--plugin", "libskewed.so", "bench", "--list"];
    insta::assert_snapshot!(shown(&home, &home.run(&arguments)), @"
    error: the plugin libskewed.so: its border is laid out otherwise: mismatched type (expected u32, found u64)
      hint: build it with the plimsoll-sdk of this Plimsoll
      hint: -vv shows all that was found
    exit code 1
    ");
    let all = home.run(&[&["-vv"], &arguments[..]].concat());
    assert!(all.stderr.lines().count() > 100, "{}", all.stderr);
}

#[test]
fn a_policy_of_a_plugin_is_benched() {
    let home = Home::new();
    let policy = trusted(&home, "policy");
    let bench = |more: &[&str]| {
        let start = [
            "--plugin",
            policy.as_str(),
            "bench",
            "--scenario",
            "ramp",
            "--policy",
        ];
        home.run(&[&start, more].concat())
    };
    let run = bench(&[
        "acme/steps",
        "--policy",
        "acme/steps(step=3)",
        "--format",
        "json",
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let names: Vec<_> = run.json()["ranks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rank| rank["policy"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        names.contains(&"acme/steps".to_owned())
            && names.contains(&"acme/steps(step=3)".to_owned())
    );
    insta::assert_snapshot!(shown(&home, &bench(&["acme/steps(stp=3)"])), @"
    error: the options of steps do not fit: there is no option `stp`; known are: target, step; did you mean `step`?
    exit code 2
    ");
    insta::assert_snapshot!(shown(&home, &bench(&["acme/steps(step=0)"])), @"
    error: the options of steps do not fit: `step` is 0; it is a whole number from 1 to 100
    exit code 2
    ");
    insta::assert_snapshot!(shown(&home, &bench(&["acme/stebs"])), @"
    error: --policy: there is no scaling policy `acme/stebs`; known are: baseten, fixed, hpa, knative, little, predictive, ray-serve, steps, tressi; did you mean `steps`?
    exit code 2
    ");
}

/// What happens within an experiment ends it with the reason, and nothing worse.
#[test]
fn a_policy_that_panics_ends_the_experiment() {
    let home = Home::new();
    built(&home, "plimsoll-test-faulty", "dylib", "libfaulty.so");
    home.ok(&["plugins", "trust", "libfaulty.so"]);
    let bench = |policy: &str| {
        let arguments = [
            "--plugin",
            "libfaulty.so",
            "bench",
            "--scenario",
            "ramp",
            "--policy",
            policy,
        ];
        shown(&home, &home.run(&arguments))
    };
    insta::assert_snapshot!(bench("faulty/third"), @"
    error: the scaling policy `faulty/third` panicked: the third decision is one too many (tests/plugins/faulty/src/lib.rs:19:9)
    exit code 1
    ");
    insta::assert_snapshot!(bench("faulty/explodes"), @"
    error: faulty/explodes could not be set up: it panicked: it was never meant to be made (tests/plugins/faulty/src/lib.rs:32:5)
    exit code 2
    ");
    let shared = [
        "--plugin",
        "libfaulty.so",
        "bench",
        "--scenario",
        "shared-budget",
        "--policy",
        "baseten",
    ];
    let generous = home.run(&[&shared[..], &["--distribution", "faulty/generous"]].concat());
    insta::assert_snapshot!(shown(&home, &generous), @"
    error: the distribution strategy `faulty/generous` gave demand 0 24 workers, which is not within 1 to 2
    exit code 1
    ");
}

#[test]
fn a_distribution_of_a_plugin_shares_a_budget() {
    let home = Home::new();
    let distribution = trusted(&home, "distribution");
    let run = home.ok(&[
        "--plugin",
        &distribution,
        "bench",
        "--scenario",
        "shared-budget",
        "--policy",
        "baseten",
        "--distribution",
        "queue/first-served",
    ]);
    assert!(run.stdout.contains("baseten"), "{}", run.stdout);
}

const FLEET: &str = "\
summarise:
  autoscaling_settings: {min_replicas: 1, max_replicas: 3}
  environment_overrides:
    production:
      autoscaling_settings: {max_replicas: 30}
translate: {}
";

#[test]
fn a_source_of_a_plugin_is_read_resolved_and_pushed() {
    let home = Home::new();
    let source = trusted(&home, "source");
    home.write("models/fleet.yaml", FLEET);
    let resolve = |more: &[&str]| {
        let arguments = [
            "--plugin",
            source.as_str(),
            "resolve",
            "models",
            "-e",
            "production",
        ];
        home.run(&[&arguments, more].concat())
    };
    insta::assert_snapshot!(shown(&home, &resolve(&["--source", "fleet/fleet", "--explain"])), @"
    summarise in environment production

      autoscaling_settings.min_replicas  1   base                    models/fleet.yaml:2:40
      autoscaling_settings.max_replicas  30  environment production  models/fleet.yaml:5:44

    translate in environment production

      autoscaling_settings  null  defaults

                            {}    base      models/fleet.yaml:6:12
    exit code 0
    ");
    // It is found by looking, too.
    let found = resolve(&["--format", "json"]).json();
    assert_eq!(
        found["workloads"][0]["effective"]["autoscaling_settings"]["max_replicas"],
        30
    );
    let provenance = &found["workloads"][0]["provenance"]["/autoscaling_settings/max_replicas"];
    assert_eq!(provenance["line"], 5);
    home.write(
        "models/fleet.yaml",
        &FLEET.replace("max_replicas: 30", "max_replicas: 0"),
    );
    insta::assert_snapshot!(shown(&home, &resolve(&[])), @"
    error[fleet::out-of-range]: `environment_overrides.production.autoscaling_settings.max_replicas` must be an integer of at least 1, and is the integer 0
     --> models/fleet.yaml:5:44
      |
    5 |       autoscaling_settings: {max_replicas: 0}
      |                                            ^
      |
      = expected: an integer of at least 1

    1 error
    exit code 1
    ");
}

#[test]
fn a_resolver_of_a_plugin_resolves() {
    let home = Home::new();
    let resolver = trusted(&home, "resolver");
    home.write(
        "truss/config.yaml",
        "model_name: one\nresources:\n  accelerator: {accelerator: L4, count: 2}\nautoscaling_settings: {min_replicas: 3}\n\
         environment_overrides:\n  production:\n    resources:\n      accelerator: {accelerator: H100}\n",
    );
    let resolve = |resolver_name: &str| {
        let arguments = [
            "--plugin",
            &resolver,
            "resolve",
            "truss",
            "-e",
            "production",
            "--resolver",
        ];
        home.run(&[&arguments[..], &[resolver_name, "--explain"]].concat())
    };
    // Merged to any depth, the count of the base stays; merged one key deep, it goes.
    let count = |run: &Run| {
        run.stdout
            .lines()
            .find(|line| line.contains("accelerator"))
            .unwrap()
            .to_owned()
    };
    let (deep, shallow) = (resolve("deep-merge"), resolve("shallow/shallow"));
    insta::assert_snapshot!(count(&deep), @r#"  resources.accelerator              "H100:2"  environment production  truss/config.yaml:8:34"#);
    insta::assert_snapshot!(count(&shallow), @r#"  resources.accelerator              "H100"  environment production  truss/config.yaml:8:34"#);
    assert_eq!((deep.code, shallow.code), (0, 0));
}

#[test]
fn a_deployer_of_a_plugin_is_a_target() {
    let home = Home::new();
    let deployer = trusted(&home, "deployer");
    let truss = example(&home, "text-classifier");
    home.write(
        "plimsoll.toml",
        "[remotes.shelf]\ndeployer = \"shelf/folder\"\noptions = { folder = \"shelf\" }\n",
    );
    let push = |to: &str| {
        let arguments = ["--plugin", deployer.as_str(), "--config", "plimsoll.toml"];
        home.run(
            &[
                &arguments[..],
                &[
                    "push",
                    &truss,
                    "-e",
                    "production",
                    "--to",
                    to,
                    "--yes",
                    "--wait",
                ],
            ]
            .concat(),
        )
    };
    let first = push("shelf");
    assert_eq!(first.code, 0, "{}", first.stderr);
    let after = |run: &Run| {
        let all = format!("{}{}", run.stdout, run.stderr);
        let start = all.find("Plan for").unwrap();
        plain(&home, &all[start..])
    };
    insta::assert_snapshot!(after(&first), @"
    Plan for shelf, environment production:
      1. put-on-shelf       nothing stands there
    text-classifier: deployment 3e4678d467f6 of model text-classifier in production: ON THE SHELF
      put-on-shelf       it stands at shelf/text-classifier/production.json
    ");
    let shelf = fs::read_to_string(home.path("shelf/text-classifier/production.json")).unwrap();
    assert!(
        shelf.contains("\"release\": \"text-classifier\""),
        "{shelf}"
    );
    // Applied, then planned again, a plan is empty.
    insta::assert_snapshot!(after(&push("shelf")), @"
    Plan for shelf, environment production: nothing to do
    text-classifier: deployment 3e4678d467f6 of model text-classifier in production: ON THE SHELF
    ");
    insta::assert_snapshot!(shown(&home, &push("shelf/folder")), @"
    error: the target `shelf/folder`: `folder` is missing
    exit code 1
    ");
    insta::assert_snapshot!(shown(&home, &push("shelv")), @"
    error: there is no target `shelv`; known are: baseten, shelf, local, shelf/folder
      hint: name a remote in plimsoll.toml
      hint: did you mean `shelf`?
    exit code 2
    ");
}

#[test]
fn a_remote_that_is_wrong_is_named() {
    let home = Home::new();
    let truss = example(&home, "text-classifier");
    let said = |text: &str| {
        home.write("plimsoll.toml", text);
        let run = home.run(&["--config", "plimsoll.toml", "plan", &truss, "--to", "x"]);
        plain(&home, &run.stderr)
    };
    insta::assert_snapshot!(said("[remotes.x]\nteam = \"a\"\n"), @"
    error: plimsoll.toml: the remote `x` has neither a url nor a deployer
      hint: a Baseten-style platform has a `url`, a plugin's a `deployer`
    ");
    insta::assert_snapshot!(said("[remotes.x]\nurl = \"https://api.baseten.co\"\noptions = {}\n"), @"error: plimsoll.toml: `options` of `x` are a deployer's, and it names none");
    insta::assert_snapshot!(said("[remotes.x]\ndeployer = \"acme/none\"\nteam = \"a\"\n"), @"
    error: plimsoll.toml: `x` names a deployer, and cannot have a url, a key or a team beside it
      hint: what a deployer takes is written under `options`
    ");
    insta::assert_snapshot!(said("[plugins]\ndeployer-silence-seconds = 0\n"), @"error: plimsoll.toml: `deployer-silence-seconds` is 0, and must be at least 1");
    insta::assert_snapshot!(said("[remotes.x]\ndeployer = \"acme/none\"\n"), @"error: there is no deployer `acme/none`; known are: baseten, load, local");
    insta::assert_snapshot!(said("[plugins]\npath = \"x\"\n"), @"error: plimsoll.toml:2: unknown field `path`, expected `paths` or `deployer-silence-seconds`");
}

/// A checkout is not to say what is trusted, nor what a plugin of the user's does.
#[test]
fn a_checkout_is_not_trusted_with_plugins() {
    let home = Home::new();
    let policy = trusted(&home, "policy");
    let truss = example(&home, "text-classifier");
    home.write(
        "plimsoll.toml",
        "target = \"x\"\n[remotes.x]\ndeployer = \"shelf/folder\"\noptions = { folder = \"there\" }\n",
    );
    let found = home.run(&["plan", &truss]);
    insta::assert_snapshot!(plain(&home, &found.stderr), @"
    error: ~/plimsoll.toml: `x` would have the plugin of shelf/folder at work
      hint: put the remote into ~/.config/plimsoll/config.toml
      hint: or say that you trust this file: --config plimsoll.toml
    ");
    // That is for who pushes: nothing else is stopped by it.
    home.ok(&["validate", &truss]);
    home.write("plimsoll.toml", "[plugins]\ndeployer-silence-seconds = 1\n");
    let found = home.run(&["validate", &truss]);
    insta::assert_snapshot!(plain(&home, &found.stderr), @"
    error: ~/plimsoll.toml: `deployer-silence-seconds` does not belong in this file
      hint: put it into ~/.config/plimsoll/config.toml
      hint: or say that you trust this file: --config plimsoll.toml
    ");
    let bundled =
        "[remotes.x]\ndeployer = \"baseten\"\noptions = { url = \"https://evil.example\" }\n";
    home.write("plimsoll.toml", bundled);
    let found = home.run(&["--config", "plimsoll.toml", "plan", &truss]);
    insta::assert_snapshot!(plain(&home, &found.stderr), @"
    error: plimsoll.toml: `baseten` is not the deployer of a plugin
      hint: name it with its plugin: `shelf/folder`
    ");
    // Without a home folder nothing is trusted, whatever lies in the folder that a command runs in.
    fs::remove_file(home.path("plimsoll.toml")).unwrap();
    let lock = fs::read(home.path(".config/plimsoll/plugins.lock")).unwrap();
    fs::write(home.path("plugins.lock"), lock).unwrap();
    let mut command = home.command(&["--plugin", &policy, "bench", "--list"]);
    let run = Run::of(command.env("HOME", "").output().unwrap());
    assert_ne!(run.code, 0, "{}", run.stdout);
    assert!(run.stderr.contains("it is not trusted"), "{}", run.stderr);
}

#[test]
fn a_new_plugin_is_written_whole_or_not_at_all() {
    let home = Home::new();
    let kinds = [
        "scaling-policy",
        "distribution-strategy",
        "source",
        "resolver",
        "deployer",
    ];
    for kind in kinds {
        let run = home.ok(&["plugins", "new", "--kind", kind, &format!("{kind}/it")]);
        assert!(
            run.stdout.contains(&format!("Wrote the plugin `{kind}`")),
            "{}",
            run.stdout
        );
        for file in [
            "Cargo.toml",
            "README.md",
            "src/lib.rs",
            "tests/contract.rs",
            ".gitignore",
        ] {
            assert!(home.path(kind).join(file).is_file(), "{kind}: {file}");
        }
        assert_eq!(
            fs::read_dir(home.path(kind).join("benches"))
                .unwrap()
                .count(),
            1
        );
    }
    let again = home.run(&["plugins", "new", "--kind", "source", "source"]);
    insta::assert_snapshot!(shown(&home, &again), @"
    error: source is there already
      hint: name another folder with --path, or another plugin
    exit code 1
    ");
    let wrong = home.run(&["plugins", "new", "--kind", "source", "My_Source"]);
    insta::assert_snapshot!(shown(&home, &wrong), @"
    error: `My_Source` cannot be the name of a plugin
      hint: a name is lower-case letters, digits and `-`, and no word of Rust
    exit code 2
    ");
    let sdk = home.run(&[
        "plugins", "new", "--kind", "source", "one", "--sdk", "nowhere",
    ]);
    insta::assert_snapshot!(shown(&home, &sdk), @"
    error: nowhere is not the folder of plimsoll-sdk
    exit code 4
    ");
    assert!(!home.path("one").exists());
    let left = fs::read_dir(home.path("")).unwrap().flatten();
    let beside: Vec<_> = left
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(".plimsoll"))
        .collect();
    assert!(beside.is_empty(), "{beside:?}");
}
