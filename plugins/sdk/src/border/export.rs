//! The symbols of a plugin library: the handshake and the root module, which hands out what is linked
//! into the library and announced.
//!
//! They are defined here, once, however many plugins are linked together.

#![expect(unsafe_code, reason = "the symbols of the border are exported by name")]

use std::sync::OnceLock;

use plimsoll_abi::abi_stable::library::{
    __call_root_module_loader, CheckTypeLayout, LibHeader, ROOT_MODULE_LOADER_NAME,
    RootModuleResult,
};
use plimsoll_abi::abi_stable::prefix_type::PrefixTypeTrait as _;
use plimsoll_abi::abi_stable::std_types::RSlice;
use plimsoll_abi::handshake::{ABORTS, Handshake, MAGIC, MAJOR, MINOR, UNWINDS};
use plimsoll_abi::v1::{self, Plugin, PluginRef, Reply, With};
use plimsoll_core::registry::{Catalogue, FactoryContext, Registry};
use serde_json::Value as Json;

use super::document::{FactoryFailure, Registered};
use super::guard::listen;
use super::reply::{answer, answer_with, done, failed, lent, lent_text};
use super::{deployer, policy, resolver, source, strategy};
use super::{export_deployer, export_policy, export_resolver, export_source, export_strategy};

/// What the library says before anything else.
#[unsafe(no_mangle)]
pub extern "C" fn plimsoll_handshake() -> Handshake {
    Handshake {
        magic: MAGIC,
        major: MAJOR,
        minor: MINOR,
        panic: if cfg!(panic = "unwind") {
            UNWINDS
        } else {
            ABORTS
        },
        reserved: 0,
    }
}

/// Where a loader finds the root module and its layout.
#[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
pub static PLIMSOLL_ROOT: LibHeader =
    // SAFETY: the constructor returns a `PluginRef`, erased.
    unsafe { LibHeader::from_constructor::<PluginRef>(constructor, CheckTypeLayout::Yes) };

const _: () = {
    let (ours, theirs) = (
        b"_1as_0lib_1header_0root_bmodule_bloader",
        ROOT_MODULE_LOADER_NAME.as_bytes(),
    );
    assert!(ours.len() == theirs.len());
    let mut place = 0;
    while place < ours.len() {
        assert!(ours[place] == theirs[place]);
        place += 1;
    }
};

extern "C" fn constructor() -> RootModuleResult {
    __call_root_module_loader(root)
}

fn root() -> PluginRef {
    listen();
    Plugin {
        describe,
        policy: make_policy,
        strategy: make_strategy,
        source: make_source,
        resolver: make_resolver,
        deployer: make_deployer,
        #[cfg(feature = "test-newer")]
        added: describe,
    }
    .leak_into_prefix()
}

/// What is linked into this library.
fn linked() -> Result<&'static FactoryContext, String> {
    static LINKED: OnceLock<Result<FactoryContext, String>> = OnceLock::new();
    let linked = LINKED.get_or_init(|| match Registry::linked() {
        Ok(registry) => Ok(FactoryContext { registry }),
        Err(error) => Err(error.to_string()),
    });
    linked.as_ref().map_err(Clone::clone)
}

extern "C" fn describe() -> Reply {
    answer(|| {
        let registry = &linked()?.registry;
        let mut all = Vec::new();
        list("source", &registry.sources, &mut all);
        list("resolver", &registry.resolvers, &mut all);
        list("deployer", &registry.deployers, &mut all);
        list("distribution-strategy", &registry.strategies, &mut all);
        list("scaling-policy", &registry.policies, &mut all);
        Ok(done(&all))
    })
}

fn list<T: ?Sized>(kind: &str, catalogue: &Catalogue<T>, all: &mut Vec<Registered>) {
    all.extend(catalogue.iter().map(|one| Registered {
        plugin: one.origin.plugin.to_string(),
        version: one.origin.version.to_string(),
        kind: kind.to_owned(),
        name: one.name.clone(),
        summary: one.summary.clone(),
        options_schema: one.options_schema.clone(),
    }));
}

/// Makes something that is registered, and gives it away.
fn make<T: ?Sized, O>(
    catalogue: fn(&Registry) -> &Catalogue<T>,
    name: RSlice<'_, u8>,
    options: RSlice<'_, u8>,
    none: fn() -> O,
    export: fn(Box<T>) -> O,
) -> With<O> {
    answer_with(none, || {
        let context = linked()?;
        let (name, options) = (lent_text(name)?, lent::<Json>(options)?);
        Ok(
            match catalogue(&context.registry).make(&name, context, &options) {
                Ok(made) => (done(&()), Some(export(made))),
                Err(error) => (failed(&FactoryFailure::of(&error)), None),
            },
        )
    })
}

/// The function of the border that makes what implements one trait.
macro_rules! maker {
    ($name:ident: $catalogue:ident, $object:ident, $none:path, $export:path) => {
        extern "C" fn $name(name: RSlice<'_, u8>, options: RSlice<'_, u8>) -> With<v1::$object> {
            make(
                |registry| &registry.$catalogue,
                name,
                options,
                $none,
                $export,
            )
        }
    };
}

maker!(make_policy: policies, Policy, policy::none, export_policy);
maker!(make_strategy: strategies, Strategy, strategy::none, export_strategy);
maker!(make_source: sources, Source, source::none, export_source);
maker!(make_resolver: resolvers, Resolver, resolver::none, export_resolver);
maker!(make_deployer: deployers, Deployer, deployer::none, export_deployer);
