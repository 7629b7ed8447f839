//! What the YAML reader says.

use super::case::{Code, Item, code, config};

pub(super) fn codes() -> Vec<Code> {
    let mut codes = vec![
        code(
            "yaml::bool-word",
            "A word such as `yes` or `off` is a boolean in YAML 1.1.",
        )
        .no_example(
            "note",
            "The YAML reader tells it to programs that ask. Of a Truss it is never said: where a \
             boolean is expected it surprises nobody, and elsewhere it is \
             [`truss::wrong-type`](#trusswrong-type) or \
             [`truss::key-not-a-string`](#trusskey-not-a-string).",
        ),
        code(
            "yaml::duplicate-key",
            "A key is set twice in one mapping, and the last one counts.",
        )
        .example(
            "
            model_name: draft
            model_name: classifier
            ",
            "keep the one that is meant.",
            "model_name: classifier\n",
        ),
        code(
            "yaml::float-looking-string",
            "What looks like a number is a string in YAML 1.1, such as `1e2`, `08` or `-.5`.",
        )
        .example(
            "resources: {cpu: 1e2}\n",
            "write the number in another form, or put the string in quotes.",
            "resources: {cpu: \"100\"}\n",
        ),
        code(
            "yaml::octal",
            "A whole number that starts with 0 is read in base 8.",
        )
        .example(
            "runtime: {predict_concurrency: 012}\n",
            "leave out the 0, or write the number that base 8 makes of it.",
            "runtime: {predict_concurrency: 12}\n",
        ),
        code(
            "yaml::sexagesimal",
            "A number with colons is read in base 60.",
        )
        .example(
            "runtime: {predict_concurrency: 1:30}\n",
            "write the number in base 10; a time or a port mapping needs quotes.",
            "runtime: {predict_concurrency: 90}\n",
        ),
    ];
    codes.extend(texts());
    codes.extend(documents());
    codes.extend(values());
    codes
}

/// Text that is no YAML.
fn texts() -> Vec<Code> {
    vec![
        code(
            "yaml::character",
            "The text holds a control character, which YAML does not allow.",
        )
        .example(
            "model_metadata: {prompt: \"\u{7}ready\"}\n",
            "take it out, or write it as an escape in double quotes. (␇ stands for the character \
             here.)",
            "model_metadata: {prompt: \"\\u0007ready\"}\n",
        ),
        code(
            "yaml::encoding",
            "The file is not UTF-8, nor UTF-16 with a byte order mark.",
        )
        .files(
            vec![("config.yaml", Item::Bytes(b"description: caf\xe9\n"))],
            "save the file as UTF-8. (Here it is Latin-1; � stands for the byte.)",
            config("description: café\n"),
        ),
        code("yaml::syntax", "The text is not YAML.").example(
            "
            model_name: classifier
            secrets: {hf_access_token: null
            ",
            "close what is open; put in quotes what has a meaning to YAML.",
            "
            model_name: classifier
            secrets: {hf_access_token: null}
            ",
        ),
        code("yaml::tab", "A tab stands where YAML takes only spaces.").example(
            "
            resources:
            \tcpu: \"2\"
            ",
            "indent with spaces.",
            "
            resources:
              cpu: \"2\"
            ",
        ),
    ]
}

/// Documents that are refused whole.
fn documents() -> Vec<Code> {
    vec![
        code(
            "yaml::multiple-documents",
            "The file holds more than one document.",
        )
        .example(
            "
            model_name: classifier
            ---
            model_name: reranker
            ",
            "keep one document a file; what differs by environment goes below \
             `environment_overrides`.",
            "model_name: classifier\n",
        ),
        code(
            "yaml::too-deep",
            "Collections are nested more than 100 deep.",
        )
        .example(
            &format!(
                "model_metadata: {{a: {}1{}}}\n",
                "[".repeat(100),
                "]".repeat(100)
            ),
            "flatten what is nested.",
            "model_metadata: {a: [1]}\n",
        ),
        code(
            "yaml::too-large",
            "The file holds more than 2,000,000 values once its aliases are expanded.",
        )
        .example(
            "
            model_metadata:
              a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
              b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
              c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
              d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
              e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
              f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
              g: [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]
            ",
            "use fewer aliases; put large data into a file of its own beside the configuration.",
            "
            model_metadata:
              a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
              b: [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
            ",
        ),
    ]
}

/// Values that cannot be read.
fn values() -> Vec<Code> {
    vec![
        code(
            "yaml::duplicate-anchor",
            "Two values have an anchor of the same name.",
        )
        .example(
            "
            model_metadata:
              small: &size 1
              large: &size 8
              used: *size
            ",
            "give each anchor a name of its own.",
            "
            model_metadata:
              small: &small 1
              large: &large 8
              used: *large
            ",
        ),
        code(
            "yaml::invalid-scalar",
            "A value has the form of a date or a number, or a tag that says so, and is none.",
        )
        .example(
            "model_metadata: {trained: 2026-02-30}\n",
            "correct it, or put it in quotes where a string is meant.",
            "model_metadata: {trained: 2026-02-28}\n",
        ),
        code(
            "yaml::merge",
            "What stands at `<<` is neither a mapping nor a list of mappings.",
        )
        .example(
            "
            model_metadata:
              shared: &shared classifier
              mine:
                <<: *shared
            ",
            "let the alias stand for a mapping.",
            "
            model_metadata:
              shared: &shared {task: classifier}
              mine:
                <<: *shared
            ",
        ),
        code(
            "yaml::recursive-alias",
            "A value contains itself by way of an alias.",
        )
        .example(
            "model_metadata: &all {copy: *all}\n",
            "write out what is meant.",
            "model_metadata: {copy: {}}\n",
        ),
        code("yaml::undefined-alias", "An alias has no anchor before it.").example(
            "
            model_metadata:
              first: &labels [good, bad]
              second: *lables
            ",
            "write the anchor's name; a value that starts with `*` needs quotes.",
            "
            model_metadata:
              first: &labels [good, bad]
              second: *labels
            ",
        ),
        code(
            "yaml::unhashable-key",
            "A mapping or a list stands as a key, which often is a template that was not filled \
             in.",
        )
        .example(
            "model_name: {{name}}\n",
            "fill the template in, or put the text in quotes.",
            "model_name: \"{{name}}\"\n",
        ),
        code(
            "yaml::unknown-tag",
            "A value has a tag that is not one of YAML's own.",
        )
        .example(
            "model_name: !Env MODEL_NAME\n",
            "write the value itself; nothing is executed or looked up when a file is read.",
            "model_name: classifier\n",
        ),
        code(
            "yaml::wrong-kind",
            "A tag asks for another kind of value than the one that it stands before.",
        )
        .example(
            "requirements: !!seq {torch: 2.9.0}\n",
            "write such a value, or leave the tag out.",
            "requirements: [torch==2.9.0]\n",
        ),
    ]
}
