//! Paths: of `pathlib`, of `os.path`, of `make_abs_path_here`.
//!
//! A path that rests on where a file of the chain stands is kept relative to the root of the tree,
//! as nothing else is known of it; links on the way are not followed.

use std::rc::Rc;

use super::load::Place;
use super::run::{CONSTANT, Interpreter};
use super::scope::Frame;
use super::value::{Items, Kind, Path, PathForm, Shape, Val, Why};

impl Interpreter<'_> {
    /// `__file__`.
    pub(crate) fn own_file(&self, frame: Frame, at: Place) -> Val {
        let text = self.program.modules[frame.module].path.clone();
        path(PathForm::Text, true, text, at)
    }

    /// The folder of a module, relative to the root of the tree.
    pub(crate) fn folder(&self, module: usize) -> &str {
        self.program.modules[module]
            .path
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder)
    }

    /// `make_abs_path_here(path)`.
    pub(crate) fn abs_path_here(&self, frame: Frame, value: &Val, at: Place) -> Val {
        if value.why().is_some() {
            return value.clone();
        }
        let (anchored, text) = match (&value.kind, value.as_str()) {
            (Kind::Path(path), _) => (path.anchored, path.text.clone()),
            (_, Some(text)) => (false, text.to_owned()),
            _ => {
                let message = format!(
                    "make_abs_path_here needs a string, and this is {}",
                    value.describe()
                );
                return Why::new("chain::wrong-type", value.at, message).val();
            }
        };
        if anchored || text.starts_with('/') {
            return path(PathForm::AbsPath, anchored, text, at);
        }
        path(
            PathForm::AbsPath,
            true,
            below(self.folder(frame.module), &text),
            at,
        )
    }

    /// Joins paths and strings, as `Path(…)`, `/` and `os.path.join` do.
    pub(crate) fn joined(&self, parts: &[Val], form: PathForm, at: Place) -> Val {
        let mut result = Path {
            form,
            anchored: false,
            text: String::new(),
        };
        for part in parts {
            if part.why().is_some() {
                return part.clone();
            }
            let (anchored, text) = match (&part.kind, part.as_str()) {
                (Kind::Path(path), _) => (path.anchored, path.text.as_str()),
                (_, Some(text)) => (false, text),
                _ => {
                    let message = format!("a path is not made of {}", part.describe());
                    return Why::new("chain::wrong-type", part.at, message).val();
                }
            };
            if anchored || text.starts_with('/') {
                text.clone_into(&mut result.text);
                result.anchored = anchored;
            } else if result.anchored {
                result.text = below(&result.text, text);
            } else if result.text.is_empty() {
                text.clone_into(&mut result.text);
            } else {
                result.text = format!("{}/{text}", result.text.trim_end_matches('/'));
            }
        }
        Val::new(Kind::Path(Rc::new(result)), at)
    }

    /// `path.parent` and its like.
    pub(crate) fn path_attribute(&mut self, path: &Path, name: &str, at: Place) -> Val {
        if path.form != PathForm::Path {
            let message = format!("`.{name}` of this path is not evaluated");
            return Why::new("chain::not-constant", at, message)
                .hint(CONSTANT)
                .val();
        }
        let last = path.text.rsplit('/').next().unwrap_or_default();
        let stem = |last: &str| match last.rfind('.') {
            Some(dot) if dot > 0 => dot,
            _ => last.len(),
        };
        // Above the root of the tree, or in it, names are not known.
        let named = !path.anchored || !matches!(last, "" | "..");
        match name {
            "parent" => Val::new(Kind::Path(Rc::new(parent(path))), at),
            "parents" if path.anchored => {
                let mut items = Vec::new();
                let mut above = path.clone();
                for _ in 0..16 {
                    above = parent(&above);
                    items.push(Val::new(Kind::Path(Rc::new(above.clone())), at));
                }
                let shape = Shape::of(items.iter());
                Val::new(
                    Kind::Tuple(Rc::new(Items {
                        id: self.object(),
                        shape,
                        items,
                    })),
                    at,
                )
            }
            "name" if named => Val::text(last, at),
            "stem" if named => Val::text(&last[..stem(last)], at),
            "suffix" if named => Val::text(&last[stem(last)..], at),
            _ => {
                let message = format!("`.{name}` of a path is known only when the program runs");
                Why::new("chain::not-constant", at, message)
                    .hint(CONSTANT)
                    .val()
            }
        }
    }

    /// `path.method(…)`; `None` for one that is not evaluated.
    pub(crate) fn path_method(
        &self,
        path: &Rc<Path>,
        name: &str,
        args: &[Val],
        at: Place,
    ) -> Option<Val> {
        if path.form != PathForm::Path {
            return None;
        }
        let this = Val::new(Kind::Path(Rc::clone(path)), at);
        match name {
            // Of a path that rests on the current folder nothing more is known.
            "resolve" | "absolute" | "expanduser"
                if path.anchored || path.text.starts_with('/') =>
            {
                Some(this)
            }
            "joinpath" => {
                let parts: Vec<_> = std::iter::once(this).chain(args.iter().cloned()).collect();
                Some(self.joined(&parts, PathForm::Path, at))
            }
            "as_posix" => Some(path_text(path, at)),
            "with_name" if args.len() == 1 => {
                let above = Val::new(Kind::Path(Rc::new(parent(path))), at);
                Some(self.joined(&[above, args[0].clone()], PathForm::Path, at))
            }
            _ => None,
        }
    }

    /// A function of `os.path`; `None` where it is not evaluated.
    pub(crate) fn os_path(&self, name: &str, args: &[Val], at: Place) -> Option<Val> {
        let first = self.joined(args.get(..1)?, PathForm::Text, at);
        let Kind::Path(path) = &first.kind else {
            return Some(first);
        };
        match name {
            "join" => Some(plain(self.joined(args, PathForm::Text, at))),
            "dirname" => Some(plain(Val::new(Kind::Path(Rc::new(parent(path))), at))),
            "abspath" | "realpath" if path.anchored || path.text.starts_with('/') => {
                Some(plain(first))
            }
            "normpath" if path.anchored => Some(first),
            "basename" => {
                let last = path.text.rsplit('/').next().unwrap_or_default();
                let known = !path.anchored || !matches!(last, "" | "..");
                known.then(|| Val::text(last, at))
            }
            _ => None,
        }
    }
}

/// `str(path)`: a string, where the path does not rest on where the chain stands.
pub(crate) fn path_text(path: &Path, at: Place) -> Val {
    plain(self::path(
        PathForm::Text,
        path.anchored,
        path.text.clone(),
        at,
    ))
}

/// The text of a path that is known is a string like any other.
fn plain(value: Val) -> Val {
    match &value.kind {
        Kind::Path(path) if !path.anchored => Val::text(path.text.as_str(), value.at),
        _ => value,
    }
}

fn path(form: PathForm, anchored: bool, text: String, at: Place) -> Val {
    Val::new(
        Kind::Path(Rc::new(Path {
            form,
            anchored,
            text,
        })),
        at,
    )
}

fn parent(path: &Path) -> Path {
    let text = if path.anchored {
        below(&path.text, "..")
    } else {
        match path.text.rsplit_once('/') {
            Some(("", _)) => "/".to_owned(),
            Some((above, _)) => above.to_owned(),
            None => String::new(),
        }
    };
    Path {
        text,
        ..path.clone()
    }
}

/// A relative path below a folder, in its plainest form; `""` is the root of the tree.
pub(crate) fn below(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::below;

    #[test]
    fn paths_come_in_their_plainest_form() {
        assert_eq!(below("a/b", "../c//./d"), "a/c/d");
        assert_eq!(below("", "../x"), "../x");
        assert_eq!(below("../x", "../../y"), "../../y");
        assert_eq!(below("a", ".."), "");
    }
}
