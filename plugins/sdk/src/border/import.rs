//! Registers what a library has.

#![expect(unsafe_code, reason = "the border passes objects as pointers")]

use std::sync::Arc;

use plimsoll_abi::abi_stable::std_types::RSlice;
use plimsoll_abi::v1::{PluginRef, With};
use plimsoll_core::deployer::Deployer;
use plimsoll_core::distribution::DistributionStrategy;
use plimsoll_core::policy::ScalingPolicy;
use plimsoll_core::registry::{
    Catalogue, Factory, FactoryError, Library, Origin, Registration, Registry, is_name,
};
use plimsoll_core::resolver::OverrideResolver;
use plimsoll_core::source::ConfigSource;
use serde_json::Value as Json;

use super::document::{FactoryFailure, Registered};
use super::owned::{Object, Owned};
use super::reply::{Fault, document, read, read_failure, read_with};
use super::{
    ImportedDeployer, ImportedPolicy, ImportedResolver, ImportedSource, ImportedStrategy, Limits,
};

/// What a library has, in the words of its metadata.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Provided {
    /// The plugin.
    pub plugin: String,
    /// What kind of thing it is: `scaling-policy`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The plugin's version.
    pub version: String,
}

/// Registers everything that these plugins of a library have, and says what that is. What else is linked
/// into the library is passed over: it is there for the plugin's own use.
///
/// # Safety
/// The module is of a library that keeps to the contract of the border.
///
/// # Errors
/// When the library does not say, or says what makes no sense; when a name is taken by the same
/// plugin in the same version.
pub unsafe fn registrations(
    root: PluginRef,
    plugins: &[&str],
    library: &Arc<Library>,
    limits: Limits,
    registry: &mut Registry,
) -> Result<Vec<Provided>, String> {
    let listed: Vec<Registered> =
        read((root.describe())()).map_err(|fault| format!("it {fault}"))?;
    let mut provided = Vec::new();
    let announced = |one: &Registered| plugins.contains(&&*one.plugin);
    for one in listed.into_iter().filter(announced) {
        for name in [&one.plugin, &one.name] {
            if !is_name(name) {
                return Err(format!("it registers `{name}`, which is no name"));
            }
        }
        provided.push(Provided {
            plugin: one.plugin.clone(),
            kind: one.kind.clone(),
            name: one.name.clone(),
            version: one.version.clone(),
        });
        register(root, library, limits, registry, one)?;
    }
    Ok(provided)
}

fn register(
    root: PluginRef,
    library: &Arc<Library>,
    limits: Limits,
    registry: &mut Registry,
    one: Registered,
) -> Result<(), String> {
    match one.kind.clone().as_str() {
        "scaling-policy" => add(
            &mut registry.policies,
            library,
            one,
            move |name, options| {
                let object = made(root.policy(), name, options)?;
                let policy = ImportedPolicy::of(object, &name.shown);
                Ok(Box::new(policy) as Box<dyn ScalingPolicy>)
            },
        ),
        "distribution-strategy" => add(
            &mut registry.strategies,
            library,
            one,
            move |name, options| {
                let object = made(root.strategy(), name, options)?;
                let strategy = ImportedStrategy::of(object, &name.shown);
                Ok(Box::new(strategy) as Box<dyn DistributionStrategy>)
            },
        ),
        "source" => add(&mut registry.sources, library, one, move |name, options| {
            let object = made(root.source(), name, options)?;
            let source = ImportedSource::of(object, &name.shown);
            Ok(Box::new(source) as Box<dyn ConfigSource>)
        }),
        "resolver" => add(
            &mut registry.resolvers,
            library,
            one,
            move |name, options| {
                let object = made(root.resolver(), name, options)?;
                let resolver = ImportedResolver::of(object, &name.shown);
                Ok(Box::new(resolver) as Box<dyn OverrideResolver>)
            },
        ),
        "deployer" => add(
            &mut registry.deployers,
            library,
            one,
            move |name, options| {
                let object = made(root.deployer(), name, options)?;
                let deployer = ImportedDeployer::of(object, &name.shown, limits);
                Ok(Box::new(deployer) as Box<dyn Deployer>)
            },
        ),
        // A library may have kinds of things that this program does not know.
        _ => Ok(()),
    }
}

/// The names of a thing: by which its library knows it, and by which people do.
struct Name {
    asked: String,
    shown: String,
}

fn add<T: ?Sized + 'static>(
    catalogue: &mut Catalogue<T>,
    library: &Arc<Library>,
    one: Registered,
    make: impl Fn(&Name, &Json) -> Result<Box<T>, FactoryError> + Send + Sync + 'static,
) -> Result<(), String> {
    let name = Name {
        asked: format!("{}@{}/{}", one.plugin, one.version, one.name),
        shown: format!("{}/{}", one.plugin, one.name),
    };
    let factory: Factory<T> = Arc::new(move |_, options| make(&name, options));
    let registration = Registration {
        name: one.name,
        summary: one.summary,
        origin: Origin {
            plugin: one.plugin.into(),
            version: one.version.into(),
            library: Some(Arc::clone(library)),
        },
        options_schema: one.options_schema,
        factory,
    };
    catalogue
        .register(registration)
        .map_err(|error| error.to_string())
}

fn made<O>(
    make: extern "C" fn(RSlice<'_, u8>, RSlice<'_, u8>) -> With<O>,
    name: &Name,
    options: &Json,
) -> Result<Owned<O>, FactoryError>
where
    O: Object,
{
    let failed = |message: String| FactoryError::Failed {
        name: name.shown.clone(),
        message,
    };
    let options = document(options).map_err(failed)?;
    let made = make(name.asked.as_bytes().into(), options.as_slice().into());
    match read_with(made) {
        Ok(((), object)) => Ok(object),
        Err(Fault::Failed(body)) => Err(match read_failure::<FactoryFailure>(&body) {
            Ok(failure) => failure.read(&name.shown),
            Err(fault) => failed(format!("it {fault}")),
        }),
        Err(fault) => Err(failed(format!("it {fault}"))),
    }
}
