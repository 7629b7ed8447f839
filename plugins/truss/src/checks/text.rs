//! What strings must be.

use plimsoll_core::schema::Refusal;
use plimsoll_core::suggest::did_you_mean;

use crate::python;

const MEMORY_UNITS: [&str; 12] = [
    "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
];

const PYTHON_VERSIONS: [&str; 6] = ["py39", "py310", "py311", "py312", "py313", "py314"];

/// A number of processors: anything Python's `float` reads, or digits and dots with an `m`.
pub(crate) fn cpu(text: &str) -> Result<(), Refusal> {
    let milli = text.strip_suffix('m').is_some_and(digits_and_dots);
    if milli || python::is_float(text) {
        Ok(())
    } else {
        Err(Refusal::new(
            format!("{text:?} is no number of processors"),
            "a number such as \"4\" or \"0.5\", or thousandths such as \"500m\"",
        ))
    }
}

/// An amount of memory: anything Python's `float` reads, or digits and dots with a unit.
///
/// # Errors
/// Why it is none.
pub fn memory(text: &str) -> Result<(), Refusal> {
    if python::is_float(text) {
        return Ok(());
    }
    let unit_at = text
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let letters = unit.bytes().all(|byte| byte.is_ascii_alphabetic());
    let problem = if !digits_and_dots(number) || !letters {
        format!("{text:?} is no amount of memory")
    } else if MEMORY_UNITS.contains(&unit) {
        return Ok(());
    } else if unit.is_empty() {
        format!("{text:?} has no unit")
    } else {
        format!("{text:?} has the unit {unit}")
    };
    let expected = format!(
        "a number of bytes, or with a unit such as \"16Gi\"; the units are {}",
        MEMORY_UNITS.join(" ")
    );
    let hint = meant(unit).map(|unit| format!("did you mean \"{number}{unit}\"?"));
    Err(Refusal::new(problem, expected).maybe_hint(hint))
}

/// The unit that was meant by one in other letters: `GB`, `gi`, `mib`.
fn meant(unit: &str) -> Option<&'static str> {
    let lower = unit.to_ascii_lowercase();
    let letter = lower.trim_end_matches(['b', 'i']);
    let same = |known: &&&str| known.to_ascii_lowercase().trim_end_matches('i') == letter;
    MEMORY_UNITS.iter().rev().find(same).copied()
}

fn digits_and_dots(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// The known text that was probably meant. One of megabytes is not worth comparing.
fn near<const N: usize>(text: &str, known: [&'static str; N]) -> Option<String> {
    (text.len() <= 16)
        .then(|| did_you_mean(text, known))
        .flatten()
}

/// A Python version that Truss builds for.
pub(crate) fn python_version(text: &str) -> Result<(), Refusal> {
    if PYTHON_VERSIONS.contains(&text) {
        return Ok(());
    }
    let plain = text.replace('.', "");
    let written = PYTHON_VERSIONS.iter().find(|known| known[2..] == plain);
    let hint = written.map(|known| format!("write {known}"));
    let refusal = Refusal::new(
        format!("{text:?} is no Python version that Truss builds for"),
        format!("one of {}", PYTHON_VERSIONS.join(", ")),
    );
    Err(refusal.maybe_hint(hint.or_else(|| near(text, PYTHON_VERSIONS))))
}

/// A version number as Python packages have them (PEP 440), in its common forms.
pub(crate) fn version(text: &str) -> Result<(), Refusal> {
    if python::is_version(text) {
        return Ok(());
    }
    Err(Refusal::new(
        format!("{text:?} is no version"),
        "a version as Python packages have them, such as \"0.9.0\"",
    ))
}

/// Any text but none.
pub(crate) fn not_empty(text: &str) -> Result<(), Refusal> {
    if text.is_empty() {
        Err(Refusal::new("it is empty", "a text"))
    } else {
        Ok(())
    }
}

/// Nothing, or an absolute path.
pub(crate) fn absolute_or_empty(text: &str) -> Result<(), Refusal> {
    if text.is_empty() {
        return Ok(());
    }
    absolute(text)
}

/// An absolute path.
pub(crate) fn absolute(text: &str) -> Result<(), Refusal> {
    if text.starts_with('/') {
        return Ok(());
    }
    let hint = (!text.is_empty()).then(|| format!("did you mean \"/{text}\"?"));
    let problem = format!("{text:?} is a relative path");
    Err(Refusal::new(problem, "an absolute path, which begins with /").maybe_hint(hint))
}

/// At least one name of a secret, as Kubernetes has them; or one of the names that stand for
/// registries.
pub(crate) fn secret_name(name: &str) -> Result<(), Refusal> {
    const LONGEST: usize = 253;
    const REGISTRY_PREFIX: &str = "DOCKER_REGISTRY_";
    const EXPECTED: &str = "the name of a secret: 1 to 253 letters, digits, `-`, `.` and `_`";
    let wrong = || Refusal::new(format!("{name:?} is no name of a secret"), EXPECTED);
    if name.is_empty() || name == "." || name == ".." || name.chars().count() > LONGEST {
        return Err(wrong());
    }
    // A line break at the end goes unnoticed in the real loader.
    let line = name.strip_suffix('\n').unwrap_or(name);
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if (!line.is_empty() && line.bytes().all(known)) || line.starts_with(REGISTRY_PREFIX) {
        return Ok(());
    }
    Err(wrong())
}

/// A repository of Hugging Face: `name` or `owner/name`.
pub(crate) fn hugging_face_repository(text: &str) -> Result<(), Refusal> {
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
    Err(Refusal::new(
        format!("{text:?} is no repository of Hugging Face"),
        "a repository such as \"owner/name\"",
    ))
}
