//! How to log in where weights and images come from.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::schema::{Default, Field, Model, Reader, Type};
use plimsoll_core::value::Node;

const TEXT: Type = Type::Nullable(&Type::Str);

/// Methods, each with the keys that it needs. What one method needs, the others refuse.
type Methods = &'static [(&'static str, &'static [&'static str])];

const AWS_OIDC: &[&str] = &["aws_oidc_role_arn", "aws_oidc_region"];
const GCP_OIDC: &[&str] = &["gcp_oidc_service_account", "gcp_oidc_workload_id_provider"];
const AWS_ASSUME_ROLE: &[&str] = &["aws_assume_role_arn", "aws_assume_role_region"];

const OF_WEIGHTS: Methods = &[
    ("CUSTOM_SECRET", &["auth_secret_name"]),
    ("AWS_OIDC", AWS_OIDC),
    ("GCP_OIDC", GCP_OIDC),
    ("AWS_ASSUME_ROLE", AWS_ASSUME_ROLE),
];

const OF_REGISTRIES: Methods = &[
    ("GCP_SERVICE_ACCOUNT_JSON", &["secret_name"]),
    ("AWS_OIDC", AWS_OIDC),
    ("GCP_OIDC", GCP_OIDC),
    ("AWS_ASSUME_ROLE", AWS_ASSUME_ROLE),
];

const ROLE_ARN: Field = Field::new(
    "aws_oidc_role_arn",
    TEXT,
    Default::Null,
    "For AWS_OIDC: the IAM role to take on, by its ARN.",
);
const REGION: Field = Field::new(
    "aws_oidc_region",
    TEXT,
    Default::Null,
    "For AWS_OIDC: the AWS region.",
);
const SERVICE_ACCOUNT: Field = Field::new(
    "gcp_oidc_service_account",
    TEXT,
    Default::Null,
    "For GCP_OIDC: the service account.",
);
const IDENTITY_PROVIDER: Field = Field::new(
    "gcp_oidc_workload_id_provider",
    TEXT,
    Default::Null,
    "For GCP_OIDC: the provider of workload identities.",
);
const ASSUMED_ROLE: Field = Field::new(
    "aws_assume_role_arn",
    TEXT,
    Default::Null,
    "For AWS_ASSUME_ROLE: the IAM role that the platform takes on, by its ARN.",
);
const ASSUMED_REGION: Field = Field::new(
    "aws_assume_role_region",
    TEXT,
    Default::Null,
    "For AWS_ASSUME_ROLE: the AWS region.",
);

/// How to log in to a source of weights.
pub(crate) static WEIGHTS_AUTH: Model = Model {
    after: Some(weights),
    ..Model::new(
        "WeightsAuth",
        "How to log in to a source of weights.",
        &[
            Field::required(
                "auth_method",
                Type::EnumUpper(&["CUSTOM_SECRET", "AWS_OIDC", "GCP_OIDC", "AWS_ASSUME_ROLE"]),
                "How to log in.",
            ),
            Field::new(
                "auth_secret_name",
                TEXT,
                Default::Null,
                "For CUSTOM_SECRET: the secret with the credentials.",
            ),
            ROLE_ARN,
            REGION,
            SERVICE_ACCOUNT,
            IDENTITY_PROVIDER,
            ASSUMED_ROLE,
            ASSUMED_REGION,
        ],
    )
};

/// How to log in to a registry of images.
pub(crate) static DOCKER_AUTH: Model = Model {
    after: Some(registries),
    ..Model::new(
        "DockerAuthSettings",
        "How to log in to a registry of images.",
        &[
            Field::required(
                "auth_method",
                Type::EnumUpper(&[
                    "GCP_SERVICE_ACCOUNT_JSON",
                    "AWS_IAM",
                    "AWS_OIDC",
                    "GCP_OIDC",
                    "REGISTRY_SECRET",
                    "AWS_ASSUME_ROLE",
                ]),
                "How to log in.",
            ),
            Field::new(
                "registry",
                TEXT,
                Default::Str(""),
                "The registry, such as us-east4-docker.pkg.dev.",
            ),
            Field::new(
                "secret_name",
                TEXT,
                Default::Null,
                "For GCP_SERVICE_ACCOUNT_JSON: the secret with the credentials.",
            ),
            Field::new(
                "aws_access_key_id_secret_name",
                Type::Str,
                Default::Str("aws_access_key_id"),
                "For AWS_IAM: the secret with the key's identifier.",
            ),
            Field::new(
                "aws_secret_access_key_secret_name",
                Type::Str,
                Default::Str("aws_secret_access_key"),
                "For AWS_IAM: the secret with the key.",
            ),
            ROLE_ARN,
            REGION,
            SERVICE_ACCOUNT,
            IDENTITY_PROVIDER,
            ASSUMED_ROLE,
            ASSUMED_REGION,
        ],
    )
};

fn weights(node: &mut Node, reader: &mut Reader<'_>) {
    keys_of_method(OF_WEIGHTS, node, reader);
}

fn registries(node: &mut Node, reader: &mut Reader<'_>) {
    keys_of_method(OF_REGISTRIES, node, reader);
}

/// A method has the keys that it needs, and none that another needs.
fn keys_of_method(methods: Methods, node: &Node, reader: &mut Reader<'_>) {
    let method = node.get("auth_method");
    let Some(name) = method.and_then(Node::as_str) else {
        return;
    };
    if !methods.iter().any(|(known, _)| *known == name) {
        return;
    }
    let given = |key: &str| {
        node.get(key)
            .filter(|node| node.as_str() != Some("") && !node.is_null())
    };
    let span = method.and_then(Node::span);
    for (other, keys) in methods {
        for key in *keys {
            match (given(key), *other == name) {
                (None, true) => {
                    let place = reader.path().join(key).dotted();
                    let message = format!("`{place}` is required for {name}");
                    reader.missing_key(span, message, format!("{key}: a string"));
                }
                (Some(found), false) => {
                    let place = reader.path().join(key).dotted();
                    let message = format!("`{place}` is for {other}, and the method is {name}");
                    let diagnostic = Diagnostic::error(reader.code("conflict"), message)
                        .at(found.span())
                        .also(span, "the method")
                        .expected(format!("no such key, or auth_method: {other}"));
                    reader.push(diagnostic);
                }
                _ => {}
            }
        }
    }
}
