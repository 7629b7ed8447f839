//! Both sides of the border of dynamic libraries.
