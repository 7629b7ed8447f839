//! The `resources` of a configuration, as far as placement needs them.

use std::fmt;

use plimsoll_baseten_api::JsonObject;
use serde_json::Value as Json;

/// Truss's defaults.
const DEFAULT_MILLICPU: u64 = 1000;
const DEFAULT_MEMORY_BYTES: u64 = 2 << 30;

/// What a configuration asks to run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resources {
    /// This instance type; it wins over everything else.
    InstanceType(String),
    /// The smallest that has this much.
    AtLeast(Wanted),
}

/// An amount of resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// CPU, in thousandths of a core.
    pub(crate) millicpu: u64,
    /// Memory, in bytes.
    pub(crate) memory_bytes: u64,
    /// GPU kind and number.
    pub(crate) accelerator: Option<(String, u32)>,
}

impl fmt::Display for Wanted {
    #[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cores = self.millicpu as f64 / 1000.0;
        let gib = self.memory_bytes as f64 / f64::from(1 << 30);
        write!(formatter, "{cores} cores and {gib:.2} GiB")?;
        match &self.accelerator {
            Some((kind, count)) => write!(formatter, " and {count} × {kind}"),
            None => Ok(()),
        }
    }
}

impl Resources {
    /// Reads `config.resources`.
    pub(crate) fn of(config: &JsonObject) -> Result<Self, String> {
        let empty = JsonObject::new();
        let resources = match config.get("resources") {
            None | Some(Json::Null) => &empty,
            Some(Json::Object(resources)) => resources,
            Some(_) => return Err("`resources` must be an object".to_owned()),
        };
        if let Some(Json::String(id)) = resources.get("instance_type")
            && !id.is_empty()
        {
            return Ok(Self::InstanceType(id.clone()));
        }
        let text = |key| match resources.get(key) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            Some(Json::Number(number)) => Ok(Some(number.to_string())),
            Some(other) => Err(format!("`resources.{key}` cannot be {other}")),
        };
        let bad = |key: &str, text: &str| format!("`resources.{key}` cannot be {text:?}");
        let millicpu = match text("cpu")? {
            Some(cpu) => millicpu(&cpu).ok_or_else(|| bad("cpu", &cpu))?,
            None => DEFAULT_MILLICPU,
        };
        let memory_bytes = match text("memory")? {
            Some(memory) => bytes(&memory).ok_or_else(|| bad("memory", &memory))?,
            None => DEFAULT_MEMORY_BYTES,
        };
        Ok(Self::AtLeast(Wanted {
            millicpu,
            memory_bytes,
            accelerator: accelerator(resources.get("accelerator"))?,
        }))
    }
}

/// Kubernetes' CPU quantities: `4`, `0.5`, `500m`.
fn millicpu(text: &str) -> Option<u64> {
    match text.strip_suffix('m') {
        Some(milli) => milli.parse().ok(),
        None => scaled(text, 1000.0),
    }
}

/// Kubernetes' memory quantities: `16Gi`, `500M`, `1024`.
fn bytes(text: &str) -> Option<u64> {
    const UNITS: [(&str, f64); 13] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("k", 1e3),
        ("K", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
    ];
    for (suffix, unit) in UNITS {
        if let Some(number) = text.strip_suffix(suffix) {
            return scaled(number.trim_end(), unit);
        }
    }
    scaled(text, 1.0)
}

fn scaled(text: &str, unit: f64) -> Option<u64> {
    let value = text.parse::<f64>().ok()? * unit;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be within range"
    )]
    (value.is_finite() && (0.0..1e19).contains(&value)).then(|| value.ceil() as u64)
}

/// `A10G`, `A10G:2`, or the object form `{type, count}`.
fn accelerator(json: Option<&Json>) -> Result<Option<(String, u32)>, String> {
    let bad = || {
        format!(
            "`resources.accelerator` cannot be {}",
            json.unwrap_or(&Json::Null)
        )
    };
    match json {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) if text.is_empty() => Ok(None),
        Some(Json::String(text)) => match text.split_once(':') {
            Some((kind, count)) => {
                let count = count.trim().parse().map_err(|_| bad())?;
                Ok(Some((kind.trim().to_owned(), count)))
            }
            None => Ok(Some((text.clone(), 1))),
        },
        Some(Json::Object(object)) => {
            let kind = ["accelerator", "type"]
                .into_iter()
                .find_map(|key| object.get(key)?.as_str())
                .ok_or_else(bad)?;
            let count = match object.get("count") {
                None | Some(Json::Null) => 1,
                Some(count) => {
                    let count = count.as_u64().ok_or_else(bad)?;
                    u32::try_from(count).map_err(|_| bad())?
                }
            };
            Ok(Some((kind.to_owned(), count)))
        }
        Some(_) => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, millicpu};

    #[test]
    fn quantities_read_as_kubernetes_reads_them() {
        assert_eq!(millicpu("4"), Some(4000));
        assert_eq!(millicpu("0.5"), Some(500));
        assert_eq!(millicpu("250m"), Some(250));
        assert_eq!(bytes("16Gi"), Some(16 << 30));
        assert_eq!(bytes("512 MiB"), None);
        assert_eq!(bytes("500M"), Some(500_000_000));
        assert_eq!(bytes("1024"), Some(1024));
        for bad in ["", "x", "-1", "NaN", "1e30Gi"] {
            assert_eq!(bytes(bad), None, "{bad}");
        }
    }
}
