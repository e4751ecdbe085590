//! nginx in front of a backend, with the settings that it has by default.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command};

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::{DEADLINE, POLL_INTERVAL};

/// A running nginx. It ends when dropped.
#[derive(Debug)]
pub struct Nginx {
    process: Child,
    _folder: TempDir,
}

/// The address of an nginx that is not running yet.
#[derive(Clone, Copy, Debug)]
pub struct NginxAddress {
    port: u16,
}

impl NginxAddress {
    /// Chooses a free port.
    ///
    /// # Panics
    /// When no port is free.
    #[must_use]
    pub fn choose() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        Self { port }
    }

    /// Returns the URL of a path.
    #[must_use]
    pub fn url(self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Starts nginx, which forwards everything under `path` to `target`: with the same path, or under the target's own.
    ///
    /// # Panics
    /// When nginx is missing or does not start.
    pub async fn start(self, path: &str, target: &str) -> Nginx {
        let folder = TempDir::new().expect("a directory for nginx");
        let file = folder.path().join("nginx.conf");
        fs::write(&file, self.configuration(folder.path(), path, target)).expect("a file");
        let program = env::var("NGINX").unwrap_or_else(|_| "nginx".to_owned());
        let mut command = Command::new(program);
        let mut process = command
            .arg("-c")
            .arg(&file)
            .arg("-e")
            .arg(folder.path().join("error.log"))
            .spawn()
            .expect("nginx starts: install the package `nginx-light`, or set NGINX to its path");
        let listens = async {
            while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
                let ended = process.try_wait().expect("a process");
                assert_eq!(ended, None, "nginx has ended");
                sleep(POLL_INTERVAL).await;
            }
        };
        timeout(DEADLINE, listens).await.expect("nginx listens");
        Nginx {
            process,
            _folder: folder,
        }
    }

    fn configuration(self, folder: &Path, path: &str, target: &str) -> String {
        let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {}/{name};", folder.display()));
        format!(
            "daemon off; master_process off; pid {folder}/nginx.pid;
            events {{ }}
            http {{
                access_log off; {paths}
                server {{
                    listen 127.0.0.1:{port};
                    location {path} {{ proxy_pass {target}; }}
                }}
            }}",
            folder = folder.display(),
            paths = paths.join(" "),
            port = self.port,
        )
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
