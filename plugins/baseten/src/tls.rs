//! The HTTP client under both REST and S3.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Url, redirect};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;

use crate::error::OptionsError;
use crate::options::{is_localhost, is_loopback};

/// A client for requests to the host of `url`.
///
/// Redirects are not followed, so that a key goes nowhere but to the host it is for. A proxy that
/// the environment names is used, but not for what is on this machine.
///
/// # Errors
/// When there is no such client, as on a machine whose certificates cannot be read.
pub fn client(url: &Url, connect: Duration, request: Duration) -> Result<Client, OptionsError> {
    let http = |error: &dyn std::fmt::Display| OptionsError::Http(error.to_string());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| http(&error))?;
    let mut tls = if url.scheme() == "https" {
        builder
            .with_platform_verifier()
            .map_err(|error| http(&error))?
            .with_no_client_auth()
    } else {
        // Nothing is trusted, as nothing is encrypted: a machine without certificates will do.
        builder
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth()
    };
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let mut client = Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(connect)
        .timeout(request);
    if is_loopback(url) {
        client = client.no_proxy();
    }
    // Whoever answers for names does not get to say that this machine is another one.
    if let Some(host) = url.host_str().filter(|host| is_localhost(host)) {
        let here = [
            IpAddr::from(Ipv4Addr::LOCALHOST),
            Ipv6Addr::LOCALHOST.into(),
        ];
        client = client.resolve_to_addrs(host, &here.map(|address| (address, 0).into()));
    }
    client.build().map_err(|error| http(&error))
}
