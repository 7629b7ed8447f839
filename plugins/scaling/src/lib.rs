//! Scaling policies.
