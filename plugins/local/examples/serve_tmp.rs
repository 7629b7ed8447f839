//! tmp
use plimsoll_local::{Platform, PlatformOptions};
#[tokio::main]
async fn main() {
    let mut o = PlatformOptions::new("/tmp/plim-mem");
    o.api_key = Some("k".into());
    let p = Platform::open(o).unwrap();
    let l = tokio::net::TcpListener::bind("127.0.0.1:18765")
        .await
        .unwrap();
    p.serve(l, std::future::pending()).await.unwrap();
}
