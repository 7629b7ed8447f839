use std::sync::Arc;

use plimsoll_core::context::Package;
use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::effective::Effective;
use plimsoll_core::environment::Environment;
use plimsoll_core::layer::Layers;
use plimsoll_core::resolver::OverrideResolver as _;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::span::{SourceMap, Span};
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_overrides::DeepMerge;
use plimsoll_truss::TrussSource;

use super::package;
use crate::chain::{Body, Chain, Chainlet, Code, Endpoint, Image, Parameter, Wanted};

const SOURCE: &str = "class Main: ...\n";

fn chain(chainlets: Vec<(&str, &str, Body)>) -> Chain {
    let mut files = SourceMap::default();
    let file = files.add("chain.py", SOURCE);
    let span = Span {
        file,
        start: 6,
        end: 10,
        line: 1,
        column: 7,
    };
    let chainlet = |(class, file, body): (&str, &str, Body)| Chainlet {
        class: class.to_owned(),
        display_name: format!("{}-shown", class.to_lowercase()),
        file: file.to_owned(),
        span,
        body,
        layers: Layers::new(),
    };
    let chainlets: Vec<_> = chainlets.into_iter().map(chainlet).collect();
    Chain {
        name: "a-chain".to_owned(),
        main_file: chainlets[0].file.clone(),
        chainlets,
        files: Arc::new(files),
    }
}

fn code(parameters: Vec<(&str, Wanted)>, endpoint: Endpoint) -> Code {
    let parameter = |(name, value): (&str, Wanted)| Parameter {
        name: name.to_owned(),
        value,
    };
    Code {
        parameters: parameters.into_iter().map(parameter).collect(),
        endpoint,
        ..Code::default()
    }
}

fn calls(index: usize) -> Wanted {
    Wanted::Chainlet(index)
}

fn is_async() -> Endpoint {
    Endpoint {
        is_async: true,
        ..Endpoint::default()
    }
}

fn plain() -> Chain {
    let body = Body::Code(code(Vec::new(), Endpoint::default()));
    chain(vec![("Main", "chain.py", body)])
}

fn with_image(image: Image) -> Chain {
    let code = Code {
        image,
        ..Code::default()
    };
    chain(vec![("Main", "chain.py", Body::Code(code))])
}

fn effective(config: &str) -> Effective {
    let tree: Arc<dyn SourceTree> = Arc::new(MemoryTree::new().with("config.yaml", config));
    let manifest = TrussSource.load(&tree).unwrap();
    let production = Environment::new("production");
    let workload = &manifest.workloads[0];
    DeepMerge
        .resolve(workload, Some(&production), &manifest.files)
        .unwrap()
}

fn packaged(tree: &MemoryTree, chain: &Chain, index: usize) -> Result<Package, Diagnostics> {
    let tree: Arc<dyn SourceTree> = Arc::new(tree.clone());
    package(&tree, chain, index, &effective("model_name: Main\n"))
}

fn sources() -> MemoryTree {
    MemoryTree::new().with("chain.py", SOURCE)
}

fn text(package: &Package, path: &str) -> String {
    let mut text = String::new();
    let file = package
        .context
        .file(path)
        .unwrap_or_else(|| panic!("no {path}"));
    std::io::Read::read_to_string(&mut file.open().unwrap(), &mut text).unwrap();
    text
}

fn paths(package: &Package) -> Vec<&str> {
    let files = package.context.files().iter();
    files.map(|file| file.path.as_str()).collect()
}

fn refusal(tree: &MemoryTree, chain: &Chain) -> String {
    packaged(tree, chain, 0).unwrap_err().to_string()
}

#[test]
fn a_model_that_calls_others() {
    let mut main = code(
        vec![
            ("embed", calls(1)),
            ("stream", calls(2)),
            ("llm", calls(3)),
            ("truss", calls(4)),
            ("context", Wanted::Context),
        ],
        is_async(),
    );
    main.is_healthy = Some(true);
    let stream = Endpoint {
        is_generator: true,
        ..is_async()
    };
    let chain = chain(vec![
        ("Main", "chain.py", Body::Code(main)),
        (
            "Embed",
            "steps/embed.py",
            Body::Code(code(Vec::new(), is_async())),
        ),
        (
            "_Stream",
            "steps/__init__.py",
            Body::Code(code(Vec::new(), stream)),
        ),
        ("Llm", "chain.py", Body::Engine),
        (
            "Wrapped",
            "chain.py",
            Body::Truss {
                dir: "truss".to_owned(),
            },
        ),
    ]);
    let tree = sources()
        .with("steps/embed.py", "")
        .with("steps/__init__.py", "");
    let main = packaged(&tree, &chain, 0).unwrap();
    insta::assert_snapshot!("calls", text(&main, "model/model.py"));
    let stream = packaged(&tree, &chain, 2).unwrap();
    insta::assert_snapshot!("stream", text(&stream, "model/model.py"));
    assert_eq!(
        paths(&packaged(&sources(), &chain, 3).unwrap()),
        ["config.yaml"]
    );
}

#[test]
fn a_model_with_a_websocket() {
    let endpoint = Endpoint {
        is_websocket: true,
        ..is_async()
    };
    let mut main = code(vec![("context", Wanted::Context)], endpoint);
    main.is_healthy = Some(false);
    let chain = chain(vec![("Main", "chain.py", Body::Code(main))]);
    let package = packaged(&sources(), &chain, 0).unwrap();
    insta::assert_snapshot!("websocket", text(&package, "model/model.py"));
}

#[test]
fn a_model_that_is_called_and_waits() {
    let package = packaged(&sources(), &plain(), 0).unwrap();
    insta::assert_snapshot!("plain", text(&package, "model/model.py"));
    assert_eq!(package.folder.as_deref(), Some("Main"));
    assert_eq!(
        paths(&package),
        [
            "config.yaml",
            "model/__init__.py",
            "model/model.py",
            "packages/chain.py",
            "pip_requirements.txt"
        ]
    );
    assert_eq!(text(&package, "pip_requirements.txt"), "truss==0.18.36");
}

#[test]
fn the_configuration_has_the_settings_of_the_environment() {
    let tree: Arc<dyn SourceTree> = Arc::new(sources());
    let effective = effective(
        "model_name: Main\nautoscaling_settings: {min_replicas: 1, max_replicas: 5}\n\
         environment_overrides:\n  production:\n    autoscaling_settings: {max_replicas: 9}\n",
    );
    let package = package(&tree, &plain(), 0, &effective).unwrap();
    let written = package.raw_config.clone().unwrap();
    let head = "# Effective configuration of the chainlet Main for production.\napply_library_patches: true\n";
    assert!(written.starts_with(head), "{written}");
    assert!(
        written
            .contains("\nautoscaling_settings:\n  max_replicas: 9\n  min_replicas: 1\nbase_image")
    );
    // What is sent and what an image is made of know nothing of them.
    assert!(!text(&package, "config.yaml").contains("autoscaling"));
    assert!(package.config.get("autoscaling_settings").is_none());
    assert!(package.config.get("environment_overrides").is_none());
}

#[test]
fn the_workspace_is_the_folder_of_the_chain() {
    let tree = MemoryTree::new()
        .with("app/chain.py", SOURCE)
        .with("app/config.yaml", "mine: 1")
        .with("app/steps/embed.py", "")
        .with("app/__pycache__/chain.pyc", "")
        .with("app/out/.plimsoll-codegen", "")
        .with("app/out/Main/config.yaml", "")
        .with("app/files/a.txt", "a")
        .with("beside.py", "");
    let image = Image {
        data_dir: Some("app/files".to_owned()),
        ..Image::default()
    };
    let mut chain = with_image(image);
    chain.main_file = "app/chain.py".to_owned();
    chain.chainlets[0].file = "app/chain.py".to_owned();
    let package = packaged(&tree, &chain, 0).unwrap();
    assert_eq!(
        paths(&package),
        [
            "config.yaml",
            "data/a.txt",
            "model/__init__.py",
            "model/model.py",
            "packages/chain.py",
            "packages/config.yaml",
            "packages/files/a.txt",
            "packages/steps/embed.py",
            "pip_requirements.txt"
        ]
    );
    let tree = tree.with("app/.truss_ignore", "/steps\nout\n");
    let package = packaged(&tree, &chain, 0).unwrap();
    assert!(!paths(&package).iter().any(|path| path.contains("embed")));
    assert!(text(&package, "model/model.py").contains("\nfrom chain import Main\n"));
    // A chainlet that is left out could not be imported.
    let ignoring = tree.clone().with("app/.truss_ignore", "chain.*\n");
    assert_eq!(
        refusal(&ignoring, &chain),
        "chain.py:1:7: error[chain::left-out]: \"app/chain.py\" is left out of what is packaged"
    );
    chain.chainlets[0].file = "beside.py".to_owned();
    assert_eq!(
        refusal(&tree, &chain),
        "chain.py:1:7: error[chain::not-importable]: \"beside.py\" is outside of \"app\", the \
         folder that is packaged"
    );
}

#[test]
fn what_python_cannot_import_is_refused() {
    let mut chain = plain();
    for (file, wrong) in [
        ("a-b.py", "a-b"),
        ("class.py", "class"),
        ("1/chain.py", "1"),
        ("a.b.py", "a.b"),
    ] {
        chain.chainlets[0].file = file.to_owned();
        let said = refusal(&sources(), &chain);
        let expected = format!("{file:?} cannot be imported: {wrong:?} is no name of Python");
        assert!(said.contains(&expected), "{said}");
    }
    let tree = sources()
        .with("model.py", "")
        .with("a-b.py", "")
        .with("below/model.py", "");
    assert_eq!(
        refusal(&tree, &plain()),
        "error[chain::file-name]: \"a-b.py\" cannot be imported: it has a `-`\n\
         error[chain::file-name]: a file called model.py cannot be packaged: `import model` finds \
         the Truss's own `model`"
    );
}

#[test]
fn requirements_come_from_both_places() {
    let tree = sources()
        .with("deps/requirements.txt", "b==2\n # no\n#no\r\na\nb==2")
        .with("deps/pyproject.toml", "[project]\nname = \"x\"\n")
        .with("deps/uv.lock", "version = 1\n");
    let chain_with = |file: &str, pip: &[&str]| {
        with_image(Image {
            pip_requirements: pip.iter().map(|&text| text.to_owned()).collect(),
            requirements_file: Some(file.to_owned()),
            data_dir: None,
        })
    };
    let package = packaged(
        &tree,
        &chain_with("deps/requirements.txt", &["truss>=0.9", "c"]),
        0,
    );
    let pip = text(&package.unwrap(), "pip_requirements.txt");
    assert_eq!(pip, "a\nb==2\nc\ntruss>=0.9");
    let package = packaged(&tree, &chain_with("deps/pyproject.toml", &[]), 0).unwrap();
    let project = "[project]\nname = \"x\"\ndependencies = [\"truss==0.18.36\"]\n";
    assert_eq!(text(&package, "pyproject.toml"), project);
    assert!(!paths(&package).contains(&"pip_requirements.txt"));
    let refused = [
        chain_with("deps/uv.lock", &[]),
        chain_with("deps/pyproject.toml", &["a"]),
        chain_with("deps/none.txt", &[]),
        chain_with("../outside.txt", &[]),
        with_image(Image {
            data_dir: Some("../data".to_owned()),
            ..Image::default()
        }),
    ];
    let said: Vec<String> = refused.iter().map(|chain| refusal(&tree, chain)).collect();
    insta::assert_snapshot!("refused", said.join("\n"));
    // The lock file of a project that names truss is taken as it is.
    let tree = tree.with("deps/pyproject.toml", project);
    let package = packaged(&tree, &chain_with("deps/uv.lock", &[]), 0).unwrap();
    assert_eq!(text(&package, "uv.lock"), "version = 1\n");
    assert_eq!(text(&package, "pyproject.toml"), project);
}
