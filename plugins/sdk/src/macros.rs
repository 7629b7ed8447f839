//! The one macro of an author.

/// Names what a plugin has: makes its `pub fn register(&mut Registry)`, announces it to programs that
/// link it, and, where the crate's feature `dylib` is on, writes the metadata by which a host finds it
/// in a dynamic library.
///
/// A crate has one of these. Each list may be left out; what stands in it is a name (lower-case
/// letters, digits and `-`), a sentence on what it is, and a constructor
/// (`fn(Options) -> Result<impl Trait, impl Display>`):
///
/// ```ignore
/// plimsoll_sdk::plugin! {
///     name: "acme",
///     sources: [("toml", "Reads acme.toml.", TomlSource::new)],
///     resolvers: [("shallow", "Replaces whole lists.", Shallow::new)],
///     deployers: [("shelf", "Copies to a folder.", Shelf::new)],
///     distribution_strategies: [("halves", "Half of what is left to each.", Halves::new)],
///     scaling_policies: [("steps", "One replica at a time.", Steps::new)],
/// }
/// ```
///
/// A crate that registers in its own way names its function and what that registers instead:
///
/// ```ignore
/// plimsoll_sdk::plugin! {
///     name: "acme",
///     register: register,
///     provides: ["scaling-policy/steps", "scaling-policy/waves"],
/// }
/// ```
#[macro_export]
macro_rules! plugin {
    (
        name: $name:literal,
        register: $register:path,
        provides: [$($provides:expr),* $(,)?] $(,)?
    ) => {
        const _: () = assert!(
            $crate::core::registry::is_name($name),
            "the name of a plugin is lower-case letters, digits and `-`"
        );
        $crate::core::plugin!($name, $register);
        #[cfg(feature = "dylib")]
        $crate::metadata!($name, concat!($($provides, " "),*));
    };
    (
        name: $name:literal
        $(, sources: [$(($source:literal, $source_is:literal, $make_source:expr)),* $(,)?])?
        $(, resolvers: [$(($resolver:literal, $resolver_is:literal, $make_resolver:expr)),* $(,)?])?
        $(, deployers: [$(($deployer:literal, $deployer_is:literal, $make_deployer:expr)),* $(,)?])?
        $(, distribution_strategies: [
            $(($strategy:literal, $strategy_is:literal, $make_strategy:expr)),* $(,)?
        ])?
        $(, scaling_policies: [$(($policy:literal, $policy_is:literal, $make_policy:expr)),* $(,)?])?
        $(,)?
    ) => {
        /// Adds what this plugin has to a registry.
        ///
        /// # Errors
        /// When it has been added before.
        pub fn register(
            registry: &mut $crate::core::registry::Registry,
        ) -> ::core::result::Result<(), $crate::core::registry::FactoryError> {
            let origin = $crate::core::registry::Origin::linked($name, env!("CARGO_PKG_VERSION"));
            $($(registry.sources.register(
                $crate::register::source($source, $source_is, &origin, $make_source))?;)*)?
            $($(registry.resolvers.register(
                $crate::register::resolver($resolver, $resolver_is, &origin, $make_resolver))?;)*)?
            $($(registry.deployers.register(
                $crate::register::deployer($deployer, $deployer_is, &origin, $make_deployer))?;)*)?
            $($(registry.strategies.register($crate::register::distribution_strategy(
                $strategy, $strategy_is, &origin, $make_strategy))?;)*)?
            $($(registry.policies.register($crate::register::scaling_policy(
                $policy, $policy_is, &origin, $make_policy))?;)*)?
            let _ = (&origin, registry);
            Ok(())
        }

        const _: () = {
            const fn named(name: &str) {
                assert!(
                    $crate::core::registry::is_name(name),
                    "the name of what a plugin has is lower-case letters, digits and `-`"
                );
            }
            $($(named($source);)*)?
            $($(named($resolver);)*)?
            $($(named($deployer);)*)?
            $($(named($strategy);)*)?
            $($(named($policy);)*)?
        };

        $crate::plugin! {
            name: $name,
            register: register,
            provides: [
                $($(concat!("source/", $source),)*)?
                $($(concat!("resolver/", $resolver),)*)?
                $($(concat!("deployer/", $deployer),)*)?
                $($(concat!("distribution-strategy/", $strategy),)*)?
                $($(concat!("scaling-policy/", $policy),)*)?
            ],
        }
    };
}

/// Writes the metadata of a plugin into a section of its library.
#[cfg(feature = "dylib")]
#[doc(hidden)]
#[macro_export]
macro_rules! metadata {
    ($name:literal, $provides:expr) => {
        const _: () = {
            use $crate::border::metadata;
            const PARTS: [&str; 19] = [
                "{\"format\":1,\"name\":\"",
                $name,
                "\",\"version\":\"",
                env!("CARGO_PKG_VERSION"),
                "\",\"border\":\"",
                metadata::BORDER,
                "\",\"sdk\":\"",
                metadata::SDK,
                "\",\"panic\":\"",
                if cfg!(panic = "unwind") {
                    "unwind"
                } else {
                    "abort"
                },
                "\",\"rustc\":\"",
                metadata::RUSTC,
                "\",\"target\":\"",
                metadata::TARGET,
                "\",\"provides\":\"",
                $provides,
                "\"",
                "}",
                "\n",
            ];
            #[used]
            #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__plimsoll"))]
            #[cfg_attr(windows, unsafe(link_section = ".plimsol"))]
            #[cfg_attr(
                not(any(target_vendor = "apple", windows)),
                unsafe(link_section = ".plimsoll")
            )]
            static METADATA: [u8; metadata::length(&PARTS)] = metadata::joined(&PARTS);
        };
    };
}
