//! The instance types of the local platform. An instance type has one name, which is its identity and
//! follows the grammar of `resources.instance_type` (`{vCPU}x{GiB}`, `{GPU}:{n}x{vCPU}x{GiB}`): the
//! recorded deployments and the official client's output name it so. Sizes and prices are those of the
//! recorded stub, and are nobody's price list.

use plimsoll_baseten_api::{InstanceType, InstanceTypePrice};

use crate::resources::{Resources, Wanted};

struct Row {
    id: &'static str,
    cores: u64,
    memory_gib: u64,
    /// Kind, number, and memory of each in GiB.
    gpu: Option<(&'static str, u32, u64)>,
    /// US dollars per minute.
    price: f64,
}

const fn row(
    id: &'static str,
    (cores, memory_gib): (u64, u64),
    gpu: Option<(&'static str, u32, u64)>,
    price: f64,
) -> Row {
    Row {
        id,
        cores,
        memory_gib,
        gpu,
        price,
    }
}

/// From the smallest to the largest: the first row that fits is chosen.
const ROWS: &[Row] = &[
    row("1x2", (1, 2), None, 0.00058),
    row("1x4", (1, 4), None, 0.00086),
    row("2x8", (2, 8), None, 0.00173),
    row("4x16", (4, 16), None, 0.00346),
    row("8x32", (8, 32), None, 0.00691),
    row("16x64", (16, 64), None, 0.01382),
    row("32x128", (32, 128), None, 0.02765),
    row("T4:4x16", (4, 16), Some(("T4", 1, 16)), 0.01052),
    row("T4:8x32", (8, 32), Some(("T4", 1, 16)), 0.01504),
    row("L4:4x16", (4, 16), Some(("L4", 1, 24)), 0.01414),
    row("L4:2x24x96", (24, 96), Some(("L4", 2, 24)), 0.04002),
    row("L4:4x48x192", (48, 192), Some(("L4", 4, 24)), 0.08003),
    row("A10G:4x16", (4, 16), Some(("A10G", 1, 24)), 0.02012),
    row("A10G:8x32", (8, 32), Some(("A10G", 1, 24)), 0.02424),
    row("A10G:2x24x96", (24, 96), Some(("A10G", 2, 24)), 0.09467),
    row("A10G:4x48x192", (48, 192), Some(("A10G", 4, 24)), 0.18934),
    row("V100:8x61", (8, 61), Some(("V100", 1, 16)), 0.06120),
    row(
        "A100_40GB:12x85",
        (12, 85),
        Some(("A100_40GB", 1, 40)),
        0.06,
    ), // the small A100
    row("A100:12x144", (12, 144), Some(("A100", 1, 80)), 0.06667),
    row("A100:2x24x288", (24, 288), Some(("A100", 2, 80)), 0.13333),
    row("A100:4x48x576", (48, 576), Some(("A100", 4, 80)), 0.26667),
    row("A100:8x96x1152", (96, 1152), Some(("A100", 8, 80)), 0.53333),
    row(
        "H100_40GB:1",
        (13, 117),
        Some(("H100_40GB", 1, 40)),
        0.06250,
    ),
    row("H100:1", (26, 234), Some(("H100", 1, 80)), 0.10833),
    row("H100:2", (52, 468), Some(("H100", 2, 80)), 0.21667),
    row("H100:4", (104, 936), Some(("H100", 4, 80)), 0.43333),
    row("H100:8", (208, 1872), Some(("H100", 8, 80)), 0.86667),
    row("L40S:8x64", (8, 64), Some(("L40S", 1, 48)), 0.03100),
    row(
        "RTX_PRO_6000:16x128",
        (16, 128),
        Some(("RTX_PRO_6000", 1, 96)),
        0.05,
    ),
    row("H200:1", (26, 234), Some(("H200", 1, 141)), 0.13000),
    row("H200:8", (208, 1872), Some(("H200", 8, 141)), 1.04000),
    row("B10:4x16", (4, 16), Some(("B10", 1, 24)), 0.02),
    row("B200:1", (28, 384), Some(("B200", 1, 180)), 0.16633),
    row("B200:8", (224, 3072), Some(("B200", 8, 180)), 1.33067),
    row("B300:1", (28, 384), Some(("B300", 1, 288)), 0.20),
    row("GB300:1", (36, 480), Some(("GB300", 1, 288)), 0.22),
];

impl Row {
    fn instance_type(&self) -> InstanceType {
        InstanceType {
            id: self.id.to_owned(),
            name: self.id.to_owned(),
            memory_limit_mib: self.memory_gib << 10,
            millicpu_limit: self.cores * 1000,
            gpu_count: self.gpu.map_or(0, |(_, count, _)| count),
            gpu_type: self.gpu.map(|(kind, _, _)| kind.to_owned()),
            gpu_memory_limit_mib: self.gpu.map(|(_, _, gib)| gib << 10),
        }
    }

    fn fits(&self, wanted: &Wanted) -> bool {
        let gpu_fits = match (self.gpu, &wanted.accelerator) {
            (None, None) => true,
            (Some((kind, count, _)), Some((wanted_kind, wanted_count))) => {
                kind == wanted_kind && count >= *wanted_count
            }
            _ => false,
        };
        gpu_fits
            && self.cores * 1000 >= wanted.millicpu
            && (self.memory_gib << 30) >= wanted.memory_bytes
    }
}

/// The smallest instance type, which an environment has before anything is deployed to it.
pub(crate) fn smallest() -> InstanceType {
    ROWS[0].instance_type()
}

/// Every instance type with its price.
pub(crate) fn all() -> Vec<InstanceTypePrice> {
    ROWS.iter()
        .map(|row| InstanceTypePrice {
            instance_type: row.instance_type(),
            price: row.price,
        })
        .collect()
}

/// The instance type of this name.
pub(crate) fn by_id(id: &str) -> Result<InstanceType, String> {
    ROWS.iter()
        .find(|row| row.id == id)
        .map(Row::instance_type)
        .ok_or_else(|| {
            let known: Vec<&str> = ROWS.iter().map(|row| row.id).collect();
            format!(
                "There is no instance type {id}. Known: {}",
                known.join(", ")
            )
        })
}

/// The instance type that these resources name, or else the smallest that fits them.
pub(crate) fn choose(resources: &Resources) -> Result<InstanceType, String> {
    match resources {
        Resources::InstanceType(id) => by_id(id),
        Resources::AtLeast(wanted) => ROWS
            .iter()
            .find(|row| row.fits(wanted))
            .map(Row::instance_type)
            .ok_or_else(|| format!("No instance type has {wanted}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{ROWS, choose};
    use crate::resources::Resources;
    use serde_json::json;

    fn chosen(resources: &serde_json::Value) -> Result<String, String> {
        let config = json!({ "resources": resources });
        choose(&Resources::of(config.as_object().unwrap())?).map(|found| found.id)
    }

    #[test]
    fn the_smallest_row_that_fits_is_chosen() {
        assert_eq!(chosen(&json!({})).unwrap(), "1x2");
        assert_eq!(
            chosen(&json!({"cpu": "500m", "memory": "3Gi"})).unwrap(),
            "1x4"
        );
        assert_eq!(chosen(&json!({"cpu": "3"})).unwrap(), "4x16");
        let a10g = json!({"accelerator": "A10G", "cpu": "4", "memory": "16Gi", "use_gpu": true});
        assert_eq!(chosen(&a10g).unwrap(), "A10G:4x16");
        assert_eq!(
            chosen(&json!({"accelerator": "A10G:2"})).unwrap(),
            "A10G:2x24x96"
        );
        assert_eq!(
            chosen(&json!({"accelerator": {"type": "H100", "count": 3}})).unwrap(),
            "H100:4"
        );
        let named = json!({"instance_type": "L4:4x16", "cpu": "64"});
        assert_eq!(chosen(&named).unwrap(), "L4:4x16");
    }

    #[test]
    fn what_nothing_fits_is_said() {
        assert!(
            chosen(&json!({"accelerator": "TPU"}))
                .unwrap_err()
                .contains("TPU")
        );
        assert!(
            chosen(&json!({"cpu": "1000"}))
                .unwrap_err()
                .contains("1000")
        );
        let error = chosen(&json!({"instance_type": "9x9"})).unwrap_err();
        assert!(error.contains("9x9") && error.contains("1x2"), "{error}");
    }

    #[test]
    fn names_are_unique_and_rows_grow_within_a_kind() {
        for (position, row) in ROWS.iter().enumerate() {
            for other in &ROWS[position + 1..] {
                assert_ne!(row.id, other.id);
                let kind = |row: &super::Row| row.gpu.map(|gpu| gpu.0);
                if kind(row) == kind(other) {
                    assert!(row.price < other.price, "{} before {}", row.id, other.id);
                }
            }
        }
    }
}
