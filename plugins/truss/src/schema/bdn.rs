//! `bdn`: volumes of the platform's delivery network.

use plimsoll_core::schema::{Default, Field, Model, Reader, Refusal, Type};
use plimsoll_core::value::Node;

use crate::checks;

/// Volumes to mount at run time, and access to them.
pub(crate) static BDN: Model = Model {
    after: Some(all_unique),
    ..Model::new(
        "BDNConfig",
        "Volumes to mount at run time, and access to them.",
        &[
            Field::new(
                "mounts",
                Type::List(&Type::Model(&MOUNT)),
                Default::EmptyList,
                "Volumes to mount.",
            ),
            Field::new(
                "access",
                Type::List(&Type::Model(&ACCESS)),
                Default::EmptyList,
                "Access to namespaces.",
            ),
            Field::new(
                "hotload",
                Type::Model(&HOTLOAD),
                Default::Model,
                "Whether data is loaded while the model runs.",
            ),
        ],
    )
};

static MOUNT: Model = Model::new(
    "BDNVolumeMount",
    "A volume to mount.",
    &[
        Field::required(
            "source",
            Type::StrWith(volume),
            "The volume: bdn:namespace/volume, with `:tag` or `@digest`.",
        ),
        Field::required(
            "path",
            Type::StrInto(mount_path),
            "Absolute path where the model finds it; each its own.",
        ),
        Field::new(
            "include",
            Type::List(&Type::StrWith(filter)),
            Default::EmptyList,
            "Only files that match one of these; empty takes all.",
        ),
        Field::new(
            "exclude",
            Type::List(&Type::StrWith(filter)),
            Default::EmptyList,
            "No files that match one of these.",
        ),
    ],
);

static ACCESS: Model = Model {
    after: Some(grants),
    ..Model::new(
        "BDNAccess",
        "Access to a namespace.",
        &[
            Field::required("namespace", Type::StrWith(identifier), "The namespace."),
            Field::required(
                "grants",
                Type::List(&Type::Enum(&["pull", "push", "tag", "inspect", "delete"])),
                "What is allowed there; at least one, each once.",
            ),
        ],
    )
};

static HOTLOAD: Model = Model::new(
    "BDNHotload",
    "Whether data is loaded while the model runs.",
    &[Field::new(
        "enabled",
        Type::Bool,
        Default::Bool(false),
        "Whether it is.",
    )],
);

fn volume(text: &str) -> Result<(), Refusal> {
    let wrong = || {
        let expected = "a volume such as bdn:namespace/volume, with `:tag` or `@digest`";
        Refusal::new(format!("{text:?} is no volume"), expected)
    };
    let (namespace, rest) = text
        .strip_prefix("bdn:")
        .and_then(|reference| reference.split_once('/'))
        .ok_or_else(wrong)?;
    let (name, tag) = match rest.find([':', '@']) {
        Some(at) => (&rest[..at], Some(&rest[at..])),
        None => (rest, None),
    };
    let apart = |part: &str| !part.is_empty() && !part.contains(['/', ':', '@', '\0']);
    if !apart(namespace) || !apart(name) {
        return Err(wrong());
    }
    identifier(namespace)?;
    identifier(name)?;
    match tag.map(|tag| (tag.starts_with(':'), &tag[1..])) {
        None => Ok(()),
        Some((true, tag)) if apart(tag) => identifier(tag),
        Some((true, _)) => Err(wrong()),
        Some((false, digest)) => {
            let hex = digest.strip_prefix("b3:").unwrap_or(digest);
            if hex.is_empty() || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                Err(wrong())
            } else if !(12..=64).contains(&hex.len()) {
                let problem = format!("{text:?} has a digest of {} digits", hex.len());
                Err(Refusal::new(
                    problem,
                    "a digest of 12 to 64 hexadecimal digits",
                ))
            } else {
                Ok(())
            }
        }
    }
}

fn identifier(text: &str) -> Result<(), Refusal> {
    let length = text.chars().count();
    if !(1..=256).contains(&length) || text.contains("..") || text.contains(['/', '\0']) {
        return Err(Refusal::new(
            format!("{text:?} is no name of a namespace, volume or tag"),
            "1 to 256 characters without `/` and `..`",
        ));
    }
    Ok(())
}

/// An absolute path below the root, without `.` and doubled slashes.
fn mount_path(text: &str) -> Result<String, Refusal> {
    checks::absolute(text)?;
    let refuse = |problem: String| {
        Refusal::new(
            problem,
            "an absolute path below the root, without `..` and null bytes",
        )
    };
    if text.contains('\0') {
        return Err(refuse(format!("{text:?} has a null byte")));
    }
    // Exactly two slashes at the start are a root of their own (POSIX).
    let root = if text.starts_with("//") && !text.starts_with("///") {
        "//"
    } else {
        "/"
    };
    let parts: Vec<_> = text
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    if parts.contains(&"..") {
        return Err(refuse(format!("{text:?} has `..`")));
    }
    if parts.is_empty() && root == "/" {
        return Err(refuse("the root cannot be mounted over".to_owned()));
    }
    Ok(format!("{root}{}", parts.join("/")))
}

fn filter(text: &str) -> Result<(), Refusal> {
    let folder = text.strip_suffix('/').unwrap_or(text);
    let wrong = text.is_empty()
        || text != crate::python::strip(text)
        || text.starts_with('/')
        || text.contains(['\\', '\0'])
        || folder
            .split('/')
            .any(|part| matches!(part, "" | "." | ".."));
    if wrong {
        return Err(Refusal::new(
            format!("{text:?} is no pattern of files"),
            "a relative pattern such as models/*.bin, without `.`, `..` and `\\`",
        ));
    }
    Ok(())
}

fn grants(node: &mut Node, reader: &mut Reader<'_>) {
    let Some(grants) = node.get("grants") else {
        return;
    };
    let Some(items) = grants.as_list() else {
        return;
    };
    if items.is_empty() {
        let message = "`grants` needs one item at least";
        reader.invalid(
            grants.span(),
            message,
            "one of pull, push, tag, inspect, delete",
        );
    }
    let mut seen = Vec::new();
    for (position, item) in items.iter().enumerate() {
        let Some(grant) = item.as_str() else { continue };
        if !reader.sound(&[&format!("grants/{position}")]) {
            continue;
        }
        if seen.contains(&grant) {
            let message = format!("the grant {grant} is there twice");
            reader.invalid(item.span(), message, "each grant once");
        } else {
            seen.push(grant);
        }
    }
}

fn all_unique(node: &mut Node, reader: &mut Reader<'_>) {
    let Some(map) = node.as_map() else { return };
    checks::unique(map, "mounts", "path", reader);
    checks::unique(map, "access", "namespace", reader);
}
