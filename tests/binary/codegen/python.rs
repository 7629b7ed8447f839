//! Generated models under the real Truss server, with the runtime of `truss_chains`.
//!
//! `PLIMSOLL_PYTHON` names a Python that has both. Where it is not set, one is made below the target
//! folder, once; where that cannot be done, the test is skipped and says so.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value as Json, json};

use super::recorded;
use crate::support::Home;

/// The version whose server and runtime the models run under.
const TRUSS: &str = "truss==0.18.36";

/// The one before it, whose dependencies can be had where those of the other are not out.
const BEFORE: &str = "truss==0.18.35";

/// What the server of an image imports, as far as it is needed here.
const SERVER: [&str; 14] = [
    "aiofiles",
    "aiohttp",
    "fastapi>=0.114,<0.125",
    "httpx",
    "msgpack==1.1.0",
    "msgpack-numpy==0.4.8",
    "numpy<2",
    "opentelemetry-exporter-otlp",
    "opentelemetry-sdk",
    "orjson",
    "prometheus-client",
    "python-json-logger",
    "uvicorn",
    "websockets",
];

/// A Python with the packages, or why there is none. It is made for all tests at once.
fn python() -> Result<PathBuf, String> {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    PYTHON.get_or_init(find_or_make).clone()
}

fn find_or_make() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("PLIMSOLL_PYTHON") {
        return Ok(named.into());
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-truss-0.18.36");
    let python = folder.join("bin/python");
    let ready = folder.join("ready");
    if ready.exists() {
        return Ok(python);
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&folder))?;
    let pip = |packages: &[&str]| {
        let quiet = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--retries",
            "1",
            "--timeout",
            "20",
        ];
        run(Command::new(&python).args(quiet).args(packages))
    };
    pip(&[TRUSS]).or_else(|_| {
        pip(&[BEFORE])?;
        pip(&["--no-deps", TRUSS])
    })?;
    pip(&SERVER)?;
    fs::write(ready, TRUSS).map_err(|error| error.to_string())?;
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "{command:?}: {}",
        said.lines().last().unwrap_or_default()
    ))
}

/// A chain, and what comes of calling its chainlets.
struct Case {
    name: String,
    source: PathBuf,
    calls: Vec<(Json, u16, Json)>,
}

fn call(chainlet: &str, body: Json, answer: Json) -> (Json, u16, Json) {
    let mut call = json!({"chainlet": chainlet});
    call["body"] = body;
    (call, 200, answer)
}

fn of_kind(kind: &str, (mut call, status, answer): (Json, u16, Json)) -> (Json, u16, Json) {
    call["kind"] = json!(kind);
    (call, status, answer)
}

fn own_cases() -> Vec<Case> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/binary/codegen/chains");
    let counted = |words: u32, longest: Json| json!({"words": words, "longest": longest});
    let letters = "ä·ö·€·/00ff01ff";
    let two_texts = json!({"texts": [{"words": ["a", "bcd", "ef"]}, {"words": [], "note": "x"}]});
    let told = json!([
        [counted(2, json!("bcd")), counted(0, Json::Null)],
        {"none": "NONE!!", "x": "X!!"},
        letters
    ]);
    let least = json!({"texts": [{"words": ["bcd", "ef"]}], "least": 3});
    let longest = json!([[counted(1, json!("bcd"))], {"none": "NONE!!"}, letters]);
    let case = |name: &str, file: &str, calls| Case {
        name: name.to_owned(),
        source: here.join(file),
        calls,
    };
    vec![
        case(
            "kinds",
            "kinds/chain.py",
            vec![
                call("Main", two_texts.clone(), told.clone()),
                of_kind("binary", call("Main", two_texts, told)),
                call("Main", least, longest),
                call("Letters", json!({"text": "xy"}), json!("x·y·")),
                call("Letters", json!({"text": "x", "between": "-"}), json!("x-")),
                call("Shout", json!({"text": "xy"}), json!("XY!")),
                call("Shout", json!({"text": "xy", "mark": "?"}), json!("XY?")),
            ],
        ),
        case(
            "imported",
            "imported.py",
            vec![
                call("Whole", json!({"numbers": [1, 2]}), json!([0.5, 1.0])),
                call("Half", json!({"number": 9, "by": 3}), json!(3.0)),
            ],
        ),
        case(
            "speak",
            "speak.py",
            vec![{
                let said = json!(["abc", "de", "bye"]);
                let (call, _, answer) = call("Echo", said, json!(["cba", "ed", 1000]));
                of_kind("socket", (call, 101, answer))
            }],
        ),
    ]
}

fn examples() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/chains");
    let case = |name: &str, calls| Case {
        name: format!("example-{name}"),
        source: folder.join(name).join("chain.py"),
        calls,
    };
    let law = "Samuel Plimsoll made the load line the law of the sea in 1876.";
    let asked = json!({"question": "Samuel Plimsoll", "limit": 1});
    let passages = json!([{"text": law, "score": 1.0}]);
    vec![
        case(
            "embed",
            vec![call(
                "Embed",
                json!({"texts": ["a", "bc"]}),
                json!([{"values": [1.0]}, {"values": [2.0]}]),
            )],
        ),
        case(
            "rag",
            vec![
                call("Retriever", asked, passages.clone()),
                call(
                    "Generator",
                    json!({"question": "Samuel Plimsoll?"}),
                    json!({"answer": "5 lines", "passages": passages}),
                ),
            ],
        ),
        case(
            "engine",
            vec![call(
                "Ask",
                json!({"question": "wärum?"}),
                json!("ANSWER IN ONE SENTENCE. WÄRUM?"),
            )],
        ),
    ]
}

/// The measured cases: each returns what it is given.
fn recorded_cases(home: &Home) -> Vec<Case> {
    let cases = recorded::accepted().unwrap_or_default().into_iter();
    let sound = cases.filter(|(name, _)| !recorded::RUN_ONLY.contains(&name.as_str()));
    sound
        .map(|(name, case)| {
            let source = home.write(
                &format!("{name}/{name}.py"),
                case["source"].as_str().unwrap(),
            );
            let chainlets = case["result"]["chainlets"].as_array().unwrap().iter();
            let calls = chainlets
                .map(|one| call(one["name"].as_str().unwrap(), json!({"x": 5}), json!(5)))
                .collect();
            Case {
                name,
                source,
                calls,
            }
        })
        .collect()
}

#[test]
fn generated_models_work_under_the_real_server() {
    let python = match python() {
        Ok(python) => python,
        Err(why) => {
            println!("skipped: no Python with {TRUSS} and its server: {why}");
            return;
        }
    };
    let home = Home::new();
    let mut cases = own_cases();
    cases.extend(examples());
    cases.extend(recorded_cases(&home));
    let mut chains = Vec::new();
    for case in &cases {
        let out = format!("out/{}", case.name);
        let source = case.source.to_str().unwrap();
        home.ok(&["codegen", source, "--out", &out, "-e", "production"]);
        let calls: Vec<&Json> = case.calls.iter().map(|(call, _, _)| call).collect();
        chains.push(json!({"dir": home.path(&out), "calls": calls}));
    }
    let outcomes = drive(&python, &json!(chains));
    for (case, outcome) in cases.iter().zip(&outcomes) {
        let name = &case.name;
        assert!(outcome["error"].is_null(), "{name}: {}", outcome["error"]);
        for ((call, status, answer), got) in case
            .calls
            .iter()
            .zip(outcome["answers"].as_array().unwrap())
        {
            assert_eq!(
                *got,
                json!({"status": status, "answer": answer}),
                "{name}: {call}"
            );
        }
    }
    println!("{} chains ran under {TRUSS}", outcomes.len());
}

#[test]
fn errors_come_through_the_chain() {
    let Ok(python) = python() else { return };
    let home = Home::new();
    let cases = own_cases();
    let source = cases[0].source.to_str().unwrap();
    home.ok(&["codegen", source, "--out", "out"]);
    let calls = json!([
        {"chainlet": "Main", "body": {"texts": [], "reason": "because"}},
        {"chainlet": "Shout", "body": {"txt": "a"}},
    ]);
    let outcomes = drive(&python, &json!([{"dir": home.path("out"), "calls": calls}]));
    let answers = &outcomes[0]["answers"];
    assert_eq!(answers[0]["status"], 500, "{outcomes:?}");
    let error = &answers[0]["answer"]["error"];
    assert_eq!(error["exception_cls_name"], "ValueError");
    let message = error["exception_message"].as_str().unwrap();
    assert!(
        message.contains("Error calling dependency Chainlet `Fails`"),
        "{message}"
    );
    assert!(message.ends_with("ValueError: because"), "{message}");
    // What is shown is the user's code, and nothing of what is around it.
    let stack = error["user_stack_trace"].as_array().unwrap();
    assert_eq!(stack.len(), 1, "{stack:?}");
    assert_eq!(stack[0]["line"], "await self._fails.run_remote(reason)");
    assert_eq!(answers[1]["status"], 400, "{outcomes:?}");
}

fn drive(python: &Path, chains: &Json) -> Vec<Json> {
    let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/binary/codegen/driver.py");
    let mut child = Command::new(python)
        .arg(driver)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(chains.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let outcomes: Result<Vec<Json>, _> = serde_json::from_slice(&output.stdout);
    match outcomes {
        Ok(outcomes) => {
            if outcomes.iter().any(|outcome| !outcome["error"].is_null()) {
                println!("{said}");
            }
            outcomes
        }
        Err(error) => panic!("the driver said no JSON: {error}\n{said}"),
    }
}
