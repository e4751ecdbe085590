//! Link: its script, its panes and the bank's own page.
//!
//! `step` is the state machine of a visit, `session` connects it to the world, `panes` serves it over HTTP, `render` creates the HTML.

mod assets;
mod bank;
mod challenge;
mod choice;
mod embedded;
mod event;
mod html;
mod layer;
mod oauth;
mod opening;
mod pane;
mod panes;
mod phone;
mod render;
mod session;
pub(crate) mod sessions;
mod sign_in;
mod step;
mod surface;
mod template;
mod text;
mod visit;

use axum::Router;

pub(crate) use self::{
    bank::{accounts, sign_in},
    challenge::Answer,
};
use crate::state::AppState;

pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .merge(assets::router())
        .merge(panes::router())
        .merge(oauth::router())
        .merge(embedded::router())
        .merge(layer::router())
}
