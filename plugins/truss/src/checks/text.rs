//! What strings must be.

use crate::python;

const MEMORY_UNITS: [&str; 12] = [
    "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
];

const PYTHON_VERSIONS: [&str; 6] = ["py39", "py310", "py311", "py312", "py313", "py314"];

/// A number of processors: anything Python's `float` reads, or digits and dots with an `m`.
pub(crate) fn cpu(text: &str) -> Result<(), String> {
    let milli = text.strip_suffix('m').is_some_and(digits_and_dots);
    if milli || python::is_float(text) {
        Ok(())
    } else {
        Err(format!(
            "{text:?} is no number of processors such as \"4\" or \"500m\""
        ))
    }
}

/// An amount of memory: anything Python's `float` reads, or digits and dots with a unit.
///
/// # Errors
/// Why it is none.
pub fn memory(text: &str) -> Result<(), String> {
    if python::is_float(text) {
        return Ok(());
    }
    let unit_at = text
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    if !digits_and_dots(number) || !unit.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err(format!("{text:?} is no amount of memory such as \"16Gi\""));
    }
    if MEMORY_UNITS.contains(&unit) {
        return Ok(());
    }
    let units = MEMORY_UNITS.join(" ");
    let meant = match unit.to_ascii_lowercase().trim_end_matches(['b', 'i']) {
        "" => None,
        letter => MEMORY_UNITS
            .iter()
            .rev()
            .find(|unit| unit.to_ascii_lowercase().trim_end_matches('i') == letter),
    };
    let hint = meant
        .map(|unit| format!("; did you mean \"{number}{unit}\"?"))
        .unwrap_or_default();
    Err(match unit {
        "" => format!("{text:?} has no unit; the units are {units}"),
        unit => format!("{text:?} has the unit {unit}; the units are {units}{hint}"),
    })
}

fn digits_and_dots(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// A Python version that Truss builds for.
pub(crate) fn python_version(text: &str) -> Result<(), String> {
    if PYTHON_VERSIONS.contains(&text) {
        return Ok(());
    }
    Err(format!(
        "{text:?} is no Python version; known are {}",
        PYTHON_VERSIONS.join(", ")
    ))
}

/// A version number as Python packages have them (PEP 440), in its common forms.
pub(crate) fn version(text: &str) -> Result<(), String> {
    if python::is_version(text) {
        return Ok(());
    }
    Err(format!("{text:?} is no version such as \"0.9.0\""))
}

/// Any text but none.
pub(crate) fn not_empty(text: &str) -> Result<(), String> {
    if text.is_empty() {
        Err("it is empty".to_owned())
    } else {
        Ok(())
    }
}

/// Nothing, or an absolute path.
pub(crate) fn absolute_or_empty(text: &str) -> Result<(), String> {
    if text.is_empty() || text.starts_with('/') {
        return Ok(());
    }
    Err(format!(
        "{text:?} is a relative path; an absolute one is needed"
    ))
}

/// At least one name of a secret, as Kubernetes has them; or one of the names that stand for
/// registries.
pub(crate) fn secret_name(name: &str) -> Result<(), String> {
    const LONGEST: usize = 253;
    const REGISTRY_PREFIX: &str = "DOCKER_REGISTRY_";
    if name.is_empty() || name == "." || name == ".." {
        return Err(format!("{name:?} is no name of a secret"));
    }
    if name.chars().count() > LONGEST {
        return Err(format!(
            "the name of a secret has at most {LONGEST} characters"
        ));
    }
    // A line break at the end goes unnoticed in the real loader.
    let name = name.strip_suffix('\n').unwrap_or(name);
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if (!name.is_empty() && name.bytes().all(known)) || name.starts_with(REGISTRY_PREFIX) {
        return Ok(());
    }
    Err(format!(
        "{name:?} is no name of a secret: only letters, digits, `-`, `.` and `_` are"
    ))
}

/// A repository of Hugging Face: `name` or `owner/name`.
pub(crate) fn hugging_face_repository(text: &str) -> Result<(), String> {
    const LONGEST: usize = 96;
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let name = |name: &str| {
        let bytes = name.as_bytes();
        (1..=LONGEST).contains(&bytes.len())
            && word(bytes[0])
            && word(bytes[bytes.len() - 1])
            && bytes.iter().all(|byte| word(*byte) || b"-.".contains(byte))
    };
    let parts: Vec<_> = text.split('/').collect();
    let sound = parts.len() <= 2
        && parts.into_iter().all(name)
        && !text.contains("--")
        && !text.contains("..")
        && !text.ends_with(".git");
    if sound {
        return Ok(());
    }
    Err(format!(
        "{text:?} is no repository of Hugging Face such as \"owner/name\""
    ))
}
