//! Requests of GraphQL, and pushes of chains.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use object_store::ObjectStoreExt as _;
use plimsoll_baseten_api::graphql::{self, DeployChain, DeployChainlet, Request};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};

use super::{Server, archive, s3_client};

/// The configuration of a chainlet as the official client sends it, cut.
pub fn chainlet_config(model_name: &str) -> Json {
    json!({
        "model_name": model_name,
        "model_metadata": {"chains_metadata": {"chainlet_to_service": {}}},
        "resources": {"cpu": "1", "memory": "2Gi", "accelerator": null, "use_gpu": false},
    })
}

/// An archive of a chainlet that says `text`.
pub fn chainlet_archive(text: &str) -> Vec<u8> {
    archive(&[
        ("config.yaml", b"model_name: m\n"),
        ("model/model.py", text.as_bytes()),
    ])
}

pub fn encoded(config: &Json) -> String {
    BASE64_STANDARD.encode(config.to_string())
}

/// A push of a chain whose chainlets have these names, the entrypoint first, with fresh model names.
pub fn chain_push(push: &str, chainlets: &[(&str, &str, Json)]) -> DeployChain {
    let mut parts = chainlets.iter().map(|(name, key, config)| {
        let model_name = format!("{name}-{push}");
        let mut config = config.clone();
        config["model_name"] = json!(model_name);
        DeployChainlet {
            name: (*name).to_owned(),
            s3_key: (*key).to_owned(),
            encoded_config: encoded(&config),
            model_name,
        }
    });
    DeployChain {
        entrypoint: parts.next().unwrap(),
        dependencies: parts.collect(),
        ..DeployChain::default()
    }
}

impl Server {
    /// The answer to a document, whatever it is.
    pub async fn graphql(&self, request: &Request) -> Json {
        let body = serde_json::to_value(request).unwrap();
        let (status, answer) = self.send(Method::POST, graphql::PATH, Some(&body)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    /// The data that a document is answered.
    pub async fn data(&self, request: &Request) -> Json {
        let answer = self.graphql(request).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].clone()
    }

    /// The code and the message of the one error that a document is answered.
    pub async fn failed(&self, request: &Request) -> (String, String) {
        let answer = self.graphql(request).await;
        assert_eq!(answer["data"], Json::Null, "{answer}");
        let error = &answer["errors"][0];
        let text = |json: &Json| json.as_str().unwrap().to_owned();
        (text(&error["extensions"]["code"]), text(&error["message"]))
    }

    /// Sends an archive where GraphQL says. Returns its key.
    pub async fn upload_by_graphql(&self, request: &Request, archive: Vec<u8>) -> String {
        let data = self.data(request).await;
        let place = data.as_object().unwrap().values().next().unwrap();
        let prepared = json!({
            "endpoint_url": place["endpoint_url"],
            "s3_bucket": place["s3_bucket"],
            "s3_region": place["region_name"],
            "creds": place,
        });
        let key = place["s3_key"].as_str().unwrap().to_owned();
        s3_client(&prepared)
            .put(&key.as_str().into(), archive.into())
            .await
            .unwrap();
        key
    }

    /// Uploads an archive of a chainlet. Returns its key.
    pub async fn upload_chainlet(&self, text: &str) -> String {
        self.upload_by_graphql(
            &graphql::model_s3_upload_credentials(),
            chainlet_archive(text),
        )
        .await
    }

    /// A push of the chainlets `Hello`, the entrypoint, and `Rand`, that were uploaded just now.
    pub async fn hello_chain(&self, push: &str) -> DeployChain {
        let mut chainlets = Vec::new();
        for name in ["Hello", "Rand"] {
            let key = self.upload_chainlet(name).await;
            chainlets.push((name, key, chainlet_config(name)));
        }
        let chainlets: Vec<(&str, &str, Json)> = chainlets
            .iter()
            .map(|(name, key, config)| (*name, key.as_str(), config.clone()))
            .collect();
        chain_push(push, &chainlets)
    }

    /// Deploys a chain. Returns its identity and that of the deployment.
    pub async fn deploy_chain(&self, push: &DeployChain) -> (String, String) {
        let data = self.data(&graphql::deploy_chain_atomic(push)).await;
        let made = &data["deploy_chain_atomic"]["chain_deployment"];
        (super::id(&made["chain"]), super::id(made))
    }

    /// A new chain named `Hello Chain` that is deployed, active and in production.
    pub async fn deployed_chain(&self) -> (String, String) {
        let push = DeployChain {
            chain_name: Some("Hello Chain".to_owned()),
            ..self.hello_chain("00000001").await
        };
        let (chain, deployment) = self.deploy_chain(&push).await;
        self.settled_chain(&chain, &deployment).await;
        (chain, deployment)
    }

    /// Another push of the chain `Hello Chain` to an environment, settled.
    pub async fn deployed_again(
        &self,
        chain: &str,
        push: &str,
        environment: Option<&str>,
    ) -> String {
        let push = DeployChain {
            chain_id: Some(chain.to_owned()),
            environment: environment.map(str::to_owned),
            ..self.hello_chain(push).await
        };
        let (_, deployment) = self.deploy_chain(&push).await;
        self.settled_chain(chain, &deployment).await;
        deployment
    }

    /// Waits until no chainlet of a deployment is on its way any more. Returns the deployment.
    pub async fn settled_chain(&self, chain: &str, deployment: &str) -> Json {
        let asked = graphql::chain_deployment(deployment);
        let state = self.data(&asked).await;
        for chainlet in state["chain_deployment"]["chainlets"].as_array().unwrap() {
            let model = super::id(&chainlet["oracle"]);
            let version = super::id(&chainlet["oracle_version"]);
            self.settled(&model, &version).await;
        }
        self.get(&format!("/v1/chains/{chain}/deployments/{deployment}"))
            .await
    }

    /// The log of a chainlet, oldest first, as one text.
    pub async fn chainlet_log(&self, chain: &str, deployment: &str, name: &str) -> String {
        let base = format!("/v1/chains/{chain}/deployments/{deployment}");
        let found = self.get(&base).await;
        let chainlets = found["chainlets"].as_array().unwrap();
        let chainlet = chainlets.iter().find(|one| one["name"] == name).unwrap();
        let path = format!(
            "{base}/chainlets/{}/logs?direction=asc",
            super::id(chainlet)
        );
        let logs = self.get(&path).await;
        let lines = logs["logs"].as_array().unwrap().iter();
        lines
            .map(|line| line["message"].as_str().unwrap())
            .collect::<Vec<_>>()
            .join("\n")
    }
}
