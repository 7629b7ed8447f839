//! The documents that a push sends.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::Request;
use crate::JsonObject;

/// Text as a GraphQL string, with its quotes. What JSON escapes, GraphQL escapes the same way.
#[must_use]
pub fn literal(text: &str) -> String {
    Json::from(text).to_string()
}

/// `teams`, answered by [`Teams`](super::Teams).
#[must_use]
pub fn teams() -> Request {
    Request::new("query Teams { teams { id name default } }")
}

const NAMED: &str = "{ id name team { id name } }";

/// `chains` of a team, or all that the key sees, answered by [`Chains`](super::Chains).
#[must_use]
pub fn chains(team_id: Option<&str>) -> Request {
    Request::new(format!("{{ chains({}) {NAMED} }}", of(team_id)))
}

/// `models` of a team, or all that the key sees, answered by
/// [`ModelsAnswer`](super::ModelsAnswer). Models of chainlets are not among them.
#[must_use]
pub fn models(team_id: Option<&str>) -> Request {
    Request::new(format!("{{ models({}) {NAMED} }}", of(team_id)))
}

fn of(team_id: Option<&str>) -> String {
    match team_id {
        Some(id) => format!("team_id: {}", literal(id)),
        None => "all: true".to_owned(),
    }
}

/// `truss_validation` of a configuration, which is the base64 of its JSON; answered by
/// [`TrussValidation`](super::TrussValidation).
#[must_use]
pub fn truss_validation(config_base64: &str, user_env: &JsonObject) -> Request {
    let config = literal(config_base64);
    with_user_env(
        format!(
            "query ($trussUserEnv: String) {{ truss_validation(truss_user_env: $trussUserEnv \
             config: {config}) {{ success details }} }}"
        ),
        user_env,
    )
}

fn with_user_env(query: String, user_env: &JsonObject) -> Request {
    // The value of the variable is JSON text, not an object.
    let text = Json::Object(user_env.clone()).to_string();
    let mut variables = JsonObject::new();
    variables.insert("trussUserEnv".to_owned(), Json::from(text));
    Request {
        query,
        variables: Some(variables),
    }
}

const CREDENTIALS: &str =
    "{ s3_bucket s3_key aws_access_key_id aws_secret_access_key aws_session_token }";

/// `model_s3_upload_credentials`, answered by [`ModelS3Credentials`](super::ModelS3Credentials).
#[must_use]
pub fn model_s3_upload_credentials() -> Request {
    Request::new(format!("{{ model_s3_upload_credentials {CREDENTIALS} }}"))
}

/// `chain_s3_upload_credentials`, answered by [`ChainS3Credentials`](super::ChainS3Credentials).
#[must_use]
pub fn chain_s3_upload_credentials() -> Request {
    Request::new(format!(
        "query {{ chain_s3_upload_credentials {CREDENTIALS} }}"
    ))
}

/// `chain_deployment`, answered by [`ChainDeploymentAnswer`](super::ChainDeploymentAnswer).
#[must_use]
pub fn chain_deployment(id: &str) -> Request {
    Request::new(format!(
        "{{ chain_deployment(id: {}) {{ chainlets {{ name id is_entrypoint \
         oracle {{ id name hostname }} oracle_version {{ id is_draft \
         current_model_deployment_status {{ status }} }} }} chain {{ id }} }} }}",
        literal(id)
    ))
}

/// A push of a chain.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeployChain {
    /// The chain to create a deployment of; this or `chain_name`.
    pub chain_id: Option<String>,
    /// The name of a chain to create, or to replace the development deployment of.
    pub chain_name: Option<String>,
    /// The environment to deploy to. Left out with `chain_name`: a new chain's first deployment is
    /// for production.
    pub environment: Option<String>,
    /// Where the source of the chain was sent.
    pub original_source_artifact_s3_key: Option<String>,
    /// The team of a chain to create.
    pub team_id: Option<String>,
    /// Whether this is the chain's development deployment.
    pub is_draft: bool,
    /// The deployment's name; see
    /// [`limits::is_deployment_name`](crate::limits::is_deployment_name).
    pub deployment_name: Option<String>,
    /// Where requests enter the chain.
    pub entrypoint: DeployChainlet,
    /// The other chainlets.
    pub dependencies: Vec<DeployChainlet>,
    /// The versions of what the maker's machine runs.
    pub user_env: JsonObject,
}

/// A chainlet of a chain that is pushed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeployChainlet {
    /// Its name.
    pub name: String,
    /// The name of the model that it is deployed as: new with every push, the chainlet's display
    /// name with `-` and eight hexadecimal digits.
    pub model_name: String,
    /// Where its archive was sent.
    pub s3_key: String,
    /// Its configuration: the base64 of its JSON.
    pub encoded_config: String,
}

/// `deploy_chain_atomic`, answered by [`DeployChainAtomic`](super::DeployChainAtomic).
#[must_use]
pub fn deploy_chain_atomic(push: &DeployChain) -> Request {
    let mut query = "mutation ($trussUserEnv: String) {\n  deploy_chain_atomic(\n".to_owned();
    for (name, value) in [
        ("chain_id", &push.chain_id),
        ("chain_name", &push.chain_name),
        ("environment", &push.environment),
        (
            "original_source_artifact_s3_key",
            &push.original_source_artifact_s3_key,
        ),
        ("team_id", &push.team_id),
        ("deployment_name", &push.deployment_name),
    ] {
        if let Some(value) = value {
            // Writing to a `String` does not fail.
            let _ = writeln!(query, "    {name}: {}", literal(value));
        }
    }
    let version = push.deployment_name.as_deref();
    let dependencies: Vec<String> = push
        .dependencies
        .iter()
        .map(|chainlet| input(chainlet, version))
        .collect();
    let _ = write!(
        query,
        "    is_draft: {}\n    entrypoint: {}\n    dependencies: [{}]\n    \
         truss_user_env: $trussUserEnv\n  ) {{ chain_deployment {{ id chain {{ id hostname }} }} }}\n}}",
        push.is_draft,
        input(&push.entrypoint, version),
        dependencies.join(", "),
    );
    with_user_env(query, &push.user_env)
}

fn input(chainlet: &DeployChainlet, version_name: Option<&str>) -> String {
    let version = version_name.map_or_else(String::new, |name| {
        format!(", version_name: {}", literal(name))
    });
    format!(
        "{{ name: {}, oracle: {{ model_name: {}, s3_key: {}, encoded_config_str: {}, \
         semver_bump: \"MINOR\"{version} }} }}",
        literal(&chainlet.name),
        literal(&chainlet.model_name),
        literal(&chainlet.s3_key),
        literal(&chainlet.encoded_config),
    )
}

#[cfg(test)]
mod tests {
    use super::{DeployChain, DeployChainlet, deploy_chain_atomic, literal};

    #[test]
    fn a_name_cannot_end_its_literal() {
        assert_eq!(literal("a\"b\\c\nd"), r#""a\"b\\c\nd""#);
        let push = DeployChain {
            chain_name: Some("x\") { chain_deployment { id } } #".to_owned()),
            deployment_name: Some("rel-7".to_owned()),
            entrypoint: DeployChainlet {
                name: "Hello".to_owned(),
                ..DeployChainlet::default()
            },
            ..DeployChain::default()
        };
        let request = deploy_chain_atomic(&push);
        assert!(request.query.contains(r#"chain_name: "x\") {"#));
        assert!(request.query.contains(r#"version_name: "rel-7""#));
        assert_eq!(request.variables.unwrap()["trussUserEnv"], "{}");
    }
}
