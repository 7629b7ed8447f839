//! The wire types of a Baseten-style platform, shared by client and server.
