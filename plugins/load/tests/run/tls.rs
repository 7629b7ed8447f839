//! HTTP/1.1 and HTTP/2 over TLS, and who is trusted.

use std::sync::Arc;

use plimsoll_load::{HttpVersion, RunOptions, Trust};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value as Json, json};

use crate::server::{Server, Speaks};
use crate::support::{only, options, run_with};

/// What a server with a certificate of its own says of itself, and the certificate.
fn certified(protocols: &[&[u8]]) -> (Arc<ServerConfig>, Arc<[u8]>) {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certified.cert.der().clone()],
            PrivateKeyDer::Pkcs8(key),
        )
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|one| one.to_vec()).collect();
    (Arc::new(config), certified.cert.pem().into_bytes().into())
}

const BOTH: [HttpVersion; 2] = [HttpVersion::Http1, HttpVersion::Http2];

fn server(http: HttpVersion) -> (Server, Arc<[u8]>) {
    let (speaks, protocol): (_, &[u8]) = match http {
        HttpVersion::Http1 => (Speaks::Http1, b"http/1.1"),
        HttpVersion::Http2 => (Speaks::Http2(200), b"h2"),
    };
    let (config, certificate) = certified(&[protocol]);
    (Server::start(speaks, Some(config)), certificate)
}

fn test(url: &str) -> Json {
    json!({ "rps": 100, "workers": 4, "requests": [{ "url": url }] })
}

fn with(http: HttpVersion, trust: Trust) -> RunOptions {
    RunOptions {
        http,
        trust,
        ..options(0.5)
    }
}

#[test]
fn whom_a_certificate_or_nobody_vouches_for_is_sent_to() {
    for http in BOTH {
        let (server, certificate) = server(http);
        for trust in [Trust::Certificates(certificate), Trust::Anyone] {
            let before = server.connections();
            let results = run_with(&test(&server.url("/")), &with(http, trust));
            let endpoint = only(&results);
            let measured = &endpoint.measured;
            assert_eq!(
                (measured.due_requests, measured.successful_requests),
                (50, 50),
                "{http:?} {measured:?}"
            );
            assert_eq!(endpoint.response_samples[0].body.len(), 128);
            // Connections are kept.
            assert!(server.connections() - before <= 4);
        }
    }
}

#[test]
fn large_requests_and_responses_come_whole() {
    for http in BOTH {
        let (server, certificate) = server(http);
        let text = "x".repeat(200_000);
        let options = with(http, Trust::Certificates(certificate));
        let request = json!({
            "url": server.url("/?echo=1"), "method": "POST", "payload": { "text": text },
        });
        let test = json!({ "rps": 40, "workers": 4, "requests": [request] });
        let measured = only(&run_with(&test, &options)).measured.clone();
        assert_eq!(measured.successful_requests, 20, "{http:?} {measured:?}");
        assert!(measured.network_bytes_received > 20 * 200_000);
        assert!(measured.network_bytes_sent > 20 * 200_000);
    }
}

#[test]
fn streams_are_timed() {
    for http in BOTH {
        let (server, certificate) = server(http);
        let options = with(http, Trust::Certificates(certificate));
        let results = run_with(&test(&server.url("/?sse=5")), &options);
        let measured = &only(&results).measured;
        let first = measured.time_to_first_token.unwrap();
        assert_eq!((first.count, measured.tokens), (50, Some(250)), "{http:?}");
    }
}

#[test]
fn whom_nobody_vouches_for_there_is_no_connection_to() {
    let (_, other) = certified(&[]);
    for http in BOTH {
        let (server, _) = server(http);
        for trust in [Trust::Machine, Trust::Certificates(Arc::clone(&other))] {
            let results = run_with(&test(&server.url("/")), &with(http, trust.clone()));
            let measured = &only(&results).measured;
            assert_eq!(
                (measured.due_requests, measured.total_requests),
                (50, 50),
                "{http:?}"
            );
            assert_eq!(measured.failures["connect"], 50, "{http:?} {measured:?}");
        }
        // Workers without a rate do not try again at once.
        let unpaced = json!({ "workers": 4, "requests": [{ "url": server.url("/") }] });
        let results = run_with(&unpaced, &with(http, Trust::Machine));
        let total = only(&results).measured.total_requests;
        assert!((4..60).contains(&total), "{http:?} {total}");
    }
}

#[test]
fn a_server_that_does_not_agree_on_http2_fails_every_request() {
    let (none, one) = certified(&[]);
    let (other, two) = certified(&[b"http/1.1"]);
    for (config, certificate, failure) in [(none, one, "protocol"), (other, two, "connect")] {
        let server = Server::start(Speaks::Http1, Some(config));
        let options = with(HttpVersion::Http2, Trust::Certificates(certificate));
        let measured = only(&run_with(&test(&server.url("/")), &options))
            .measured
            .clone();
        assert_eq!(measured.total_requests, 50);
        assert_eq!(measured.failures[failure], 50, "{measured:?}");
    }
}

#[test]
fn a_server_that_says_nothing_is_waited_for_no_longer_than_a_request() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    for http in BOTH {
        let request = json!({ "url": format!("https://localhost:{port}/"), "timeout": 0.2 });
        let test = json!({ "rps": 20, "workers": 10, "requests": [request] });
        let measured = only(&run_with(&test, &with(http, Trust::Anyone)))
            .measured
            .clone();
        assert_eq!(measured.total_requests, 10, "{http:?}");
        assert_eq!(measured.failures["timeout"], 10, "{http:?} {measured:?}");
    }
}
