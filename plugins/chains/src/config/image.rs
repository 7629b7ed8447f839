//! `DockerImage`: what an image holds, and the keys of a Truss that it comes to.

use std::io;

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::tree::{EntryKind, SourceTree};
use plimsoll_core::value::{Key, Map, Node, Value};

use super::lower::{Bound, Lower, Needed};
use super::tables::{OPTIONAL_TEXT, TEXT, TEXTS};
use crate::chain::Image;
use crate::python::known::Class;
use crate::python::value::{Kind, Object, Path, PathForm, Val};

/// Files of requirements that are not pip's.
const PROJECT_FILES: [&str; 2] = ["pyproject.toml", "uv.lock"];

/// Reads `docker_image` into the keys of a Truss, and what its image holds.
pub(crate) fn docker_image(
    lower: &mut Lower<'_, '_>,
    tree: &dyn SourceTree,
    bound: &Bound<'_>,
    base: &mut Map,
    runtime: &mut Map,
) -> Image {
    let mut image = Image::default();
    if let Some(needed) = bound.get("base_image") {
        base_image(lower, needed, base);
    }
    let pip = bound.get("pip_requirements");
    if let Some(needed) = pip
        && let Some(node) = lower.list(needed, &["docker_image", "pip_requirements"], &TEXTS)
    {
        let texts = node
            .as_list()
            .into_iter()
            .flatten()
            .filter_map(Node::as_str);
        image.pip_requirements = texts.map(str::to_owned).collect();
    }
    if let Some(needed) = bound.get("apt_requirements")
        && let Some(node) = lower.list(needed, &["docker_image", "apt_requirements"], &TEXTS)
    {
        base.insert(Key::from("system_packages"), lower.span(needed.at), node);
    }
    if let Some(needed) = bound.given("truss_server_version_override")
        && let Some(node) = lower.typed(
            needed,
            &["docker_image", "truss_server_version_override"],
            &OPTIONAL_TEXT,
        )
        && node.as_str().is_some_and(|text| !text.is_empty())
    {
        let key = Key::from("truss_server_version_override");
        runtime.insert(key, lower.span(needed.at), node);
    }
    image.requirements_file = requirements_file(lower, tree, bound);
    let is_project = image
        .requirements_file
        .as_deref()
        .is_some_and(|file| PROJECT_FILES.contains(&file.rsplit('/').next().unwrap_or_default()));
    if let Some(needed) = pip.filter(|_| is_project && !image.pip_requirements.is_empty()) {
        let message = "`pip_requirements` cannot stand beside a pyproject.toml or uv.lock";
        let problem = lower.problem("chain::conflict", needed.at, message);
        lower.push(problem.hint("put all requirements into the file"));
    }
    if let Some(needed) = bound.given("data_dir") {
        image.data_dir = abs_path(lower, tree, needed, "data_dir");
    }
    if let Some(needed) = bound.given("external_package_dirs") {
        external_packages(lower, tree, needed, base);
    }
    image
}

fn base_image(lower: &mut Lower<'_, '_>, needed: Needed<'_>, base: &mut Map) {
    let value = needed.value;
    if !lower.is_known(value) {
        return;
    }
    match &value.kind {
        Kind::Member(member) if member.class == "BasetenImage" => {
            let version = member.value.as_str().unwrap_or_default();
            let node = lower.placed(Value::Str(version.into()), value.at);
            base.insert(Key::from("python_version"), lower.span(needed.at), node);
        }
        Kind::Object(object) if object.class == Class::CustomImage => {
            if let Some(node) = custom_image(lower, object, value) {
                base.insert(Key::from("base_image"), lower.span(needed.at), node);
            }
        }
        _ => {
            let message = format!("`docker_image.base_image` cannot be {}", value.describe());
            let problem = lower
                .problem("chain::wrong-type", value.at, message)
                .expected("a BasetenImage or a CustomImage")
                .hint("write chains.BasetenImage.PY311, or chains.CustomImage(image=\"…\")");
            lower.push(problem);
        }
    }
}

fn custom_image(lower: &mut Lower<'_, '_>, object: &Object, value: &Val) -> Option<Node> {
    let bound = lower.bind(object, Class::CustomImage.parameters()?, false);
    let mut map = Map::new();
    let Some(image) = bound.get("image") else {
        let problem = lower.problem(
            "chain::missing-argument",
            value.at,
            "CustomImage needs `image`",
        );
        lower.push(problem.hint("write chains.CustomImage(image=\"python:3.11-slim\")"));
        return None;
    };
    let image_node = lower.typed(image, &["base_image", "image"], &TEXT)?;
    map.insert(Key::from("image"), lower.span(image.at), image_node);
    if let Some(needed) = bound.given("python_executable_path") {
        let node = lower.typed(needed, &["base_image", "python_executable_path"], &TEXT)?;
        // An empty one counts as none.
        if node.as_str().is_some_and(|text| !text.is_empty()) {
            map.insert(
                Key::from("python_executable_path"),
                lower.span(needed.at),
                node,
            );
        }
    }
    if let Some(needed) = bound.given("docker_auth") {
        let node = lower.node(needed.value)?;
        map.insert(Key::from("docker_auth"), lower.span(needed.at), node);
    }
    Some(lower.placed(Value::Map(Box::new(map)), value.at))
}

/// The file of requirements, by its name of today or the older one.
fn requirements_file(
    lower: &mut Lower<'_, '_>,
    tree: &dyn SourceTree,
    bound: &Bound<'_>,
) -> Option<String> {
    let today = bound.given("requirements_file");
    let older = bound.given("pip_requirements_file");
    if let (Some(today), Some(older)) = (today, older) {
        let message =
            "`pip_requirements_file` is the old name of `requirements_file`: give one of them";
        let problem = lower.problem("chain::conflict", older.at, message);
        let problem = problem.also(lower.span(today.at), "the other one");
        lower.push(problem);
        return None;
    }
    if let Some(older) = older {
        let message = "`pip_requirements_file` is the old name of `requirements_file`";
        let problem = Diagnostic::warning("chain::deprecated", message).at(lower.span(older.at));
        lower.push(problem.hint("write requirements_file"));
    }
    let file = abs_path(lower, tree, today.or(older)?, "requirements_file")?;
    if file.ends_with("uv.lock") {
        let beside = format!("{}pyproject.toml", &file[..file.len() - "uv.lock".len()]);
        if !exists(tree, &beside) {
            let at = today.or(older).map(|needed| needed.value.at)?;
            lower.error(
                "chain::no-file",
                at,
                format!("beside a uv.lock there must be {beside}"),
            );
        }
    }
    Some(file)
}

fn external_packages(
    lower: &mut Lower<'_, '_>,
    tree: &dyn SourceTree,
    needed: Needed<'_>,
    base: &mut Map,
) {
    if !lower.is_known(needed.value) {
        return;
    }
    let Kind::List(list) = &needed.value.kind else {
        let message = format!(
            "`external_package_dirs` must be a list, and is {}",
            needed.value.describe()
        );
        lower.error("chain::wrong-type", needed.value.at, message);
        return;
    };
    let mut folders = Vec::new();
    for value in &list.items {
        let folder = Needed {
            value,
            at: value.at,
        };
        if let Some(path) = abs_path(lower, tree, folder, "external_package_dirs") {
            folders.push(lower.placed(Value::Str(path.into()), value.at));
        }
    }
    if !folders.is_empty() {
        let node = lower.placed(Value::List(folders), needed.value.at);
        base.insert(
            Key::from("external_package_dirs"),
            lower.span(needed.at),
            node,
        );
    }
}

/// A path that `make_abs_path_here` makes, relative to the root of the tree; something must be there.
fn abs_path(
    lower: &mut Lower<'_, '_>,
    tree: &dyn SourceTree,
    needed: Needed<'_>,
    name: &str,
) -> Option<String> {
    if !lower.is_known(needed.value) {
        return None;
    }
    let path: &Path = match &needed.value.kind {
        Kind::Path(path) if path.form == PathForm::AbsPath => path,
        _ => {
            let message = format!("`{name}` is {}", needed.value.describe());
            let problem = lower
                .problem("chain::wrong-type", needed.value.at, message)
                .expected("what make_abs_path_here makes")
                .hint("write chains.make_abs_path_here(\"…\")");
            lower.push(problem);
            return None;
        }
    };
    if !exists(tree, &path.text) {
        let shown = if path.anchored {
            tree.display(&path.text)
        } else {
            path.text.clone()
        };
        let message = format!("there is nothing at {shown}");
        let problem = lower.problem("chain::no-file", needed.value.at, message);
        lower.push(problem.expected("a file, or a folder with something in it"));
        return None;
    }
    Some(path.text.clone())
}

/// Whether there is a file, or a folder with something in it. Of what is outside of a tree that has
/// no outside nothing is said.
fn exists(tree: &dyn SourceTree, path: &str) -> bool {
    if path.is_empty() {
        return true;
    }
    if !path.starts_with('/') && !path.split('/').any(|part| part == "..") {
        return match tree.entry(path) {
            Ok(Some(EntryKind::Directory)) => {
                tree.list(path).is_ok_and(|entries| !entries.is_empty())
            }
            Ok(found) => found.is_some(),
            Err(_) => false,
        };
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or((path, ""));
    if matches!(name, ".." | "") {
        return !matches!(tree.outside(path), Err(error) if error.kind() == io::ErrorKind::NotFound);
    }
    let folder = if folder.is_empty() { "/" } else { folder };
    match tree.outside(folder) {
        Ok(outside) => exists(&*outside, name),
        Err(error) => error.kind() == io::ErrorKind::Unsupported,
    }
}
