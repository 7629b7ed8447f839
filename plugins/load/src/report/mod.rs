//! Reports of a run, each as the bytes of a file.
