//! The one YAML reader and the one YAML writer.
