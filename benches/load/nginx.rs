//! nginx as the server, where it is installed: what load generators are compared against.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::bench::{Bench, Core, command, is_installed};

/// An nginx of one process, which runs until it is dropped.
pub(crate) struct Nginx {
    process: Child,
    address: SocketAddr,
    _folder: TempDir,
}

impl Nginx {
    /// Starts one; none where it is not installed.
    pub(crate) fn start(bench: &Bench) -> Result<Option<Self>> {
        if !is_installed("nginx", "-v") {
            return Ok(None);
        }
        let folder = tempfile::tempdir()?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let place = folder.path().display().to_string();
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, configuration(&place, port))?;
        std::fs::write(folder.path().join("file"), "x".repeat(128))?;
        let file = file.display().to_string();
        let process = command(&bench.on(Core::Server, &["nginx", "-p", &place, "-c", &file]))
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("nginx cannot be started")?;
        let mut nginx = Self {
            process,
            address: port,
            _folder: folder,
        };
        for _ in 0..200 {
            if TcpStream::connect(port).is_ok() {
                return Ok(Some(nginx));
            }
            if let Some(status) = nginx.process.try_wait()? {
                bail!("nginx ended at once: {status}");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        bail!("nginx does not listen on {port}")
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/file", self.address)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // It is one process, so that nothing of it is left.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One process, a file that stays open, connections for as many requests as may come.
fn configuration(place: &str, address: SocketAddr) -> String {
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {place}/{name};"))
        .join(" ");
    format!(
        "daemon off; master_process off; worker_processes 1; pid {place}/nginx.pid;
error_log {place}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; default_type text/plain; open_file_cache max=10 inactive=1h; {temporary}
  keepalive_requests 1000000000; keepalive_timeout 1h;
  server {{ listen {address}; root {place}; }}
}}
"
    )
}
