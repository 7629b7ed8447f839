//! Effective autoscaling settings with their places, and a platform's where nothing is written.

use plimsoll::autoscaling::{AutoscalingSettings, FIELDS};
use plimsoll::effective::Effective;
use plimsoll::layer::Provenance;
use serde::Serialize;

/// One setting.
#[derive(Clone, Serialize)]
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    pub(crate) value: u32,
    /// Where it is written; `None` where it is the platform's default.
    pub(crate) provenance: Option<Provenance>,
    /// Whether the platform's default was raised, to the fewest replicas that are written.
    pub(crate) raised: bool,
}

impl Setting {
    /// Who says so.
    pub(crate) fn from(&self) -> String {
        match &self.provenance {
            Some(Provenance {
                layer,
                file: Some(file),
                line: Some(line),
                column: Some(column),
                ..
            }) => format!("{layer}  {file}:{line}:{column}"),
            Some(provenance) => provenance.layer.to_string(),
            None if self.raised => "raised to min_replicas; the platform's default is 1".to_owned(),
            None => "the platform's default".to_owned(),
        }
    }
}

/// The settings of a workload. One that is written nowhere is what a platform has by default; one
/// that has no default is left out.
pub(crate) fn settings_of(effective: &Effective) -> (AutoscalingSettings, Vec<Setting>) {
    let written = effective.autoscaling().unwrap_or_default();
    let places = effective.provenance(&effective.settings());
    let mut settings = AutoscalingSettings::default();
    let mut rows = Vec::with_capacity(FIELDS.len());
    for field in FIELDS {
        let value = written.get(field.name);
        let Some(shown) = value.or(field.platform_default) else {
            continue;
        };
        settings.set(field.name, Some(shown));
        let pointer = format!("/autoscaling_settings/{}", field.name);
        let place = places.iter().find(|(at, _)| at.as_str() == pointer);
        rows.push(Setting {
            name: field.name,
            value: shown,
            raised: false,
            provenance: value.and(place).map(|(_, provenance)| provenance.clone()),
        });
    }
    // The platform's default of the most replicas is 1; a minimum that is written goes before it.
    if written.max_replicas.is_none() && settings.max_replicas < settings.min_replicas {
        settings.max_replicas = settings.min_replicas;
        if let Some(row) = rows.iter_mut().find(|row| row.name == "max_replicas") {
            row.value = settings.max_replicas.unwrap_or(row.value);
            row.raised = true;
        }
    }
    (settings, rows)
}
