//! The embedded Baseten-compatible platform: server and deployer.
