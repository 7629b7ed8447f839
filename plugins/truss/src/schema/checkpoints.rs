//! `training_checkpoints` and `bis_llm`.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::schema::{Default, Extra, Field, Model, Reader, Type};
use plimsoll_core::value::Node;

use crate::python::is_truthy;

const STRINGS: Type = Type::List(&Type::Str);

/// Checkpoints of a training job to deploy.
pub(crate) static CHECKPOINTS: Model = Model {
    after: Some(no_mixing),
    ..Model::new(
        "CheckpointList",
        "Checkpoints of a training job to deploy.",
        &[
            Field::new(
                "download_folder",
                Type::Str,
                Default::Str("/tmp/training_checkpoints"),
                "Folder that they are downloaded to.",
            ),
            Field::new(
                "artifact_references",
                Type::List(&Type::Model(&ARTIFACT)),
                Default::EmptyList,
                "Files of training jobs.",
            ),
            Field::new(
                "loops_checkpoint_ids",
                STRINGS,
                Default::EmptyList,
                "Loops checkpoints, instead of `artifact_references`.",
            ),
        ],
    )
};

static ARTIFACT: Model = Model::new(
    "TrainingArtifactReference",
    "Files of a training job.",
    &[
        Field::required("training_job_id", Type::Str, "The training job."),
        Field::new(
            "paths",
            STRINGS,
            Default::EmptyList,
            "Paths of the files; `*` and `?` stand for any text and any character.",
        ),
    ],
);

fn no_mixing(node: &mut Node, reader: &mut Reader<'_>) {
    let (jobs, loops) = (
        node.get("artifact_references"),
        node.get("loops_checkpoint_ids"),
    );
    if let (Some(jobs), Some(loops)) = (jobs, loops)
        && is_truthy(jobs)
        && is_truthy(loops)
        && reader.sound(&["artifact_references", "loops_checkpoint_ids"])
    {
        let message = "`artifact_references` and `loops_checkpoint_ids` cannot both be given";
        let diagnostic = Diagnostic::error(reader.code("conflict"), message)
            .at(loops.span())
            .also(jobs.span(), "the other one")
            .expected("one of the two");
        reader.push(diagnostic);
    }
}

/// Settings of the platform's LLM stack.
pub(crate) static BIS_LLM: Model = Model::new(
    "BISLLM",
    "Settings of the platform's LLM stack.",
    &[
        Field::new(
            "config",
            Type::Nullable(&Type::Map(&Type::Any)),
            Default::Null,
            "What the stack is configured with.",
        ),
        Field::new(
            "version",
            Type::Str,
            Default::Str(""),
            "Version of the stack.",
        ),
        Field::new(
            "additional_autoscaling_config",
            Type::Nullable(&Type::Model(&AUTOSCALING)),
            Default::Null,
            "More to scale by.",
        ),
    ],
);

static AUTOSCALING: Model = Model {
    extra: Extra::Drop,
    ..Model::new(
        "AdditionalAutoscalingConfig",
        "More to scale by.",
        &[Field::required(
            "metrics",
            Type::List(&Type::Model(&METRIC)),
            "Metrics and their targets.",
        )],
    )
};

static METRIC: Model = Model {
    extra: Extra::Drop,
    ..Model::new(
        "AutoscalingMetric",
        "A metric and its target.",
        &[
            Field::required("name", Type::Str, "The metric."),
            Field::required("target", Type::Float, "What it should be per replica."),
        ],
    )
};
