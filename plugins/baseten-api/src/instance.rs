//! Instance types and what they cost.

use serde::{Deserialize, Serialize};

/// A size of machine that a replica can run on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceType {
    /// What `resources.instance_type` names, such as `L4:4x16`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Memory, in MiB.
    pub memory_limit_mib: u64,
    /// CPU, in thousandths of a core.
    pub millicpu_limit: u64,
    /// Number of GPUs.
    pub gpu_count: u32,
    /// Kind of GPU.
    pub gpu_type: Option<String>,
    /// Memory of one GPU, in MiB.
    pub gpu_memory_limit_mib: Option<u64>,
}

/// `GET /v1/instance_types`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceTypes {
    /// All of them.
    pub instance_types: Vec<InstanceType>,
}

/// An instance type and its price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstanceTypePrice {
    /// The instance type.
    pub instance_type: InstanceType,
    /// Its price, in US dollars per minute.
    pub price: f64,
}

/// `GET /v1/instance_type_prices`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstanceTypePrices {
    /// All of them.
    pub instance_types: Vec<InstanceTypePrice>,
}
