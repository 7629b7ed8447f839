//! Worked examples: what is there, and the lines that change.

use plimsoll_core::autoscaling::AutoscalingSettings;
use plimsoll_core::environment::Environment;
use plimsoll_core::layer::LayerName;

use crate::support::{FIVE, amend, diff, load, said};

/// Amends each, and shows what comes of it; what is amended is amended.
fn shown(cases: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, text) in cases {
        out.push_str(&format!("=== {name}\n"));
        match amend(text.as_bytes(), "production", &FIVE) {
            Ok(amendment) => {
                let again = amend(amendment.after.as_bytes(), "production", &FIVE);
                assert!(
                    again.is_ok_and(|again| again.is_empty()),
                    "{name}: {}",
                    amendment.after
                );
                let manifest = load(amendment.after.as_bytes()).expect("it is read again");
                let layer = LayerName::Environment(Environment::production());
                let layer = manifest.workloads[0].layers.named(&layer);
                let settings = layer.and_then(|layer| layer.settings.get("autoscaling_settings"));
                let settings = settings
                    .map(AutoscalingSettings::from_node)
                    .unwrap_or_default();
                assert_eq!(settings.overlaid(&FIVE), settings, "{name}");
                out.push_str(&diff(&amendment));
                let ends = [&*amendment.before, &*amendment.after].map(|text| text.ends_with('\n'));
                assert!(ends[0] == ends[1] || amendment.before.is_empty(), "{name}");
            }
            Err(problems) => out.push_str(&said(&problems)),
        }
    }
    out
}

#[test]
fn values_that_are_there() {
    let shown = shown(&[
        (
            "each at its place, comments in their column",
            "environment_overrides:\n  production:\n    autoscaling_settings:\n      min_replicas: 1   # never cold\n      \
             max_replicas: 100 # the quota\n      target_utilization_percentage: 70 # as measured\n      \
             # a minute\n      scaling_window_seconds: 60\n      scale_down_delay_seconds: '900'\n",
        ),
        (
            "some of them, and the block goes on",
            "environment_overrides:\n  production:\n    autoscaling_settings:\n      max_replicas: 9\n      concurrency_target: 4  # last\n      # the end\n\n    resources:\n      cpu: '2'\n  staging: {}\nmodel_name: a\n",
        ),
        (
            "in braces",
            "environment_overrides: {production: {autoscaling_settings: {min_replicas: 1, max_replicas: 3}}}\n",
        ),
        (
            "in braces over lines",
            "environment_overrides:\n  production:\n    autoscaling_settings: {\n        min_replicas: 1,  # low\n        max_replicas: 3   # high\n    }\n",
        ),
        (
            "in braces over lines, with a comma at the end",
            "environment_overrides:\n  production:\n    autoscaling_settings: {\n        min_replicas: 1,\n        max_replicas: 3,  # high\n    }\n",
        ),
        (
            "as JSON",
            "{\n  \"model_name\": \"a\",\n  \"environment_overrides\": {\n    \"production\": {\n      \"autoscaling_settings\": {\n        \"min_replicas\": 1,\n        \"max_replicas\": 3}}}}\n",
        ),
        (
            "quoted keys",
            "\"environment_overrides\":\n  'production':\n    \"autoscaling_settings\":\n      \"min_replicas\": 1\n",
        ),
        (
            "twice, of which the last counts",
            "environment_overrides:\n  production:\n    autoscaling_settings:\n      min_replicas: 1\n      min_replicas: 3\n      max_replicas: 4\n",
        ),
        (
            "odd indentation",
            "environment_overrides:\n       production:\n        autoscaling_settings:\n                  min_replicas:   1\n",
        ),
        (
            "keys that a `?` announces, and values on lines of their own",
            "environment_overrides:\n  ? production\n  : autoscaling_settings:\n      ? min_replicas\n      : 1\n      max_replicas:\n        7 # seven\n",
        ),
        (
            "tags, anchors and block scalars",
            "environment_overrides:\n  production:\n    autoscaling_settings: &mine !!map\n      min_replicas: &min !!int '1'\n      max_replicas: |-\n        7\n      concurrency_target: 3\n",
        ),
    ]);
    insta::assert_snapshot!(shown);
}

#[test]
fn blocks_that_are_not_there() {
    let shown = shown(&[
        ("nothing at all", ""),
        ("a comment without an end", "# nothing yet"),
        (
            "no overrides",
            "model_name: a\nresources:\n    cpu: '1'\n    # memory: 2Gi\n# the end\n",
        ),
        ("no overrides, and no line end", "model_name: a"),
        ("blank lines at the end", "model_name: a\n\n\n"),
        ("a block scalar at the end", "description: |+\n  text\n\n\n"),
        (
            "markers",
            "%YAML 1.1\n---\nmodel_name: a\n# that is all\n...\n# really\n",
        ),
        ("markers around nothing", "---\n...\n"),
        ("braces around nothing", "{}\n"),
        ("braces", "{model_name: a, }\n"),
        ("a root that is indented", "  model_name: a\n"),
        (
            "overrides of nothing",
            "environment_overrides:\nmodel_name: a\n",
        ),
        (
            "overrides that are null",
            "environment_overrides: null  # none\nmodel_name: a\n",
        ),
        (
            "overrides that are empty",
            "environment_overrides: {}  # none\nmodel_name: a\n",
        ),
        (
            "another environment",
            "environment_overrides:\n   staging:\n      resources:\n         cpu: '1'\n      # more to come\n   # production is measured\n\n# of all\nmodel_name: a\n",
        ),
        (
            "another environment in braces",
            "environment_overrides: {staging: {}}\n",
        ),
        (
            "no settings",
            "environment_overrides:\n  production:\n    resources: {cpu: '1'}\n  staging: {}\n",
        ),
        (
            "an environment of nothing",
            "environment_overrides:\n  production:  # ours\n  staging: {}\n",
        ),
        (
            "an environment of nothing in braces",
            "environment_overrides: {staging, production}\n",
        ),
        (
            "an environment that is null in braces",
            "environment_overrides: {production: ~ , \"staging\": null}\n",
        ),
        (
            "settings that are null",
            "environment_overrides:\n  production:\n    autoscaling_settings:\n      ~ # none\n    resources: {cpu: '1'}\n",
        ),
        (
            "settings that are empty",
            "environment_overrides:\n  production:\n    autoscaling_settings: { }\n",
        ),
    ]);
    insta::assert_snapshot!(shown);
}

#[test]
fn line_ends_and_marks_stay() {
    let mut out = String::new();
    for text in [
        "\u{feff}model_name: a\r\nresources:\r\n  cpu: '1'\r\n",
        "\u{feff}",
        "\u{feff}{model_name: a}",
        "model_name: a\r\nenvironment_overrides:\r\n  production:\r\n    autoscaling_settings:\r\n      min_replicas: 1 # é\r\n",
        "environment_overrides:\r  production:\r    autoscaling_settings: {min_replicas: 1}\rmodel_name: a",
    ] {
        let amendment = amend(text.as_bytes(), "production", &FIVE);
        let after = amendment.map_err(|problems| problems.to_string());
        let after = after.map_or_else(|problems| problems, |amendment| amendment.after.to_string());
        out.push_str(&format!("{text:?}\n{after:?}\n\n"));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn aliases_and_merges() {
    let shown = shown(&[
        (
            "settings that are the base's by an alias",
            "autoscaling_settings: &base\n  min_replicas: 1\n  concurrency_target: 4\nenvironment_overrides:\n  production:\n    autoscaling_settings: *base  # the same\n  staging: {autoscaling_settings: *base}\n",
        ),
        (
            "the same in braces",
            "autoscaling_settings: &base {min_replicas: 1}\nenvironment_overrides: {production: {autoscaling_settings: *base }}\n",
        ),
        (
            "settings that merge the base's",
            "autoscaling_settings: &base\n  min_replicas: 2\n  max_replicas: 4\nenvironment_overrides:\n  production:\n    autoscaling_settings:\n      <<: *base\n      max_replicas: 6\n",
        ),
        (
            "an environment that is another by an alias",
            "environment_overrides:\n  staging: &staging\n    autoscaling_settings: {min_replicas: 1, concurrency_target: 4}\n    resources: {cpu: '2'}\n  production: *staging\n",
        ),
        (
            "an environment that merges another",
            "environment_overrides:\n  staging: &staging\n    autoscaling_settings: {min_replicas: 1, concurrency_target: 4}\n  production:\n    <<: *staging\n    resources: {cpu: '2'}\n",
        ),
        (
            "an environment that others merge, and override",
            "environment_overrides:\n  production: &production\n    autoscaling_settings: {min_replicas: 1}\n  staging:\n    <<: *production\n    autoscaling_settings: {min_replicas: 0}\n",
        ),
        (
            "a value that is an alias",
            "x-limits:\n  - &most 7\nenvironment_overrides:\n  production:\n    autoscaling_settings:\n      min_replicas: 1\n      max_replicas: *most   # of all\n  staging: {autoscaling_settings: {max_replicas: *most}}\n",
        ),
        (
            "an anchor on nothing",
            "environment_overrides:\n  production: &production\n  staging: {}\n",
        ),
        (
            "an alias of nothing",
            "environment_overrides:\n  staging: &nothing\n  production: *nothing\n",
        ),
    ]);
    insta::assert_snapshot!(shown);
}

#[test]
fn refusals() {
    let mut out = shown(&[
        (
            "settings that another environment takes over",
            "environment_overrides:\n  production: &production\n    autoscaling_settings: {min_replicas: 1}\n  staging: *production\n",
        ),
        (
            "a block that another environment merges",
            "environment_overrides:\n  production:\n    autoscaling_settings: &auto\n      min_replicas: 1\n  staging:\n    autoscaling_settings:\n      <<: *auto\n      max_replicas: 3\n",
        ),
        (
            "a value that another environment takes over",
            "environment_overrides:\n  production:\n    autoscaling_settings: {min_replicas: &min 1}\n  staging:\n    autoscaling_settings: {min_replicas: *min}\n",
        ),
        (
            "an anchor on nothing, which others use",
            "environment_overrides:\n  production: &nothing\n  staging: *nothing\n",
        ),
        (
            "an environment that comes by a merge, and has more",
            "x-common: &common\n  production: {resources: {cpu: '2'}}\nenvironment_overrides:\n  <<: *common\n",
        ),
        ("a document that is a word", "null\n"),
        (
            "what a base forbids",
            "autoscaling_settings: {max_replicas: 20}\nenvironment_overrides: [\n",
        ),
    ]);
    let mut settings = |name: &str, text: &str, settings: AutoscalingSettings| {
        let refused = amend(text.as_bytes(), "production", &settings);
        let refused = refused.expect_err("it is refused");
        out.push_str(&format!("=== {name}\n{}", said(&refused)));
    };
    let none = AutoscalingSettings::default();
    settings(
        "a value out of its range",
        "model_name: a\n",
        AutoscalingSettings {
            target_utilization_percentage: Some(101),
            scaling_window_seconds: Some(10),
            ..none
        },
    );
    settings(
        "less than the base asks for",
        "autoscaling_settings: {min_replicas: 5}\n",
        AutoscalingSettings {
            max_replicas: Some(4),
            ..none
        },
    );
    insta::assert_snapshot!(out);
}

#[test]
fn what_is_said_already_is_not_touched() {
    let text = "environment_overrides:\n  production:\n    autoscaling_settings:\n      min_replicas: '2'\n      max_replicas: 0xC\n      \
                target_utilization_percentage: 80\n      scaling_window_seconds: 1:00\n      scale_down_delay_seconds: 300.0\n";
    let amendment = amend(text.as_bytes(), "production", &FIVE);
    assert!(amendment.is_ok_and(|amendment| amendment.is_empty() && *amendment.after == *text));
    let nothing = amend(
        b"model_name: a",
        "production",
        &AutoscalingSettings::default(),
    );
    assert!(nothing.is_ok_and(|amendment| amendment.is_empty()));
}

/// Environments may have any name, and it is written so that it is read back.
#[test]
fn names_are_quoted_where_they_must_be() {
    for name in [
        "on", "1", "a b", "a: b", "<<", "é", "", "null", "#1", "\"", "a\nb",
    ] {
        for text in [
            "model_name: a\n",
            "environment_overrides: {}\n",
            "{\"model_name\": a}\n",
        ] {
            let amendment = amend(text.as_bytes(), name, &FIVE).expect(name);
            let manifest = load(amendment.after.as_bytes()).expect(name);
            let environments = manifest.workloads[0].layers.environments();
            let names: Vec<_> = environments.map(Environment::name).collect();
            assert_eq!(names, [name]);
        }
    }
}

#[test]
fn a_workload_that_is_not_there_is_refused() {
    use plimsoll_core::source::ConfigSource as _;
    let tree = crate::support::tree(b"model_name: a\n");
    let manifest = plimsoll_truss::TrussSource.load(&tree).expect("it is read");
    let production = Environment::production();
    let refused = plimsoll_truss::TrussSource.amend(&tree, &manifest, "b", &production, &FIVE);
    insta::assert_snapshot!(said(&refused.expect_err("it is refused")), @r"
    error[amend::no-workload]: there is no workload `b` to write settings for
      expected: one of a
    ");
}
