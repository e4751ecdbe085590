//! Link: its script, its panes and the bank's own page.
//!
//! `step` is the state machine, `session` what is around it, `panes` the way in over HTTP, `render` the way out.

mod assets;
mod bank;
mod challenge;
mod choice;
mod embedded;
mod event;
mod html;
mod layer;
mod oauth;
mod pane;
mod panes;
mod phone;
mod render;
mod session;
mod sign_in;
mod step;
mod surface;
mod template;
mod text;
mod visit;
mod visits;

use axum::Router;

pub(crate) use self::{
    bank::{Answer, holdings, sign_in},
    visits::Visits,
};
use crate::app::App;

pub(crate) fn router() -> Router<App> {
    Router::new()
        .merge(assets::router())
        .merge(panes::router())
        .merge(oauth::router())
        .merge(embedded::router())
        .merge(layer::router())
}
