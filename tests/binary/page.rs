//! The page of diagnostic codes: every code with an example that gives it, what is printed, and a
//! cure that takes it away. The page is made by running the binary, so it cannot say otherwise.

mod amend;
mod case;
mod chain;
mod codegen;
mod load_test;
mod overrides;
mod plugin;
mod sources;
mod truss;
mod yaml;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use case::{Case, Code, Files, Item};

use crate::support::{Home, Run};

/// How to make the page anew.
const REMAKE: &str = "UPDATE_DOCS=1 cargo test -p plimsoll-cli --test binary page";

/// The folder that every example is in.
const FOLDER: &str = "my-truss";

#[test]
fn every_code_is_on_the_page() {
    let codes = codes();
    let known: BTreeSet<&str> = codes.iter().map(|code| code.name).collect();
    assert_eq!(known.len(), codes.len(), "a code is described twice");
    let given = sources::codes();
    let given: BTreeSet<&str> = given.iter().map(String::as_str).collect();
    let missing: Vec<_> = given.difference(&known).collect();
    assert!(
        missing.is_empty(),
        "describe them in tests/binary/page/, then run {REMAKE}: {missing:?}"
    );
    let gone: Vec<_> = known.difference(&given).collect();
    assert!(gone.is_empty(), "nothing gives them any more: {gone:?}");
}

#[test]
fn the_page_is_what_is_printed() {
    let page = page(&codes());
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/diagnostics.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let differs = committed
        .lines()
        .zip(page.lines())
        .position(|(committed, page)| committed != page);
    assert!(
        committed == page,
        "docs/diagnostics.md is out of date, first at line {}: run {REMAKE}",
        differs.unwrap_or_else(|| committed.lines().count().min(page.lines().count())) + 1
    );
}

/// Every code, by its name.
fn codes() -> Vec<Code> {
    let mut codes = yaml::codes();
    codes.extend(truss::codes());
    codes.extend(overrides::codes());
    codes.extend(chain::codes());
    codes.extend(codegen::codes());
    codes.extend(amend::codes());
    codes.extend(load_test::codes());
    codes.extend(plugin::codes());
    codes.sort_by_key(|code| code.name);
    codes
}

fn page(codes: &[Code]) -> String {
    let mut wrong = Vec::new();
    let sections = codes.iter().map(|code| section(code, &mut wrong));
    let sections: Vec<(String, String)> = sections.collect();
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.join(
            "
"
        )
    );
    let mut page = introduction();
    page.push_str("| code | severity | what it means |\n|---|---|---|\n");
    for (code, (severity, _)) in codes.iter().zip(&sections) {
        let anchor = code.name.replace(':', "");
        let (name, meaning) = (code.name, code.meaning);
        writeln!(page, "| [`{name}`](#{anchor}) | {severity} | {meaning} |").unwrap();
    }
    for (_, section) in &sections {
        page.push_str(section);
    }
    page
}

fn introduction() -> String {
    let home = Home::new();
    let example = "autoscaling_settings: {min_replicas: 3, max_replicas: 1}\n";
    home.write(&format!("{FOLDER}/config.yaml"), example);
    let run = home.run(&["validate", FOLDER, "--format", "json"]);
    format!(
        "<!-- Made by a test from what the binary prints; do not edit. To make it anew:\n     \
         {REMAKE} -->\n\n\
         # Diagnostic codes\n\n\
         What Plimsoll says when it reads, resolves and packages a Truss, a chain or a load test, by\n\
         code. Codes are stable: scripts may rely on them, and not on the wording.\n\n\
         | severity | meaning | exit code |\n|---|---|---|\n\
         | error | the input is refused | 1 |\n\
         | warning | it is taken all the same, and is probably not what was meant | 0 |\n\
         | note | for the reader to know; nothing is wrong | 0 |\n\n\
         All problems of a file are said in one run, on stderr; only text that is no YAML ends at\n\
         its first error. A rule across keys passes over a value that is wrong by itself, and what\n\
         an environment makes wrong is said when the file is sound. Some codes have two\n\
         severities: what is taken in one place, as Truss takes it, is refused in another. A push\n\
         has [more exit codes](push.md#when-something-goes-wrong).\n\n\
         `plimsoll validate --format sarif` prints diagnostics for code scanning, and\n\
         `--format json` for other machines:\n\n{}\n",
        block("json", &run.stdout)
    )
}

/// The severities of a code, and its part of the page.
fn section(code: &Code, wrong: &mut Vec<String>) -> (String, String) {
    let mut severities = BTreeSet::new();
    let mut cases = String::new();
    for case in &code.cases {
        severities.extend(check(code.name, case, wrong));
        let run = run(&case.before, &case.arguments);
        if !case.when.is_empty() {
            writeln!(cases, "{}\n", case.when).unwrap();
        }
        cases.push_str(&files(&case.before, &Vec::new()));
        let command = format!("$ plimsoll {}\n", case.arguments.join(" "));
        let printed = format!("{command}{}", run.stderr);
        writeln!(cases, "{}", block("text", &printed)).unwrap();
        writeln!(cases, "Cure: {}\n", case.cure).unwrap();
        cases.push_str(&files(&case.after, &case.before));
    }
    if let Some((severity, reason)) = code.no_example {
        severities.insert(severity.to_owned());
        writeln!(cases, "{reason}\n").unwrap();
    }
    let severity = severities.into_iter().collect::<Vec<_>>().join(" or ");
    let (name, meaning, cases) = (code.name, code.meaning, cases.trim_end());
    let section = format!("\n## `{name}`\n\n**{severity}**: {meaning}\n\n{cases}\n");
    (severity, section)
}

/// Checks that an example gives its code and no others, and that its cure leaves nothing to say.
/// Returns with what severities the code is given.
fn check(name: &str, case: &Case, wrong: &mut Vec<String>) -> BTreeSet<String> {
    let found = diagnostics(&case.before, &case.arguments);
    let codes: BTreeSet<&str> = found.iter().map(|(code, _)| code.as_str()).collect();
    let expected: BTreeSet<&str> = case.beside.iter().copied().chain([name]).collect();
    if codes != expected {
        wrong.push(format!("{name}: the example gives {codes:?}"));
    }
    let cured = run(&case.after, &case.arguments);
    if cured.code != 0 || !diagnostics(&case.after, &case.arguments).is_empty() {
        wrong.push(format!("{name}: after the cure:\n{}", cured.stderr));
    }
    let own = found.into_iter().filter(|(code, _)| code == name);
    own.map(|(_, severity)| severity).collect()
}

/// The codes and severities that a command gives: in its report for machines, or, as a push that
/// goes well has it, on stderr beside it.
fn diagnostics(files: &Files, arguments: &[&str]) -> Vec<(String, String)> {
    let run = run(files, &[arguments, &["--format", "json"]].concat());
    let report = run.json();
    let lists = ["diagnostics", "warnings"].map(|key| report[key].as_array());
    let reported = lists.into_iter().flatten().flatten().map(|item| {
        let text = |key: &str| item[key].as_str().unwrap().to_owned();
        (text("code"), text("severity"))
    });
    let printed = run.stderr.lines().filter_map(|line| {
        let (severity, rest) = line.split_once('[')?;
        let (code, _) = rest.split_once("]: ")?;
        let is_severity = ["error", "warning", "note"].contains(&severity);
        is_severity.then(|| (code.to_owned(), severity.to_owned()))
    });
    reported.chain(printed).collect()
}

/// Runs the binary beside a folder of these files.
fn run(files: &Files, arguments: &[&str]) -> Run {
    let home = Home::new();
    fs::create_dir(home.path(FOLDER)).unwrap();
    for (name, item) in files {
        let name = format!("{FOLDER}/{name}");
        match item {
            Item::Text(text) => drop(home.write(&name, text)),
            Item::Bytes(bytes) => fs::write(home.path(&name), bytes).unwrap(),
            Item::Folder => fs::create_dir_all(home.path(&name)).unwrap(),
            Item::Link(to) => std::os::unix::fs::symlink(to, home.path(&name)).unwrap(),
        }
    }
    home.run(arguments)
}

/// Shows the files that are not among the known ones.
fn files(files: &Files, known: &Files) -> String {
    let mut shown = String::new();
    for (name, item) in files.iter().filter(|file| !known.contains(file)) {
        // What is beside the Truss, and what is in it.
        let path = match name.strip_prefix("../") {
            Some(beside) => beside.to_owned(),
            None => format!("{FOLDER}/{name}"),
        };
        let alone = *name == "config.yaml" && files.len() == 1;
        let is_yaml = [".yaml", ".yml"].iter().any(|end| name.ends_with(end));
        let language = match is_yaml {
            true => "yaml",
            false if name.ends_with(".py") => "python",
            false if name.ends_with(".json") => "json",
            false if name.ends_with(".toml") => "toml",
            false => "text",
        };
        let text = match item {
            Item::Text(text) => text.as_str().into(),
            Item::Bytes(bytes) => String::from_utf8_lossy(bytes),
            Item::Folder => {
                writeln!(shown, "`{path}` is a folder.\n").unwrap();
                continue;
            }
            Item::Link(to) => {
                writeln!(shown, "`{path}` is a symbolic link to `{to}`.\n").unwrap();
                continue;
            }
        };
        if !alone {
            writeln!(shown, "`{path}`:\n").unwrap();
        }
        writeln!(shown, "{}", block(language, &text)).unwrap();
    }
    shown
}

/// A block of code. Control characters are shown by their pictures.
fn block(language: &str, text: &str) -> String {
    let picture = |character: char| match character {
        '\n' | '\t' => character,
        '\0'..='\x1f' => char::from_u32(u32::from(character) + 0x2400).unwrap(),
        _ => character,
    };
    let text: String = text.chars().map(picture).collect();
    assert!(!text.contains("```"), "{text}");
    format!("```{language}\n{}\n```\n", text.trim_end())
}
