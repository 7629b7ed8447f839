//! How the image is built, and what it is built from.

use plimsoll_core::schema::{Default, Field, MAX, MIN, Model, Reader, Type};
use plimsoll_core::value::Node;

use super::auth::DOCKER_AUTH;
use crate::checks;

/// Build-time settings.
pub(crate) static BUILD: Model = Model {
    after: Some(secret_names),
    ..Model::new("Build", "How the image is built.", BUILD_FIELDS)
};

static BUILD_FIELDS: &[Field] = &[
    Field::new(
        "model_server",
        Type::Enum(&["TrussServer", "TRT_LLM"]),
        Default::Str("TrussServer"),
        "Which server is built in.",
    ),
    Field::new(
        "arguments",
        Type::Map(&Type::Any),
        Default::EmptyMap,
        "Arguments of the server's build.",
    ),
    Field::new(
        "secret_to_path_mapping",
        Type::Map(&Type::Str),
        Default::EmptyMap,
        "Secrets that the build may read, and the paths where it finds them.",
    ),
    Field::new(
        "no_cache",
        Type::Bool,
        Default::Bool(false),
        "Not to be set in a file: the command line has it.",
    ),
];

fn secret_names(node: &mut Node, reader: &mut Reader<'_>) {
    let secrets = node.get("secret_to_path_mapping").and_then(Node::as_map);
    for entry in secrets.into_iter().flatten() {
        if let Some(Err(refusal)) = entry.key.as_str().map(checks::secret_name) {
            reader.below("secret_to_path_mapping", |reader| {
                reader.refused(entry.key_span, refusal);
            });
        }
    }
}

/// An image to build on.
pub(crate) static BASE_IMAGE: Model = Model::new(
    "BaseImage",
    "An image to build on.",
    &[
        Field::new("image", Type::Str, Default::Str(""), "The image's name."),
        Field::new(
            "python_executable_path",
            Type::StrWith(checks::absolute_or_empty),
            Default::Str(""),
            "Absolute path of Python in the image; empty takes the one in PATH.",
        ),
        Field::new(
            "docker_auth",
            Type::Nullable(&Type::Model(&DOCKER_AUTH)),
            Default::Null,
            "How to log in to the registry.",
        ),
    ],
);

/// An image with a server of its own.
pub(crate) static DOCKER_SERVER: Model = Model {
    after: Some(checks::docker_server),
    ..Model::new(
        "DockerServer",
        "An image with a server of its own.",
        &[
            Field::new(
                "start_command",
                Type::Nullable(&Type::Str),
                Default::Null,
                "Command that starts the server. Required unless `no_build` is true.",
            ),
            Field::required(
                "server_port",
                Type::Int(MIN, MAX),
                "Port that the server listens on. 8080 is the platform's own.",
            ),
            Field::required("predict_endpoint", Type::Str, "Path of inference requests."),
            Field::required(
                "readiness_endpoint",
                Type::Str,
                "Path of the readiness probe.",
            ),
            Field::required(
                "liveness_endpoint",
                Type::Str,
                "Path of the liveness probe.",
            ),
            Field::new(
                "run_as_user_id",
                Type::Nullable(&Type::Int(MIN, MAX)),
                Default::Null,
                "User that the server runs as; not 0 and not 60000.",
            ),
            Field::new(
                "no_build",
                Type::Nullable(&Type::Bool),
                Default::Null,
                "Deploy the image as it is, without building on it.",
            ),
        ],
    )
};

/// A file to download into the data folder.
pub(crate) static EXTERNAL_DATA_ITEM: Model = Model::new(
    "ExternalDataItem",
    "A file to download into the data folder.",
    &[
        Field::required(
            "url",
            Type::StrWith(checks::not_empty),
            "Where the file is.",
        ),
        Field::required(
            "local_data_path",
            Type::StrWith(checks::not_empty),
            "Where it goes, below the data folder.",
        ),
        Field::new(
            "backend",
            Type::Str,
            Default::Str("http_public"),
            "How to download it.",
        ),
        Field::new(
            "name",
            Type::Nullable(&Type::Str),
            Default::Null,
            "A name for it.",
        ),
    ],
);
