//! What is said of load tests.

use super::case::{Code, Files, Item, code};

/// The command of most examples.
const VALIDATE: [&str; 2] = ["validate", "my-truss/load.json"];
const MIGRATE: [&str; 2] = ["migrate", "my-truss/load.json"];

fn json(text: &str) -> Files {
    vec![("load.json", Item::Text(format!("{text}\n")))]
}

/// A load test of one endpoint, with these members before its requests.
fn with(members: &str) -> Files {
    json(&format!(
        "{{\n{members}  \"requests\": [{{\"url\": \"http://localhost:3000/a\"}}]\n}}"
    ))
}

/// A load test of one request, with these members behind its address.
fn request(members: &str) -> Files {
    json(&format!(
        "{{\n  \"requests\": [\n    {{\"url\": \"http://localhost:3000/a\"{members}}}\n  ]\n}}"
    ))
}

fn example(
    name: &'static str,
    meaning: &'static str,
    before: Files,
    cure: &'static str,
    after: Files,
) -> Code {
    code(name, meaning).files(before, cure, after).by(&VALIDATE)
}

pub(super) fn codes() -> Vec<Code> {
    let mut codes = values();
    codes.extend(texts());
    codes.extend(surprises());
    codes.extend(running());
    codes.extend(older());
    codes
}

/// Keys and values.
fn values() -> Vec<Code> {
    vec![
        example(
            "load-test::invalid-value",
            "A value is of its type, and none that can be.",
            json("{\n  \"requests\": [{\"url\": \"localhost:3000/a\"}]\n}"),
            "write what is expected.",
            request(""),
        ),
        example(
            "load-test::key-not-a-string",
            "A key of a YAML file is a number, a boolean or null.",
            vec![(
                "load.yaml",
                Item::Text(
                    "requests:\n  - url: http://localhost:3000/a\n    headers: {1: a}\n".to_owned(),
                ),
            )],
            "put it in quotes.",
            vec![(
                "load.yaml",
                Item::Text(
                    "requests:\n  - url: http://localhost:3000/a\n    headers: {\"1\": a}\n"
                        .to_owned(),
                ),
            )],
        )
        .by(&["validate", "my-truss/load.yaml"]),
        example(
            "load-test::missing-key",
            "A key that must be written is not.",
            with("  \"autoscale\": {\"targetRps\": 100},\n"),
            "write it.",
            with("  \"autoscale\": {\"enabled\": true, \"targetRps\": 100},\n"),
        ),
        example(
            "load-test::out-of-range",
            "A number is out of its range.",
            with("  \"duration\": 0,\n"),
            "write one that is expected.",
            with("  \"duration\": 10,\n"),
        ),
        example(
            "load-test::unknown-key",
            "There is no such key. What is misspelt would have no effect, so it is refused.",
            with("  \"duraton\": 10,\n"),
            "write the key that was meant, or take it out.",
            with("  \"duration\": 10,\n"),
        ),
        example(
            "load-test::unknown-value",
            "A value is none of those that there are.",
            request(", \"method\": \"FETCH\""),
            "write one of them.",
            request(", \"method\": \"GET\""),
        ),
        example(
            "load-test::worker-bounds",
            "`maxWorkers` is below `minWorkers`, in one block or once they are merged.",
            json(
                "{\n  \"autoscale\": {\"enabled\": true, \"targetRps\": 100, \"maxWorkers\": 3},\n  \"requests\": [\n    {\"url\": \"http://localhost:3000/a\", \"autoscale\": {\"enabled\": true, \"minWorkers\": 5}}\n  ]\n}",
            ),
            "raise the one or lower the other.",
            json(
                "{\n  \"autoscale\": {\"enabled\": true, \"targetRps\": 100, \"maxWorkers\": 3},\n  \"requests\": [\n    {\"url\": \"http://localhost:3000/a\", \"autoscale\": {\"enabled\": true, \"minWorkers\": 3}}\n  ]\n}",
            ),
        ),
        example(
            "load-test::wrong-type",
            "A value is of another type. A number is no text, and a text no number.",
            with("  \"rps\": \"10\",\n"),
            "write one of the type that is expected.",
            with("  \"rps\": 10,\n"),
        ),
    ]
}

/// Files and their texts.
fn texts() -> Vec<Code> {
    vec![
        example(
            "load-test::duplicate-key",
            "A JSON object has a key twice; the last one counts.",
            with("  \"rps\": 10,\n  \"rps\": 20,\n"),
            "take one of them out.",
            with("  \"rps\": 20,\n"),
        ),
        example(
            "load-test::encoding",
            "A JSON or TOML file is not UTF-8.",
            vec![(
                "load.json",
                Item::Bytes(b"{\"requests\": [{\"url\": \"http://localhost:3000/\xE9\"}]}\n"),
            )],
            "save it as UTF-8.",
            json("{\"requests\": [{\"url\": \"http://localhost:3000/%E9\"}]}"),
        ),
        example(
            "load-test::json",
            "A text is no JSON from here on.",
            json("{\n  \"requests\": [{\"url\": \"http://localhost:3000/a\"},]\n}"),
            "mend it; what is expected is said.",
            json("{\n  \"requests\": [{\"url\": \"http://localhost:3000/a\"}]\n}"),
        ),
        code(
            "load-test::no-file",
            "There is no such file, or none in the folder that makes it a load test.",
        )
        .files(
            vec![(
                "load.json",
                Item::Text("{\"requests\": [{\"url\": \"http://localhost:3000/a\"}]}\n".to_owned()),
            )],
            "name the file, or name it tressi.config.json.",
            vec![(
                "tressi.config.json",
                Item::Text("{\"requests\": [{\"url\": \"http://localhost:3000/a\"}]}\n".to_owned()),
            )],
        )
        .by(&["validate", "my-truss", "--source", "load-test"]),
        code(
            "load-test::not-a-file",
            "There is a folder, a pipe or a device where the file should be.",
        )
        .files(
            vec![("tressi.config.json", Item::Folder)],
            "put the file there.",
            vec![(
                "tressi.config.json",
                Item::Text("{\"requests\": [{\"url\": \"http://localhost:3000/a\"}]}\n".to_owned()),
            )],
        )
        .by(&["validate", "my-truss", "--source", "load-test"]),
        code(
            "load-test::too-large",
            "So many endpoints share so many settings that they do not fit into memory.",
        )
        .no_example(
            "error",
            "It takes ten million values, as ten thousand endpoints with a thousand headers.",
        ),
        code("load-test::toml", "A text is no TOML here.")
            .files(
                vec![(
                    "load.toml",
                    Item::Text(
                        "rps = \n\n[[requests]]\nurl = \"http://localhost:3000/a\"\n".to_owned(),
                    ),
                )],
                "mend it.",
                vec![(
                    "load.toml",
                    Item::Text(
                        "rps = 10\n\n[[requests]]\nurl = \"http://localhost:3000/a\"\n".to_owned(),
                    ),
                )],
            )
            .by(&["validate", "my-truss/load.toml"]),
        code("load-test::unreadable", "A file cannot be read.")
            .no_example("error", "The message has the reason that the system gives."),
    ]
}

/// What is taken, and does not do what it looks like.
fn surprises() -> Vec<Code> {
    vec![
        example(
            "load-test::no-rate",
            "Autoscaling is enabled, and there is no rate that it could hold.",
            with("  \"autoscale\": {\"enabled\": true},\n"),
            "set `targetRps`, there or for the endpoint.",
            with("  \"autoscale\": {\"enabled\": true, \"targetRps\": 100},\n"),
        ),
        example(
            "load-test::overdrawn",
            "Endpoints with rates of their own use up the rate of all, and others are to share what is left.",
            json(
                "{\n  \"autoscale\": {\"enabled\": true, \"targetRps\": 100},\n  \"requests\": [\n    {\"url\": \"http://localhost:3000/a\", \"autoscale\": {\"enabled\": true, \"targetRps\": 100}},\n    {\"url\": \"http://localhost:3000/b\"}\n  ]\n}",
            ),
            "raise the rate of all, or lower theirs.",
            json(
                "{\n  \"autoscale\": {\"enabled\": true, \"targetRps\": 150},\n  \"requests\": [\n    {\"url\": \"http://localhost:3000/a\", \"autoscale\": {\"enabled\": true, \"targetRps\": 100}},\n    {\"url\": \"http://localhost:3000/b\"}\n  ]\n}",
            ),
        ),
        example(
            "load-test::relative-url",
            "An address names no host. The load test is read, and cannot be run.",
            json("{\n  \"requests\": [{\"url\": \"/a\"}]\n}"),
            "write scheme and host.",
            request(""),
        ),
        example(
            "load-test::unread",
            "A setting has no effect, as what it belongs to is off.",
            request(", \"autoscale\": {\"enabled\": false, \"targetRps\": 10}"),
            "take it out, or switch on what it belongs to.",
            request(", \"autoscale\": {\"enabled\": false}"),
        ),
        example(
            "load-test::weight",
            "An endpoint with an `autoscale` of its own has no `weight` there, and `defaultWeight` is not for it.",
            json(
                "{\n  \"autoscale\": {\"enabled\": true, \"targetRps\": 100, \"defaultWeight\": 0.5},\n  \"requests\": [\n    {\"url\": \"http://localhost:3000/a\", \"autoscale\": {\"enabled\": true, \"maxWorkers\": 9}}\n  ]\n}",
            ),
            "write its weight.",
            json(
                "{\n  \"autoscale\": {\"enabled\": true, \"targetRps\": 100, \"defaultWeight\": 0.5},\n  \"requests\": [\n    {\"url\": \"http://localhost:3000/a\", \"autoscale\": {\"enabled\": true, \"maxWorkers\": 9, \"weight\": 1}}\n  ]\n}",
            ),
        ),
    ]
}

/// A load test of one request with a data file beside it.
fn data(members: &str, url: &str, text: Option<&str>) -> Files {
    let load =
        format!("{{\n{members}  \"requests\": [{{\"url\": \"http://localhost:3000/{url}\"}}]\n}}");
    let mut files = json(&load);
    files.extend(text.map(|text| ("users.csv", Item::Text(text.to_owned()))));
    files
}

/// How a load test is run.
fn running() -> Vec<Code> {
    const DATA: &str = "  \"data\": \"users.csv\",\n";
    const USERS: Option<&str> = Some("id,name\n1,Ann\n2,Bo\n");
    vec![
        example(
            "load-test::data-file",
            "The file that `data` names cannot be read, or is not to be. The load test is read, and cannot be run.",
            data(DATA, "{{id}}", None),
            "put it there.",
            data(DATA, "{{id}}", USERS),
        ),
        example(
            "load-test::data-format",
            "The file that `data` names has no columns, or no rows.",
            data(DATA, "{{id}}", Some("id,name\n")),
            "give it what is expected.",
            data(DATA, "{{id}}", USERS),
        ),
        example(
            "load-test::no-column",
            "A place is to be filled by a column that the data does not have.",
            data(DATA, "{{ident}}", USERS),
            "name a column that there is.",
            data(DATA, "{{id}}", USERS),
        ),
        example(
            "load-test::no-objective",
            "A threshold is about goodput, and nothing says which requests are good.",
            with("  \"thresholds\": [\"goodput>=99%\"],\n"),
            "say it in `goodput`.",
            with("  \"thresholds\": [\"goodput>=99%\"],\n  \"goodput\": [\"latency<1s\"],\n"),
        ),
        example(
            "load-test::unknown-place",
            "A place that begins with `$` is none of those that are built in. The load test is read, and cannot be run.",
            data("", "{{$uid}}", None),
            "write one that there is.",
            data("", "{{$uuid}}", None),
        ),
    ]
}

/// Files of older shapes, and their migration.
fn older() -> Vec<Code> {
    vec![
        example(
            "load-test::ambiguous-unit",
            "A share of errors may be a fraction or in percent, and nothing beside it tells.",
            json("{\n  \"options\": {\"workerEarlyExit\": {\"enabled\": true, \"errorRateThreshold\": 1}},\n  \"requests\": [{\"url\": \"http://localhost:3000/a\"}]\n}"),
            "migrate the file, and see that the share is what was meant.",
            request(", \"earlyExitOnError\": true, \"errorRateThreshold\": 0.01"),
        )
        .beside(&["load-test::older-shape"]),
        code("load-test::left-out", "A setting of an older file changes nothing, and is not written anew.")
            .files(
                json("{\n  \"requests\": [\n    {\n      \"url\": \"http://localhost:3000/a\",\n      \"rps\": 10,\n      \"earlyExit\": {\"enabled\": false, \"errorRateThreshold\": 5}\n    }\n  ]\n}"),
                "nothing is wrong; it is named so that nobody looks for it.",
                request(", \"autoscale\": {\"enabled\": true, \"targetRps\": 10}"),
            )
            .by(&MIGRATE),
        code("load-test::no-endpoint", "`migrate --endpoint` names an endpoint that the load test does not have.")
            .files(
                request(""),
                "write method and address as they stand there; the message has those that it has.",
                json("{\n  \"requests\": [{\"url\": \"http://localhost:3000/b\"}]\n}"),
            )
            .by(&["migrate", "my-truss/load.json", "--endpoint", "GET http://localhost:3000/b"]),
        code("load-test::no-equivalent", "A setting of an older file has nothing that says the same today.")
            .files(
                with("  \"options\": {\"durationSec\": 10, \"threads\": 2},\n"),
                "see whether it was needed; what is there instead is said.",
                json("{\n  \"duration\": 10,\n  \"requests\": [\n    {\"url\": \"http://localhost:3000/a\", \"autoscale\": {\"enabled\": true, \"targetRps\": 1}}\n  ]\n}"),
            )
            .by(&MIGRATE),
        code("load-test::old-schema", "A migrated file still names the schema of the version that it was of.")
            .files(
                json("{\n  \"$schema\": \"https://example.com/tressi.schema.v0.0.20.json\",\n  \"options\": {\"durationSec\": 10},\n  \"requests\": [{\"url\": \"http://localhost:3000/a\", \"rps\": 10}]\n}"),
                "name today's, or leave `$schema` out.",
                json("{\n  \"$schema\": \"load-test.schema.json\",\n  \"options\": {\"durationSec\": 10},\n  \"requests\": [{\"url\": \"http://localhost:3000/a\", \"rps\": 10}]\n}"),
            )
            .by(&MIGRATE),
        example(
            "load-test::older-shape",
            "A file is of an older shape of Tressi's. It is read as what it means today.",
            with("  \"autoscale\": true,\n  \"rps\": 100,\n  \"workers\": 5,\n"),
            "`plimsoll migrate my-truss/load.json --write`.",
            with("  \"autoscale\": {\"enabled\": true, \"targetRps\": 100, \"maxWorkers\": 5},\n"),
        ),
        code("load-test::unwritable", "A load test cannot be written in today's shape.")
            .no_example("error", "The file stays as it is. The message has the reason."),
    ]
}
