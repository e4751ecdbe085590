//! The common part of the apps: typical use of gloo-net and serde-wasm-bindgen.

use gloo_net::http::Request;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The session of the signed-in user.
#[derive(Debug, Deserialize)]
pub struct Session {
    /// The user's id.
    pub user_id: String,
}

/// A Link token.
#[derive(Debug, Deserialize)]
pub struct Grant {
    /// The token.
    pub link_token: String,
    /// The seconds until it expires.
    pub expires_in_seconds: u32,
}

/// The settings in a page.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Settings {
    /// The address of the backend.
    pub backend: String,
}

/// Reads the page's settings with serde-wasm-bindgen.
#[must_use]
pub fn settings() -> Settings {
    let settings = window().get("settings").map(Into::into).unwrap_or_default();
    serde_wasm_bindgen::from_value(settings).unwrap_or_default()
}

/// Requests the session with gloo-net.
///
/// # Errors
///
/// Returns the message of a failed request.
pub async fn session(settings: &Settings) -> Result<Session, String> {
    let answer = Request::get(&format!("{}/session", settings.backend))
        .send()
        .await;
    answer
        .map_err(|error| error.to_string())?
        .json()
        .await
        .map_err(|error| error.to_string())
}

/// Requests a Link token with gloo-net.
///
/// # Errors
///
/// Returns the message of a failed request.
pub async fn link_token(settings: &Settings) -> Result<Grant, String> {
    let request = Request::post(&format!("{}/link/tokens", settings.backend)).json(settings);
    let answer = request.map_err(|error| error.to_string())?.send().await;
    answer
        .map_err(|error| error.to_string())?
        .json()
        .await
        .map_err(|error| error.to_string())
}

/// Sends a public token with gloo-net.
///
/// # Errors
///
/// Returns the message of a failed request.
pub async fn submit(settings: &Settings, public_token: &str) -> Result<Session, String> {
    let request = Request::post(&format!("{}/items", settings.backend)).json(public_token);
    let answer = request.map_err(|error| error.to_string())?.send().await;
    answer
        .map_err(|error| error.to_string())?
        .json()
        .await
        .map_err(|error| error.to_string())
}
