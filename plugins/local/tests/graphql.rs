//! GraphQL over HTTP: what every request has in common, and what stands beside chains.

mod common;

use common::graphql::{chainlet_config, encoded};
use common::{KEY, Server, small_archive};
use plimsoll_baseten_api::JsonObject;
use plimsoll_baseten_api::graphql::{self, Request};
use reqwest::Method;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread")]
async fn both_paths_both_schemes_and_several_fields_are_answered() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let whoami = json!({"query": "query{organization{workspace_name}user{email}}"});
    for (path, scheme) in [("/graphql/", "Api-Key"), ("/graphql", "Bearer")] {
        let response = server
            .http
            .post(format!("{}{path}", server.url))
            .header("authorization", format!("{scheme} {KEY}"))
            .json(&whoami)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        let answer: Json = response.json().await.unwrap();
        assert_eq!(
            answer["data"]["organization"]["workspace_name"],
            "plimsoll-local"
        );
        assert_eq!(answer["data"]["user"]["email"], "local@localhost");
    }
    let teams = server.data(&graphql::teams()).await;
    assert_eq!(
        teams,
        json!({"teams": [{"id": "team0001", "name": "default-team", "default": true}]})
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_key_is_told_in_the_form_that_clients_show() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    for header in ["Api-Key wrong", "Basic x", ""] {
        let response = server
            .http
            .post(format!("{}/graphql/", server.url))
            .header("authorization", header)
            .json(&json!({"query": "{ teams { id } }"}))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200, "{header}");
        let answer: graphql::Response<Json> = response.json().await.unwrap();
        let error = answer.into_result().unwrap_err();
        assert_eq!(error.code(), "UNAUTHENTICATED");
        assert!(!error.text().is_empty());
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_document_is_refused_and_so_is_what_asks_for_too_much() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let code = "GRAPHQL_VALIDATION_FAILED";
    let many: String = (0..400).map(|n| format!("a{n}: teams {{ id }} ")).collect();
    let directives = format!("{{ teams {} {{ id }} }}", "@include(if: true) ".repeat(20));
    let bomb: String = (0..30)
        .map(|n| format!("fragment f{n} on Team {{ ...f{0} ...f{0} }} ", n + 1))
        .collect();
    let bomb = format!("{{ teams {{ ...f0 }} }} {bomb} fragment f30 on Team {{ id }}");
    for document in [
        "",
        &bomb,
        &"{".repeat(64),
        &format!("{{ {} }}", "teams { id } ".repeat(200_000)),
        "{ teams",
        "{ nothing }",
        "{ teams { nothing } }",
        "{ chain { id } }",
        "{ teams(all: true) { id } }",
        "fragment a on Team { ...a } { teams { ...a } }",
        &format!("{{ {many} }}"),
        &directives,
        &"{".repeat(1_000_000),
        &format!("{{ teams(a: {} }}", "[".repeat(1_000_000)),
    ] {
        let (found, message) = server.failed(&Request::new(document)).await;
        let shown: String = document.chars().take(60).collect();
        assert_eq!(found, code, "{shown}");
        assert!(!message.is_empty());
    }
    for body in ["", "[]", "{\"query\": 3}", "{"] {
        let response = server
            .http
            .post(format!("{}/graphql/", server.url))
            .header("authorization", format!("Api-Key {KEY}"))
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 400, "{body}");
        let answer: Json = response.json().await.unwrap();
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INVALID_REQUEST");
    }
    let large = json!({"query": " ".repeat(5 << 20)});
    let (status, answer) = server.send(Method::POST, "/graphql/", Some(&large)).await;
    assert_eq!(status, 413, "{answer}");
    let (status, _) = server.refused(Method::GET, "/graphql/", None).await;
    assert_eq!(status, 405);
    // It still answers.
    server.data(&graphql::teams()).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_absolute_target_is_routed_by_its_path() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let body = r#"{"query": "{ teams { id } }"}"#;
    let address = server.url.trim_start_matches("http://");
    for (method, target, body) in [
        ("POST", "http://localhost:8000/graphql/", body),
        ("GET", "http://api.localhost:8000/v1/chains", ""),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: localhost:8000\r\nAuthorization: Api-Key {KEY}\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(!answer.contains("errors"), "{answer}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_say_where_s3_is_though_nobody_asked() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    for (request, prefix) in [
        (graphql::model_s3_upload_credentials(), "models/"),
        (graphql::chain_s3_upload_credentials(), "chains/"),
    ] {
        assert!(!request.query.contains("endpoint_url"));
        let data = server.data(&request).await;
        let place = data.as_object().unwrap().values().next().unwrap();
        let place: graphql::S3Upload = serde_json::from_value(place.clone()).unwrap();
        assert!(place.s3_key.starts_with(prefix), "{place:?}");
        let endpoint = format!("{}/__s3", server.url);
        assert_eq!(place.endpoint_url, Some(endpoint));
        assert!(place.region_name.is_some());
        assert!(!format!("{place:?}").contains(&place.aws_secret_access_key));
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_is_validated_as_a_build_would() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let verdict = async |config: Json| {
        let request = graphql::truss_validation(&encoded(&config), &JsonObject::new());
        let data = server.data(&request).await;
        let found: graphql::TrussValidation = serde_json::from_value(data).unwrap();
        found.truss_validation
    };
    let good = verdict(chainlet_config("Hello")).await;
    assert!(good.success);
    assert_eq!(good.texts().1, ["a warning of the host"]);
    let large = verdict(json!({"resources": {"cpu": "1000"}})).await;
    assert!(!large.success && large.texts().0[0].contains("1000"));
    let refused = verdict(json!({"refuse": true})).await;
    assert_eq!(refused.texts().0, ["the configuration says so"]);
    for bad in ["!", "e30", "W10="] {
        let request = graphql::truss_validation(bad, &JsonObject::new());
        assert_eq!(server.failed(&request).await.0, "INVALID_REQUEST", "{bad}");
    }
    server.stop().await;
}

/// What `truss push` sends for a new model.
fn create_model(name: &str, key: &str, more: &str) -> Request {
    let config = encoded(&common::config());
    let mut variables = JsonObject::new();
    variables.insert(
        "trussUserEnv".to_owned(),
        json!("{\"python_version\": \"3\"}"),
    );
    variables.insert("userDeployMetadata".to_owned(), json!("{\"team\": \"x\"}"));
    variables.insert("rawConfig".to_owned(), json!("bW9kZWxfbmFtZTogbQo="));
    Request {
        query: format!(
            "mutation ($trussUserEnv: String, $userDeployMetadata: JSONString, $rawConfig: String) {{
                create_model_from_truss(
                    name: \"{name}\"
                    s3_key: \"{key}\"
                    config: \"{config}\"
                    semver_bump: \"MINOR\"
                    truss_user_env: $trussUserEnv
                    allow_truss_download: true
                    {more}
                    team_id: \"team0001\"
                    user_deploy_metadata: $userDeployMetadata
                    raw_config: $rawConfig
                ) {{ model_version {{ id oracle {{ id name hostname }} instance_type {{ name }} }} }}
            }}"
        ),
        variables: Some(variables),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_pushed_by_graphql_too() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let credentials = graphql::model_s3_upload_credentials();
    let key = server
        .upload_by_graphql(&credentials, small_archive())
        .await;

    let missing = create_model("m", &key, "environment_name: \"staging\"");
    let (code, message) = server.failed(&missing).await;
    assert_eq!(code, "RESOURCE_NOT_FOUND");
    assert!(
        message.contains("Environment staging not found"),
        "{message}"
    );
    let other_team = create_model("m", &key, "model_origin: BASETEN");
    let other_team = Request {
        query: other_team.query.replace("team0001", "team0002"),
        ..other_team
    };
    assert_eq!(server.failed(&other_team).await.0, "RESOURCE_NOT_FOUND");

    let data = server
        .data(&create_model("m", &key, "version_name: \"v1\""))
        .await;
    let version = &data["create_model_from_truss"]["model_version"];
    let (model, id) = (common::id(&version["oracle"]), common::id(version));
    let settled = server.settled(&model, &id).await;
    assert_eq!(settled["status"], "ACTIVE");
    assert_eq!(settled["name"], "v1");
    assert_eq!(settled["environment"], "production");
    assert_eq!(settled["labels"], json!({"team": "x"}));
    let path = format!("/v1/models/{model}/deployments/{id}/config?output_format=both");
    assert_eq!(server.get(&path).await["raw_config"], "model_name: m\n");

    let listed = server.data(&graphql::models(Some("team0001"))).await;
    assert_eq!(listed["models"][0]["id"], json!(model));
    let found = server
        .data(&Request::new(format!(
            "{{ model(name: \"m\") {{ id versions {{ id is_draft \
             current_model_deployment_status {{ status }} }} primary_version {{ id }} }}
               model_version(id: \"{id}\") {{ oracle {{ hostname }} truss_hash }} }}"
        )))
        .await;
    assert_eq!(found["model"]["primary_version"]["id"], json!(id));
    let status = &found["model"]["versions"][0]["current_model_deployment_status"]["status"];
    assert_eq!(status, "MODEL_READY");
    let hostname = found["model_version"]["oracle"]["hostname"]
        .as_str()
        .unwrap();
    assert!(hostname.ends_with(&format!("/model-{model}")), "{hostname}");

    let key = server
        .upload_by_graphql(&credentials, small_archive())
        .await;
    let config = encoded(&common::config());
    let again = Request::new(format!(
        "mutation {{ create_model_version_from_truss(model_id: \"{model}\" s3_key: \"{key}\" \
         config: \"{config}\" scale_down_old_production: false name: \"v2\" \
         preserve_env_instance_type: true environment_name: \"production\" \
         deploy_timeout_minutes: 30) {{ model_version {{ id }} }} }}"
    ));
    let data = server.data(&again).await;
    let second = common::id(&data["create_model_version_from_truss"]["model_version"]);
    assert_eq!(server.settled(&model, &second).await["is_production"], true);
    // The previous one was to be kept.
    assert_eq!(server.settled(&model, &id).await["status"], "ACTIVE");

    let key = server
        .upload_by_graphql(&credentials, small_archive())
        .await;
    let draft = Request::new(format!(
        "mutation {{ deploy_draft_truss(name: \"m\" s3_key: \"{key}\" config: \"{config}\" \
         model_origin: CHAINS) {{ model_version {{ id is_draft oracle {{ id }} }} }} }}"
    ));
    let data = server.data(&draft).await;
    let version = &data["deploy_draft_truss"]["model_version"];
    assert_eq!(version["is_draft"], true);
    assert_eq!(version["oracle"]["id"], json!(model));
    server.stop().await;
}
