//! The app's page with its configuration, and its Content-Security-Policy.

use std::io::Write;

use axum::body::Bytes;
use axum::http::HeaderValue;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use url::Url;

use crate::config::Config;

/// The page, prepared at start: complete, compressed, and with its policy.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) html: Bytes,
    pub(crate) brotli: Bytes,
    pub(crate) gzip: Bytes,
    pub(crate) etag: HeaderValue,
    pub(crate) policy: HeaderValue,
}

impl Page {
    /// Creates the page from the built `index.html`; `None` if it has no head.
    pub(crate) fn new(built: &str, config: &Config) -> Option<Self> {
        let built = with_base(built, &config.base_path());
        let head_end = built.to_ascii_lowercase().find("</head>")?;
        let (before, after) = built.split_at(head_end);
        let html = format!("{before}{}{after}", head(config));
        let policy = HeaderValue::try_from(policy(&html, config)).ok()?;
        let etag = BASE64_STANDARD.encode(Sha256::digest(&html));
        Some(Self {
            brotli: brotli(html.as_bytes())?.into(),
            gzip: gzip(html.as_bytes())?.into(),
            etag: HeaderValue::try_from(format!("\"{etag}\"")).ok()?,
            policy,
            html: html.into(),
        })
    }
}

/// Makes the page's relative URLs start at the path of the backend.
fn with_base(built: &str, path: &str) -> String {
    let base = format!("<base href=\"{}/\">", attribute(path));
    // As in the source, or as the minifier writes it.
    let built = built.replacen("<base href=/>", &base, 1);
    built.replacen("<base href=\"/\">", &base, 1)
}

/// Returns the configuration, which saves the app a request, and a hint to connect to the host of Link's script early.
fn head(config: &Config) -> String {
    let json = serde_json::to_string(&config.for_browser()).unwrap_or_default();
    // Only `<` could end the script element; the others make the text safe in other contexts too.
    let json = json
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026");
    format!(
        "<script type=\"application/json\" id=\"connect-config\">{json}</script>\
         <link rel=\"preconnect\" href=\"{}\">",
        attribute(&origin(&config.plaid.link_script_url)),
    )
}

/// Returns the strictest Content-Security-Policy that allows the app, WebAssembly and Link.
fn policy(html: &str, config: &Config) -> String {
    let link = &config.plaid.link_script_url;
    let mut link_script = link.clone();
    link_script.set_query(None);
    link_script.set_fragment(None);
    // Both characters would end a source of the policy.
    let link_script = link_script.as_str().replace(';', "%3B").replace(',', "%2C");
    let link_origin = origin(link);
    // The API and Link have one origin in the emulator, two at Plaid.
    let mut connect = vec![
        "'self'".to_owned(),
        origin(&config.plaid.base_url),
        link_origin.clone(),
    ];
    connect.dedup();
    [
        "default-src 'none'".to_owned(),
        format!(
            "script-src 'self' 'wasm-unsafe-eval'{} {link_script}",
            script_hashes(html)
        ),
        // Link adds style elements and attributes to the page; Plaid requires this.
        "style-src 'self' 'unsafe-inline'".to_owned(),
        "img-src 'self' data:".to_owned(),
        "font-src 'self'".to_owned(),
        "manifest-src 'self'".to_owned(),
        format!("connect-src {}", connect.join(" ")),
        format!("frame-src {link_origin}"),
        "frame-ancestors 'none'".to_owned(),
        "base-uri 'self'".to_owned(),
        "form-action 'self'".to_owned(),
    ]
    .join("; ")
}

/// Returns the hash of each inline script, as sources of the policy.
fn script_hashes(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let mut sources = String::new();
    let mut at = 0;
    while let Some(start) = lower[at..].find("<script").map(|found| at + found) {
        let Some(content) = lower[start..].find('>').map(|found| start + found + 1) else {
            break;
        };
        let Some(end) = lower[content..]
            .find("</script")
            .map(|found| content + found)
        else {
            break;
        };
        let is_inline = !lower[start..content].contains(" src=");
        if is_inline {
            // Browsers hash the text after parsing, which normalizes line ends.
            let text = html[content..end].replace("\r\n", "\n").replace('\r', "\n");
            let hash = BASE64_STANDARD.encode(Sha256::digest(text));
            sources.push_str(&format!(" 'sha256-{hash}'"));
        }
        at = end;
    }
    sources
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

fn brotli(text: &[u8]) -> Option<Vec<u8>> {
    let mut compressed = Vec::new();
    let best = BrotliEncoderParams::default();
    brotli::BrotliCompress(&mut &*text, &mut compressed, &best).ok()?;
    Some(compressed)
}

fn gzip(text: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).ok()?;
    encoder.finish().ok()
}
