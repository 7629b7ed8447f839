//! Reads Truss directories and config.yaml files.
