//! The embedded search for a bank in the host's page.

use askama::Template;
use axum::{Form, Router, extract::State, response::Response, routing::post};
use serde::Deserialize;

use super::{
    html::{filters, page},
    opening::token_for_listing,
    render::banks,
    template::{Frame, appearance, client_name},
    text::Text,
    visit::{Terms, Visit},
};
use crate::{seed::SandboxInstitution, state::AppState, world::LinkTokenRequest};

const PATH: &str = "/link/v2/stable/institutions";

/// The number of banks that are shown. The user searches for others.
const TILES: usize = 15;

pub(super) fn router() -> Router<AppState> {
    Router::new().route(PATH, post(list))
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Search {
    token: String,
    query: String,
}

#[derive(Template)]
#[template(path = "embedded.html")]
struct Embedded<'a> {
    frame: Frame<'a>,
    token: &'a str,
    problem: Option<&'static str>,
    banks: Vec<&'a SandboxInstitution>,
}

async fn list(State(app): State<AppState>, Form(search): Form<Search>) -> Response {
    let token = token_for_listing(&app.world, &search.token);
    let request = token
        .as_ref()
        .map(|token| token.request.clone())
        .unwrap_or_default();
    let visit = Visit::begin(
        Terms {
            request,
            update: None,
        },
        None,
        Vec::new(),
    );
    let frame = frame(&visit.terms.request);
    let problem = token
        .as_ref()
        .err()
        .map(|error| (frame.text.problem)(&error.error_code).1);
    let mut found = match token {
        Ok(_) => banks(&visit, app.world.institutions(), search.query.trim()),
        Err(_) => Vec::new(),
    };
    found.truncate(TILES);
    page(&Embedded {
        frame,
        token: &search.token,
        problem,
        banks: found,
    })
}

fn frame(request: &LinkTokenRequest) -> Frame<'_> {
    Frame {
        text: Text::in_language(&request.language),
        action: PATH.to_owned(),
        client: client_name(request),
        appearance: appearance(request),
        back: false,
        messages: Vec::new(),
    }
}
