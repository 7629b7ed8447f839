//! The server as a program.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::client::{Client, timed};

fn signal(server: &Child, name: &str) {
    let process = server.id().to_string();
    let sent = Command::new("kill").args(["-s", name, &process]).status();
    assert!(sent.expect("there is a kill").success());
}

fn line(from: &mut impl BufRead) -> String {
    let mut line = String::new();
    from.read_line(&mut line).expect("it is text");
    line
}

#[test]
fn signals_freeze_it_ask_it_and_stop_it() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_plimsoll-test-target"))
        .args(["--threads", "2", "--service", "exp:100us", "--record"])
        .args(["--concurrency", "8", "--freeze", "500ms"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it is built");
    let mut errors = BufReader::new(server.stderr.take().expect("it is piped"));
    let mut output = BufReader::new(server.stdout.take().expect("it is piped"));
    let told = line(&mut errors);
    let address = told.strip_prefix("listening on ").expect("it listens");
    let mut client = Client::to(address.trim().parse().expect("an address is told"));
    assert_eq!(client.get("/a").status, 200);

    let ((), took) = timed(|| {
        signal(&server, "USR1");
        // Signals are taken in turn, so that it is frozen when this is answered.
        signal(&server, "USR2");
        let stats: Value = serde_json::from_str(&line(&mut output)).expect("it is JSON");
        assert_eq!(stats["paths"]["/a"], 1);
        assert_eq!(client.get("/b").status, 200);
    });
    assert!(took >= Duration::from_millis(500), "{took:?}");

    signal(&server, "USR2");
    let stats: Value = serde_json::from_str(&line(&mut output)).expect("it is JSON");
    assert_eq!(stats["requests"], 1);
    assert_eq!(stats["paths"]["/b"], 1);

    signal(&server, "TERM");
    assert!(server.wait().expect("it ends").success());
    let mut rest = String::new();
    errors.read_to_string(&mut rest).expect("it is text");
    assert_eq!(rest, "");
}
