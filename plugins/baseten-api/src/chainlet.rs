//! The configuration of a chainlet, as far as both ends of the wire must mean the same by it.
//!
//! A chainlet is deployed as a model of its own. GraphQL gives it no labels, so the build digest
//! travels in the configuration. The model is new with every push and so is its name, which the
//! configuration repeats; neither changes the image.

use serde_json::Value as Json;

use crate::JsonObject;

/// The member of `model_metadata` that carries the build digest of a chainlet.
pub const CHAINLET_DIGEST_KEY: &str = "plimsoll_build_digest";

const METADATA: &str = "model_metadata";
const MODEL_NAME: &str = "model_name";
/// How many hexadecimal digits tell one push's model of a chainlet from another's.
const SUFFIX_DIGITS: usize = 8;

/// The build digest that a chainlet's configuration carries, as text.
#[must_use]
pub fn chainlet_digest(config: &JsonObject) -> Option<&str> {
    config.get(METADATA)?.get(CHAINLET_DIGEST_KEY)?.as_str()
}

/// The configuration with this build digest in it.
#[must_use]
pub fn with_chainlet_digest(mut config: JsonObject, digest: &str) -> JsonObject {
    let metadata = config
        .entry(METADATA)
        .or_insert_with(|| Json::Object(JsonObject::new()));
    if !metadata.is_object() {
        *metadata = Json::Object(JsonObject::new());
    }
    metadata[CHAINLET_DIGEST_KEY] = Json::from(digest);
    config
}

/// What the build digest of a chainlet covers of its configuration: all but the digest itself and
/// what tells one push's model name from another's.
#[must_use]
pub fn chainlet_built_config(config: &JsonObject) -> JsonObject {
    let mut built = config.clone();
    if let Some(Json::Object(metadata)) = built.get_mut(METADATA) {
        metadata.shift_remove(CHAINLET_DIGEST_KEY);
    }
    if let Some(Json::String(name)) = built.get_mut(MODEL_NAME) {
        let stem = chainlet_model_stem(name).len();
        name.truncate(stem);
    }
    built
}

/// The name of a chainlet's model without the `-` and eight hexadecimal digits of the push.
#[must_use]
pub fn chainlet_model_stem(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((stem, suffix))
            if !stem.is_empty()
                && suffix.len() == SUFFIX_DIGITS
                && suffix
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) =>
        {
            stem
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        chainlet_built_config, chainlet_digest, chainlet_model_stem, with_chainlet_digest,
    };
    use crate::JsonObject;
    use serde_json::{Value as Json, json};

    fn object(json: Json) -> JsonObject {
        match json {
            Json::Object(object) => object,
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn what_is_built_does_not_depend_on_the_push() {
        let metadata = json!({"chains_metadata": {"chainlet_to_service": {}}});
        let plain = object(json!({"model_name": "RandInt", "model_metadata": metadata}));
        let pushed = object(json!({"model_name": "RandInt-be655353", "model_metadata": metadata}));
        let pushed = with_chainlet_digest(pushed, "abc");
        assert_eq!(chainlet_digest(&pushed), Some("abc"));
        assert_eq!(chainlet_built_config(&pushed), plain);
        assert_eq!(chainlet_built_config(&plain), plain);
    }

    #[test]
    fn the_digest_finds_a_place_and_leaves_it_as_it_was() {
        let plain = object(json!({"model_name": "m", "model_metadata": {}}));
        let pushed = with_chainlet_digest(plain.clone(), "abc");
        assert_eq!(chainlet_built_config(&pushed), plain);
        let odd = object(json!({"model_metadata": 3}));
        assert_eq!(chainlet_digest(&odd), None);
        assert_eq!(
            chainlet_digest(&with_chainlet_digest(odd, "abc")),
            Some("abc")
        );
    }

    #[test]
    fn only_eight_hexadecimal_digits_are_a_suffix() {
        assert_eq!(chainlet_model_stem("Rand-Int-be655353"), "Rand-Int");
        for whole in [
            "RandInt",
            "RandInt-be65535",
            "RandInt-BE655353",
            "-be655353",
        ] {
            assert_eq!(chainlet_model_stem(whole), whole);
        }
    }
}
