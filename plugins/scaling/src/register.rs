//! What is registered.

use std::sync::Arc;

use plimsoll_core::policy::ScalingPolicy;
use plimsoll_core::registry::{FactoryError, Origin, Registration, Registry};

use crate::options::{Described, read, schema};
use crate::{Baseten, Fixed, Hpa, Knative, Little, Predictive, RayServe, Tressi};

/// Adds every policy of this crate to a registry.
///
/// # Errors
/// When a name is taken.
pub fn register(registry: &mut Registry) -> Result<(), FactoryError> {
    let policies = &mut registry.policies;
    policies.register(policy(
        "Baseten's autoscaler: requests in flight over a window, halved down after a delay.",
        Baseten::new,
    ))?;
    policies.register(policy("Always the same number.", Fixed::new))?;
    policies.register(policy(
        "Kubernetes' horizontal pod autoscaler, with stabilisation and behaviour.",
        Hpa::new,
    ))?;
    policies.register(policy(
        "Knative's pod autoscaler, with stable and panic windows.",
        Knative::new,
    ))?;
    policies.register(policy(
        "The fewest load workers that hold a rate, by Little's law with headroom.",
        Little::new,
    ))?;
    policies.register(policy(
        "Replicas for the load that is forecast, with a reactive floor.",
        Predictive::new,
    ))?;
    policies.register(policy(
        "Ray Serve's autoscaler: requests in flight, with delays both ways.",
        RayServe::new,
    ))?;
    policies.register(policy(
        "Tressi's rule for load workers: thresholds on the rate that is held.",
        Tressi::new,
    ))
}

fn policy<O, P>(
    summary: &str,
    make: fn(O) -> Result<P, FactoryError>,
) -> Registration<dyn ScalingPolicy>
where
    O: Described + 'static,
    P: ScalingPolicy + 'static,
{
    Registration {
        name: O::POLICY.to_owned(),
        summary: summary.to_owned(),
        origin: Origin::linked("scaling", env!("CARGO_PKG_VERSION")),
        options_schema: schema::<O>(),
        factory: Arc::new(move |_, options| Ok(Box::new(make(read(options)?)?))),
    }
}
