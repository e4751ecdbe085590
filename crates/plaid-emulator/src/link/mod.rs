//! Link: its script, its panes and the bank's OAuth page.

use axum::Router;

use crate::app::App;

/// The visits to Link that are under way.
#[derive(Debug, Default)]
pub(crate) struct Visits;

impl Visits {
    pub(crate) fn reset(&self) {}
}

pub(crate) fn router() -> Router<App> {
    Router::new()
}
