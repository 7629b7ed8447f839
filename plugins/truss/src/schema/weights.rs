//! Weights: the older `model_cache` and `cache_internal`, and `weights`.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::schema::{Default, Field, Model, Reader, Refusal, Type, takes};
use plimsoll_core::value::{Node, Value};

use super::auth::WEIGHTS_AUTH;
use crate::checks;
use crate::python::is_truthy;

const PATTERNS: Type = Type::Nullable(&Type::List(&Type::Str));

/// Schemes of buckets, which have no revisions.
const BUCKETS: [&str; 5] = ["azure", "cw", "gs", "r2", "s3"];

/// A repository of weights to fetch ahead of time.
pub(crate) static MODEL_REPO: Model = Model {
    before: Some(volume),
    ..Model::new(
        "ModelRepo",
        "A repository of weights to fetch ahead of time.",
        &[
            REPO_ID,
            REVISION,
            ALLOWED,
            IGNORED,
            VOLUME_FOLDER,
            Field::required("use_volume", Type::Bool, USE_VOLUME),
            KIND,
            SECRET,
        ],
    )
};

/// The same for the platform's own use.
pub(crate) static MODEL_REPO_INTERNAL: Model = Model {
    before: Some(volume),
    ..Model::new(
        "ModelRepoCacheInternal",
        "A repository of weights that the platform fetches.",
        &[
            REPO_ID,
            REVISION,
            ALLOWED,
            IGNORED,
            VOLUME_FOLDER,
            Field::new("use_volume", Type::Bool, Default::Bool(false), USE_VOLUME),
            KIND,
            SECRET,
        ],
    )
};

const USE_VOLUME: &str = "true: mount the weights at run time; false: bake them into the image.";

const REPO_ID: Field = Field::required(
    "repo_id",
    Type::StrWith(checks::not_empty),
    "The repository or bucket.",
);
const REVISION: Field = Field::new(
    "revision",
    Type::StrWith(revision),
    Default::Str(""),
    "Branch, tag or commit. Needed of Hugging Face with `use_volume: true`.",
);
const ALLOWED: Field = Field::new(
    "allow_patterns",
    PATTERNS,
    Default::Null,
    "Only files that match one of these.",
);
const IGNORED: Field = Field::new(
    "ignore_patterns",
    PATTERNS,
    Default::Null,
    "No files that match one of these.",
);
const VOLUME_FOLDER: Field = Field::new(
    "volume_folder",
    Type::Nullable(&Type::StrWith(checks::not_empty)),
    Default::Null,
    "Folder below /app/model_cache. Needed with `use_volume: true`.",
);
const KIND: Field = Field::new(
    "kind",
    Type::Enum(&["hf", "gcs", "s3", "azure"]),
    Default::Str("hf"),
    "Where the repository is.",
);
const SECRET: Field = Field::new(
    "runtime_secret_name",
    Type::Str,
    Default::Str("hf_access_token"),
    "Secret with the credentials.",
);

fn revision(text: &str) -> Result<(), Refusal> {
    if text.chars().count() == 1 {
        let problem = format!("{text:?} is no revision");
        return Err(Refusal::new(problem, "two characters at least"));
    }
    Ok(())
}

/// What a volume needs. This looks at what is written, before it is brought into its type: the text
/// `"no"` asks for a volume here, and is false later. What is of a wrong type is told of as such.
fn volume(node: &mut Node, reader: &mut Reader<'_>) {
    let written = node.get("use_volume").filter(|flag| is_truthy(flag));
    let Some(flag) = written.filter(|flag| takes(&Type::Bool, flag)) else {
        return;
    };
    let span = flag.span();
    let unset = |key: &str| match node.get(key).map(|node| &node.value) {
        None => true,
        Some(Value::Str(text)) => text.is_empty() && key == "revision",
        Some(Value::Null) => key == "volume_folder",
        Some(_) => false,
    };
    let hugging_face = node
        .get("kind")
        .is_none_or(|kind| kind.as_str() == Some("hf"));
    if hugging_face && unset("revision") {
        let place = reader.path().join("revision").dotted();
        let message = format!("`{place}` is required for a volume");
        reader.missing_key(span, message, "revision: a commit, a branch or a tag");
    }
    if unset("volume_folder") {
        let place = reader.path().join("volume_folder").dotted();
        let message = format!("`{place}` is required for a volume");
        reader.missing_key(
            span,
            message,
            "volume_folder: a name below /app/model_cache",
        );
    }
}

/// Weights to mount.
pub(crate) static WEIGHTS_SOURCE: Model = Model {
    after: Some(one_secret),
    ..Model::new(
        "WeightsSource",
        "Weights to mount.",
        &[
            Field::required(
                "source",
                Type::StrWith(source),
                "Where they are: hf://owner/repo@revision, s3://, gs://, azure://, r2://, cw:// or \
                 https://.",
            ),
            Field::required(
                "mount_location",
                Type::StrWith(checks::absolute),
                "Absolute path where the model finds them; each its own.",
            ),
            Field::new(
                "auth",
                Type::Nullable(&Type::Model(&WEIGHTS_AUTH)),
                Default::Null,
                "How to log in.",
            ),
            Field::new(
                "auth_secret_name",
                Type::Nullable(&Type::Str),
                Default::Null,
                "Secret with the credentials; here or in `auth`.",
            ),
            ALLOWED,
            IGNORED,
        ],
    )
};

fn source(text: &str) -> Result<(), Refusal> {
    let refuse = |problem: String| {
        let schemes = format!("hf:// https:// {}://", BUCKETS.join(":// "));
        Refusal::new(
            problem,
            format!("a source that begins with one of {schemes}"),
        )
    };
    let Some((scheme, path)) = text.split_once("://") else {
        let repository = text.contains('/') && checks::hugging_face_repository(text).is_ok();
        let hint = repository.then(|| format!("for Hugging Face write \"hf://{text}\""));
        return Err(refuse(format!("{text:?} has no scheme")).maybe_hint(hint));
    };
    let bucket = BUCKETS.contains(&scheme);
    if !bucket && scheme != "hf" && scheme != "https" {
        return Err(refuse(format!("{text:?} has the scheme {scheme}")));
    }
    if path.is_empty() || path.starts_with('/') {
        let problem = format!("{text:?} names nothing behind {scheme}://");
        return Err(Refusal::new(
            problem,
            format!("a source such as {scheme}://owner/name"),
        ));
    }
    if bucket && path.contains('@') {
        let problem = format!("{text:?} has an @, and only hf:// has revisions");
        return Err(Refusal::new(problem, "a bucket and a path, without @"));
    }
    Ok(())
}

fn one_secret(node: &mut Node, reader: &mut Reader<'_>) {
    let filled = |node: Option<&Node>| node.is_some_and(is_truthy);
    let (outer, inner) = (
        node.get("auth_secret_name"),
        node.get("auth")
            .and_then(|auth| auth.get("auth_secret_name")),
    );
    let sound = reader.sound(&["auth_secret_name", "auth/auth_secret_name"]);
    if filled(outer) && filled(inner) && sound {
        let message = "`auth_secret_name` is given twice: here and in `auth`";
        let diagnostic = Diagnostic::error(reader.code("conflict"), message)
            .at(outer.and_then(Node::span))
            .also(inner.and_then(Node::span), "the other one")
            .expected("one of the two");
        reader.push(diagnostic);
    }
}
