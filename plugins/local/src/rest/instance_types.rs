//! `/v1/instance_types` and `/v1/instance_type_prices`.

use axum::Json;
use plimsoll_baseten_api::{InstanceTypePrices, InstanceTypes};

use crate::catalogue;

pub(super) async fn list() -> Json<InstanceTypes> {
    let instance_types = catalogue::all()
        .into_iter()
        .map(|row| row.instance_type)
        .collect();
    Json(InstanceTypes { instance_types })
}

pub(super) async fn prices() -> Json<InstanceTypePrices> {
    Json(InstanceTypePrices {
        instance_types: catalogue::all(),
    })
}
