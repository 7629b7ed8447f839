//! Files from the world.
