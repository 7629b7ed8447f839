//! Plans and pushes to a Baseten-style platform over REST.
