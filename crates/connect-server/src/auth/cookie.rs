//! The cookie of a session, as strict as browsers accept it at the address of the page.

use axum::http::{HeaderMap, header};
use axum_extra::extract::cookie::{Cookie, SameSite};
use url::{Host, Url};

use crate::config::Config;

/// The cookies of a backend, by the address at which browsers reach it.
#[derive(Debug)]
pub(crate) struct SessionCookie {
    /// Accepted by browsers from a secure connection only.
    secure: Form,
    /// For http on this machine, where Safari drops secure cookies. `None` if browsers reach the backend over https.
    local: Option<Form>,
}

/// The name, path and security of a cookie.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) name: &'static str,
    path: String,
    is_secure: bool,
}

impl SessionCookie {
    pub(crate) fn new(config: &Config) -> Self {
        let path = format!("{}/", config.base_path());
        let secure = Form {
            // `__Host-` makes browsers accept the cookie from this host only, and requires the path `/`.
            name: if path == "/" {
                "__Host-connect"
            } else {
                "__Secure-connect"
            },
            path: path.clone(),
            is_secure: true,
        };
        let local = Form {
            name: "connect",
            path,
            is_secure: false,
        };
        let is_https = |url: &Url| url.scheme() == "https";
        let local = (!config.public_url.as_ref().is_some_and(is_https)).then_some(local);
        Self { secure, local }
    }

    /// Returns the form for a request with these headers.
    pub(crate) fn form(&self, headers: &HeaderMap) -> &Form {
        match &self.local {
            Some(local) if is_local_http(headers) => local,
            _ => &self.secure,
        }
    }
}

impl Form {
    /// Creates the cookie.
    pub(crate) fn cookie(&self, value: String, max_age: time::Duration) -> Cookie<'static> {
        Cookie::build((self.name, value))
            .path(self.path.clone())
            .http_only(true)
            .secure(self.is_secure)
            .same_site(SameSite::Lax)
            .max_age(max_age)
            .build()
    }
}

/// Whether the browser sees an http address of its own machine.
fn is_local_http(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &axum::http::HeaderValue| value.to_str().ok())
    };
    if text(header::HeaderName::from_static("x-forwarded-proto")) == Some("https") {
        return false;
    }
    let host = text(header::HOST).and_then(|host| Url::parse(&format!("http://{host}")).ok());
    match host.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
