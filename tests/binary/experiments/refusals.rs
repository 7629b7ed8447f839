//! What is refused: each with its exit code, its place and a way out.

use crate::support::{Home, example};

#[test]
fn mistakes_are_named_with_their_place() {
    let home = Home::new();
    let truss = example(&home, "embeddings-server");
    home.write("empty.csv", "");
    home.write("back.csv", "time\n5\n4\n");
    home.write(
        "suite.toml",
        "name = 'x'\n[[scenario]]\nname = 'a'\narrivals = 'poisson(rate=1, duration=1m)'\n",
    );
    let minute = "poisson(rate=1, duration=1m)";
    let cases: &[(&[&str], i32)] = &[
        (&["simulate", &truss], 2),
        (&["simulate", &truss, "--arrivals", "poison(rate=1)"], 2),
        (&["simulate", &truss, "--arrivals", "poisson(rate=1)"], 2),
        (
            &[
                "simulate",
                &truss,
                "--arrivals",
                "poisson(rate=1, durtion=1m)",
            ],
            2,
        ),
        (
            &[
                "simulate",
                &truss,
                "--arrivals",
                minute,
                "--service",
                "1 second",
            ],
            2,
        ),
        (
            &[
                "simulate",
                &truss,
                "--arrivals",
                minute,
                "--service",
                "batch(decode=20ms, slowdown=2%)",
            ],
            2,
        ),
        (
            &["simulate", &truss, "--arrivals", minute, "--slo", "p99<2"],
            2,
        ),
        (
            &[
                "simulate",
                &truss,
                "--arrivals",
                minute,
                "--policy",
                "bastn",
            ],
            2,
        ),
        (
            &[
                "simulate",
                &truss,
                "--arrivals",
                minute,
                "--policy",
                "baseten(autoscaling_window=5)",
            ],
            2,
        ),
        (
            &[
                "simulate",
                &truss,
                "--arrivals",
                minute,
                "--policy",
                "baseten(window=60)",
            ],
            2,
        ),
        (
            &["simulate", &truss, "--arrivals", minute, "--workload", "x"],
            4,
        ),
        (
            &[
                "simulate",
                &truss,
                "--arrivals",
                minute,
                "--initial-replicas",
                "9",
            ],
            1,
        ),
        (&["simulate", &truss, "--trace", "nowhere.csv"], 4),
        (&["simulate", &truss, "--trace", "empty.csv"], 1),
        (&["simulate", &truss, "--trace", "back.csv"], 1),
        (&["simulate", "nowhere", "--arrivals", minute], 4),
        (&["bench", "nowhere.toml"], 4),
        (&["bench", "suite.toml"], 1),
        (&["bench", "--policy", "fixed", "--policy", "fixed"], 2),
        (&["bench", "--scenario", "rmp"], 4),
        (&["bench", "--distribution", "fair"], 2),
        (&["bench", "--service", "100s"], 2),
        (
            &["bench", "--arrivals", minute, "--slo", "p99<2s, cold<1%"],
            2,
        ),
        (
            &[
                "tune",
                &truss,
                "--arrivals",
                minute,
                "--slo",
                "p99<2s",
                "--trials",
                "0",
            ],
            2,
        ),
        (
            &[
                "tune",
                &truss,
                "--arrivals",
                minute,
                "--slo",
                "p99<2s",
                "--keep",
                "max_replicas",
                "--max-replicas",
                "4",
            ],
            2,
        ),
        (
            &[
                "tune",
                &truss,
                "--arrivals",
                minute,
                "--slo",
                "p99<2s",
                "--write",
            ],
            2,
        ),
        (
            &[
                "tune",
                &truss,
                "--arrivals",
                minute,
                "--slo",
                "p99<2s",
                "--keep",
                "max_replica",
            ],
            2,
        ),
        (&["tune", &truss, "--arrivals", minute], 2),
    ];
    let mut shown = String::new();
    for (arguments, code) in cases {
        let run = home.run(arguments);
        assert_eq!(run.code, *code, "{arguments:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{arguments:?}");
        shown.push_str(&format!(
            "$ plimsoll {}\n{}\n",
            arguments.join(" "),
            run.stderr
        ));
    }
    insta::assert_snapshot!("refusals", shown);
}
