//! The root module: what a library exports, once it is loaded.

#![cfg_attr(
    feature = "test-newer",
    expect(unsafe_code, reason = "what may be missing is asked for so")
)]

use abi_stable::StableAbi;
use abi_stable::library::RootModule;
use abi_stable::package_version_strings;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::RSlice;

#[cfg(not(feature = "test-older"))]
use super::Deployer;
use super::{Policy, Reply, Resolver, Source, Strategy, With};

/// What a library exports.
///
/// The functions that make something take the plugin, `@`, its version, `/` and the name, as
/// [`describe`](Self::describe) lists them, and options, which the host has checked against their
/// schema.
#[derive(StableAbi)]
#[repr(C)]
#[sabi(kind(Prefix(prefix_ref = PluginRef)))]
#[sabi(missing_field(panic))]
pub struct Plugin {
    /// What is registered, as a document.
    pub describe: extern "C" fn() -> Reply,
    /// Makes a scaling policy.
    pub policy: extern "C" fn(name: RSlice<'_, u8>, options: RSlice<'_, u8>) -> With<Policy>,
    /// Makes a distribution strategy.
    pub strategy: extern "C" fn(name: RSlice<'_, u8>, options: RSlice<'_, u8>) -> With<Strategy>,
    /// Makes a configuration source.
    pub source: extern "C" fn(name: RSlice<'_, u8>, options: RSlice<'_, u8>) -> With<Source>,
    /// Makes an override resolver.
    #[cfg_attr(feature = "test-older", sabi(last_prefix_field))]
    pub resolver: extern "C" fn(name: RSlice<'_, u8>, options: RSlice<'_, u8>) -> With<Resolver>,
    /// Makes a deployer.
    #[cfg(not(feature = "test-older"))]
    #[sabi(last_prefix_field)]
    pub deployer: extern "C" fn(name: RSlice<'_, u8>, options: RSlice<'_, u8>) -> With<Deployer>,
    #[cfg(feature = "test-newer")]
    #[doc(hidden)]
    pub added: extern "C" fn() -> Reply,
}

impl RootModule for PluginRef {
    abi_stable::declare_root_module_statics! {PluginRef}

    const BASE_NAME: &'static str = "plimsoll_plugin";
    const NAME: &'static str = "plimsoll_plugin";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}
