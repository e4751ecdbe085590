//! What all of the apps do: an app that uses gloo-net and serde-wasm-bindgen as most do.

use gloo_net::http::Request;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Who is signed in.
#[derive(Debug, Deserialize)]
pub struct Session {
    /// The user.
    pub user_id: String,
}

/// A Link token.
#[derive(Debug, Deserialize)]
pub struct Grant {
    /// The token.
    pub link_token: String,
    /// The seconds it has left.
    pub expires_in_seconds: u32,
}

/// What a page is told to do.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Settings {
    /// Where the backend is.
    pub backend: String,
}

/// Reads the page's settings, by serde-wasm-bindgen.
#[must_use]
pub fn settings() -> Settings {
    let settings = window().get("settings").map(Into::into).unwrap_or_default();
    serde_wasm_bindgen::from_value(settings).unwrap_or_default()
}

/// Asks who is signed in, by gloo-net.
///
/// # Errors
///
/// What went wrong.
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

/// Asks for a Link token, by gloo-net.
///
/// # Errors
///
/// What went wrong.
pub async fn link_token(settings: &Settings) -> Result<Grant, String> {
    let request = Request::post(&format!("{}/link/tokens", settings.backend)).json(settings);
    let answer = request.map_err(|error| error.to_string())?.send().await;
    answer
        .map_err(|error| error.to_string())?
        .json()
        .await
        .map_err(|error| error.to_string())
}

/// Sends a public token, by gloo-net.
///
/// # Errors
///
/// What went wrong.
pub async fn submit(settings: &Settings, public_token: &str) -> Result<Session, String> {
    let request = Request::post(&format!("{}/items", settings.backend)).json(public_token);
    let answer = request.map_err(|error| error.to_string())?.send().await;
    answer
        .map_err(|error| error.to_string())?
        .json()
        .await
        .map_err(|error| error.to_string())
}
