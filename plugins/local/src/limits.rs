//! Bounds on what the platform takes from its clients.

use std::time::Duration;

/// Bounds on what the platform takes from its clients. The defaults suit one machine.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The largest JSON body, in bytes.
    pub body_bytes: usize,
    /// The most header lines of a request.
    pub headers: usize,
    /// How long a client may take to send the head of a request.
    pub header_read: Duration,
    /// How long a request other than an upload or a download may take.
    pub request: Duration,
    /// How long an upload may send nothing.
    pub upload_idle: Duration,
    /// The most connections at a time; more wait.
    pub connections: usize,
    /// How long requests in progress may go on after a shutdown was asked for.
    pub shutdown_grace: Duration,
    /// The largest archive, in bytes.
    pub archive_bytes: u64,
    /// The most files in an archive.
    pub archive_files: usize,
    /// The largest `config.yaml` in an archive, in bytes.
    pub config_file_bytes: u64,
    /// How long upload credentials are valid.
    pub upload_credentials: Duration,
    /// The most multipart uploads at a time. One that sent nothing for [`upload_idle`] gives way.
    ///
    /// [`upload_idle`]: Self::upload_idle
    pub multipart_uploads: usize,
    /// How many deployments are worked on at a time.
    pub concurrent_builds: usize,
    /// How long a download address is valid.
    pub download: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 4 << 20,
            headers: 64,
            header_read: Duration::from_secs(15),
            request: Duration::from_secs(30),
            upload_idle: Duration::from_secs(60),
            connections: 512,
            shutdown_grace: Duration::from_secs(5),
            archive_bytes: 16 << 30,
            archive_files: 100_000,
            config_file_bytes: 1 << 20,
            upload_credentials: Duration::from_secs(6 * 60 * 60),
            multipart_uploads: 64,
            concurrent_builds: 2,
            download: Duration::from_secs(15 * 60),
        }
    }
}
