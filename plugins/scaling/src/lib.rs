//! The bundled scaling policies: how many replicas or workers one workload should have.
//!
//! Each follows its original and says which; `docs/policies.md` has all of them side by side.

pub mod baseten;
pub mod fixed;
pub mod hpa;
pub mod knative;
pub mod little;
mod measure;
mod options;
pub mod predictive;
pub mod ray_serve;
mod register;
pub mod tressi;
mod window;

pub use baseten::{Baseten, BasetenOptions};
pub use fixed::{Fixed, FixedOptions};
pub use hpa::{Hpa, HpaOptions};
pub use knative::{Knative, KnativeOptions};
pub use little::{Little, LittleOptions};
pub use predictive::{Predictive, PredictiveOptions};
pub use ray_serve::{RayServe, RayServeOptions};
pub use register::register;
pub use tressi::{Tressi, TressiOptions};

plimsoll_sdk::plugin! {
    name: "scaling",
    register: register,
    provides: [
        "scaling-policy/baseten",
        "scaling-policy/fixed",
        "scaling-policy/hpa",
        "scaling-policy/knative",
        "scaling-policy/little",
        "scaling-policy/predictive",
        "scaling-policy/ray-serve",
        "scaling-policy/tressi",
    ],
}
