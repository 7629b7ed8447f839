//! What resolvers say.

use super::case::{Code, code};

pub(super) fn codes() -> Vec<Code> {
    vec![
        code(
            "overrides::environment-misspelt",
            "The environment that is asked for has no overrides, and one of a like name has.",
        )
        .example(
            "
            environment_overrides:
              prodcution:
                autoscaling_settings: {min_replicas: 2}
            ",
            "write the name as it is asked for, or ask for it as it is written.",
            "
            environment_overrides:
              production:
                autoscaling_settings: {min_replicas: 2}
            ",
        )
        .by(&["validate", "my-truss", "-e", "production"]),
        code(
            "overrides::not-overridden",
            "The environment that is asked for has no overrides, so that the base's settings hold.",
        )
        .example(
            "model_name: classifier\n",
            "none is needed; an empty entry says that it is meant so.",
            "
            model_name: classifier
            environment_overrides:
              staging: {}
            ",
        )
        .by(&["validate", "my-truss", "-e", "staging"]),
        code(
            "overrides::other-environment",
            "The settings that are asked for are sound, and those of another environment are not.",
        )
        .example(
            "
            autoscaling_settings: {min_replicas: 1, max_replicas: 3}
            environment_overrides:
              production:
                autoscaling_settings: {min_replicas: 15}
            ",
            "mend that environment; `plimsoll validate` says all that is wrong with it.",
            "
            autoscaling_settings: {min_replicas: 1, max_replicas: 3}
            environment_overrides:
              production:
                autoscaling_settings: {min_replicas: 15, max_replicas: 20}
            ",
        )
        .by(&["resolve", "my-truss"]),
    ]
}
