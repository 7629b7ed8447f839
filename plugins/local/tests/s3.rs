//! Uploads by the client that a push uses, and by others that mean no good.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

use bytes::Bytes;
use common::{Server, archive, config, id, options, payload, s3_client, small_archive};
use futures_util::future::try_join_all;
use object_store::aws::{AmazonS3, AmazonS3Builder, Checksum};
use object_store::multipart::{MultipartStore as _, PartId};
use object_store::{ClientOptions, ObjectStoreExt as _, PutPayload, RetryConfig, WriteMultipart};
use plimsoll_local::Limits;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn text(json: &Json) -> String {
    json.as_str().unwrap().to_owned()
}

fn builder(prepared: &Json) -> AmazonS3Builder {
    AmazonS3Builder::new()
        .with_endpoint(text(&prepared["endpoint_url"]))
        .with_bucket_name(text(&prepared["s3_bucket"]))
        .with_region(text(&prepared["s3_region"]))
        .with_access_key_id(text(&prepared["creds"]["aws_access_key_id"]))
        .with_secret_access_key(text(&prepared["creds"]["aws_secret_access_key"]))
        .with_token(text(&prepared["creds"]["aws_session_token"]))
        .with_retry(RetryConfig {
            max_retries: 0,
            ..RetryConfig::default()
        })
        .with_client_options(ClientOptions::new().with_allow_http(true))
}

async fn prepare(server: &Server, name: &str) -> Json {
    server
        .prepare(&json!({"name": name}), &payload(&config()))
        .await
}

/// Creates a model of what was uploaded, and says what became of it.
async fn build(server: &Server, name: &str, prepared: &Json) -> (String, String, Json) {
    let source = json!({
        "name": name, "s3_key": prepared["s3_key"], "deployment": payload(&config()),
    });
    let created = server.post("/v1/models", &json!({"source": source})).await;
    let (model, deployment) = (id(&created["model"]), id(&created["deployment"]));
    let settled = server.settled(&model, &deployment).await;
    (model, deployment, settled)
}

/// A tar archive of some 12 MiB that compresses badly.
fn large_archive() -> Vec<u8> {
    let mut state = 1_u64;
    let mut weights = vec![0_u8; 12 << 20];
    for chunk in weights.chunks_mut(8) {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        chunk.copy_from_slice(&state.to_le_bytes()[..chunk.len()]);
    }
    archive(&[
        ("config.yaml", b"model_name: m\n"),
        ("data/weights.bin", &weights),
    ])
}

async fn fetched(server: &Server, model: &str, deployment: &str) -> Bytes {
    let path = format!("/v1/models/{model}/deployments/{deployment}/download");
    let url = text(&server.get(&path).await["download_url"]);
    server
        .http
        .get(url)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_goes_up_in_one_piece() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    for (name, checksum) in [("plain", None), ("sha256", Some(Checksum::SHA256))] {
        let prepared = prepare(&server, name).await;
        let mut client = builder(&prepared);
        if let Some(checksum) = checksum {
            client = client.with_checksum_algorithm(checksum);
        }
        let client = client.build().unwrap();
        let key = text(&prepared["s3_key"]).into();
        client.put(&key, small_archive().into()).await.unwrap();
        assert_eq!(
            client.head(&key).await.unwrap().size,
            small_archive().len() as u64
        );
        let (model, deployment, settled) = build(&server, name, &prepared).await;
        assert_eq!(settled["status"], "ACTIVE");
        assert_eq!(fetched(&server, &model, &deployment).await, small_archive());
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_goes_up_in_parts() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let prepared = prepare(&server, "m").await;
    let client = s3_client(&prepared);
    let key = text(&prepared["s3_key"]).into();
    let upload = client.put_multipart(&key).await.unwrap();
    let mut writer = WriteMultipart::new_with_chunk_size(upload, 8 << 20);
    let whole = large_archive();
    writer.write(&whole);
    writer.finish().await.unwrap();
    let (model, deployment, settled) = build(&server, "m", &prepared).await;
    assert_eq!(settled["status"], "ACTIVE");
    assert_eq!(fetched(&server, &model, &deployment).await, whole);
    assert_eq!(
        std::fs::read_dir(dir.path().join("incoming"))
            .unwrap()
            .count(),
        0
    );
    server.stop().await;
}

async fn put_parts(client: &AmazonS3, key: &str, whole: &Bytes) -> (String, Vec<PartId>) {
    let path = key.into();
    let upload = client.create_multipart(&path).await.unwrap();
    let size = 5 << 20;
    let parts = whole.len().div_ceil(size);
    // The last part first, and all of them at a time.
    let sent = (0..parts).rev().map(|part| {
        let piece = whole.slice(part * size..whole.len().min((part + 1) * size));
        let (path, upload) = (&path, &upload);
        async move {
            let id = client
                .put_part(path, upload, part, PutPayload::from(piece))
                .await?;
            Ok::<_, object_store::Error>((part, id))
        }
    });
    let mut ids = try_join_all(sent).await.unwrap();
    ids.sort_by_key(|(part, _)| *part);
    (upload, ids.into_iter().map(|(_, id)| id).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_come_in_any_order_and_completion_may_be_asked_for_twice() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let prepared = prepare(&server, "m").await;
    let client = builder(&prepared).build().unwrap();
    let key = text(&prepared["s3_key"]);
    let whole = Bytes::from(large_archive());
    let (upload, ids) = put_parts(&client, &key, &whole).await;
    let path = key.as_str().into();
    let wrong = vec![ids[1].clone(), ids[0].clone(), ids[2].clone()];
    client
        .complete_multipart(&path, &upload, wrong)
        .await
        .unwrap_err();
    client
        .complete_multipart(&path, &upload, ids.clone())
        .await
        .unwrap();
    client
        .complete_multipart(&path, &upload, ids)
        .await
        .unwrap();
    let (model, deployment, settled) = build(&server, "m", &prepared).await;
    assert_eq!(settled["status"], "ACTIVE");
    assert_eq!(fetched(&server, &model, &deployment).await, whole);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_finished_is_not_seen() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let prepared = prepare(&server, "m").await;
    let client = builder(&prepared).build().unwrap();
    let key = text(&prepared["s3_key"]);
    let whole = Bytes::from(large_archive());
    let (upload, _) = put_parts(&client, &key, &whole).await;
    client.head(&key.as_str().into()).await.unwrap_err();
    client
        .abort_multipart(&key.as_str().into(), &upload)
        .await
        .unwrap();
    assert_eq!(
        std::fs::read_dir(dir.path().join("incoming"))
            .unwrap()
            .count(),
        0
    );

    put_parts(&client, &key, &whole).await;
    assert_eq!(
        std::fs::read_dir(dir.path().join("incoming"))
            .unwrap()
            .count(),
        1
    );
    server.abort().await;
    let server = Server::start(dir.path()).await;
    assert_eq!(
        std::fs::read_dir(dir.path().join("incoming"))
            .unwrap()
            .count(),
        0
    );
    assert_eq!(
        std::fs::read_dir(dir.path().join("archives"))
            .unwrap()
            .count(),
        0
    );
    server.stop().await;
}

/// Clients that are killed call nothing off.
#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_were_abandoned_lock_nobody_out() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    options.limits = Limits {
        multipart_uploads: 2,
        upload_idle: Duration::from_secs(1),
        ..Limits::default()
    };
    let server = Server::start_with(options).await;
    let prepared = prepare(&server, "m").await;
    let client = builder(&prepared).build().unwrap();
    let key = text(&prepared["s3_key"]).into();
    let begin = || client.create_multipart(&key);
    let abandoned = begin().await.unwrap();
    tokio::time::sleep(Duration::from_millis(600)).await;
    let busy = begin().await.unwrap();
    assert!(begin().await.is_err(), "both may still go on");
    tokio::time::sleep(Duration::from_millis(500)).await;
    begin().await.unwrap();
    let part = || PutPayload::from_static(b"part");
    assert!(client.put_part(&key, &abandoned, 0, part()).await.is_err());
    client.put_part(&key, &busy, 0, part()).await.unwrap();
    let coming_in = std::fs::read_dir(dir.path().join("incoming")).unwrap();
    assert_eq!(coming_in.count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_for_one_key_and_a_while() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let prepared = prepare(&server, "m").await;
    let other = prepare(&server, "other").await;
    let key = text(&prepared["s3_key"]).into();
    let put = async |client: AmazonS3| client.put(&key, small_archive().into()).await;
    put(builder(&other).build().unwrap()).await.unwrap_err();
    put(builder(&prepared)
        .with_secret_access_key("wrong")
        .build()
        .unwrap())
    .await
    .unwrap_err();
    put(builder(&prepared).with_token("wrong").build().unwrap())
        .await
        .unwrap_err();
    put(builder(&prepared)
        .with_access_key_id("PLIM00")
        .build()
        .unwrap())
    .await
    .unwrap_err();
    put(builder(&prepared)
        .with_skip_signature(true)
        .build()
        .unwrap())
    .await
    .unwrap_err();
    put(builder(&prepared)
        .with_bucket_name("elsewhere")
        .build()
        .unwrap())
    .await
    .unwrap_err();
    put(builder(&prepared).build().unwrap()).await.unwrap();
    build(&server, "m", &prepared).await;
    // An archive that was used is not changed any more.
    put(builder(&prepared).build().unwrap()).await.unwrap_err();
    server.stop().await;

    let mut short = options(dir.path());
    short.limits = Limits {
        upload_credentials: Duration::from_millis(1),
        ..Limits::default()
    };
    let server = Server::start_with(short).await;
    let prepared = prepare(&server, "late").await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    let key = text(&prepared["s3_key"]).into();
    let client = builder(&prepared).build().unwrap();
    let error = client.put(&key, small_archive().into()).await.unwrap_err();
    assert!(format!("{error:?}").contains("ExpiredToken"), "{error:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut small = options(dir.path());
    small.limits = Limits {
        archive_bytes: 10 << 20,
        ..Limits::default()
    };
    let server = Server::start_with(small).await;
    let prepared = prepare(&server, "m").await;
    let client = builder(&prepared).build().unwrap();
    let path = text(&prepared["s3_key"]).into();
    let error = client.put(&path, large_archive().into()).await.unwrap_err();
    let said = format!("{error:?}");
    assert!(
        said.contains("EntityTooLarge") || said.contains("BrokenPipe"),
        "{said}"
    );
    // Two parts, each small enough.
    let upload = client.create_multipart(&path).await.unwrap();
    let piece = || PutPayload::from(Bytes::from(vec![0; 6 << 20]));
    client.put_part(&path, &upload, 0, piece()).await.unwrap();
    let error = client
        .put_part(&path, &upload, 1, piece())
        .await
        .unwrap_err();
    assert!(format!("{error:?}").contains("EntityTooLarge"), "{error:?}");
    server.stop().await;
}

/// Signs a PUT as botocore does over plain HTTP, and sends its head; the body only when the server
/// asks for it. `crc32` is what the client says. Returns the status lines.
async fn put_with_expect(prepared: &Json, host: &str, body: &[u8], crc32: &str) -> String {
    let signed = signing::put(prepared, host, body, crc32);
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    stream.write_all(signed.as_bytes()).await.unwrap();
    let mut first = vec![0; 256];
    let read = stream.read(&mut first).await.unwrap();
    let mut said = String::from_utf8_lossy(&first[..read]).into_owned();
    if said.starts_with("HTTP/1.1 100") {
        stream.write_all(body).await.unwrap();
        stream.read_to_string(&mut said).await.unwrap();
    }
    said
}

mod signing {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    use plimsoll_core::digest::hex;
    use serde_json::Value as Json;
    use sha2::{Digest as _, Sha256};
    use time::OffsetDateTime;

    fn hmac(key: &[u8], text: &str) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the server compares with the machine's clock"
    )]
    fn now() -> String {
        let now = OffsetDateTime::now_utc();
        let (year, month, day) = (now.year(), u8::from(now.month()), now.day());
        let (hour, minute, second) = now.to_hms();
        format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
    }

    pub(super) fn put(prepared: &Json, host: &str, body: &[u8], crc32: &str) -> String {
        let text = |json: &Json| json.as_str().unwrap().to_owned();
        let creds = &prepared["creds"];
        let (access, secret) = (
            text(&creds["aws_access_key_id"]),
            text(&creds["aws_secret_access_key"]),
        );
        let path = format!(
            "/__s3/{}/{}",
            text(&prepared["s3_bucket"]),
            text(&prepared["s3_key"])
        );
        let (when, hash) = (now(), hex(&Sha256::digest(body)));
        let scope = format!("{}/us-west-2/s3/aws4_request", &when[..8]);
        let headers = [
            ("host", host.to_owned()),
            ("x-amz-checksum-crc32", crc32.to_owned()),
            ("x-amz-content-sha256", hash.clone()),
            ("x-amz-date", when.clone()),
            ("x-amz-security-token", text(&creds["aws_session_token"])),
        ];
        let names = headers.each_ref().map(|(name, _)| *name).join(";");
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let canonical = format!("PUT\n{path}\n\n{lines}\n{names}\n{hash}");
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{when}\n{scope}\n{}",
            hex(&Sha256::digest(canonical.as_bytes()))
        );
        let mut key = format!("AWS4{secret}").into_bytes();
        for part in [&when[..8], "us-west-2", "s3", "aws4_request"] {
            key = hmac(&key, part);
        }
        let signature = hex(&hmac(&key, &to_sign));
        let sent: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        // In absolute form, as it comes through a proxy.
        format!(
            "PUT http://{host}{path} HTTP/1.1\r\n{sent}content-length: {}\r\nexpect: 100-continue\r\n\
             connection: close\r\nauthorization: AWS4-HMAC-SHA256 Credential={access}/{scope}, \
             SignedHeaders={names}, Signature={signature}\r\n\r\n",
            body.len()
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn botocore_is_asked_to_continue_and_its_checksum_is_verified() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let host = server.url.trim_start_matches("http://").to_owned();
    let prepared = prepare(&server, "m").await;
    // The CRC-32 of "123456789" is cbf43926.
    let body = b"123456789";
    let wrong = put_with_expect(&prepared, &host, body, "AAAAAA==").await;
    assert!(
        wrong.contains("HTTP/1.1 400") && wrong.contains("BadDigest"),
        "{wrong}"
    );
    let right = put_with_expect(&prepared, &host, body, "y/Q5Jg==").await;
    assert!(
        right.starts_with("HTTP/1.1 100") && right.contains("HTTP/1.1 200"),
        "{right}"
    );
    server.stop().await;
}
