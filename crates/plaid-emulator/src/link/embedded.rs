//! The search for a bank inside the host's own page.

use askama::Template;
use axum::{Form, Router, extract::State, response::Response, routing::post};
use serde::Deserialize;

use super::{
    html::{filters, page},
    panes::{appearance, client_name},
    render::banks,
    template::Frame,
    text::Text,
    visit::{Terms, Visit},
    visits::token_for_listing,
};
use crate::{
    app::App,
    world::{LinkTokenRequest, SandboxInstitution},
};

const PATH: &str = "/link/v2/stable/institutions";

/// More tiles help nobody: whoever does not see the bank searches.
const TILES: usize = 15;

pub(super) fn router() -> Router<App> {
    Router::new().route(PATH, post(list))
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Asked {
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

async fn list(State(app): State<App>, Form(asked): Form<Asked>) -> Response {
    let token = token_for_listing(&app, &asked.token);
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
        Ok(_) => banks(&visit, app.world.institutions(), asked.query.trim()),
        Err(_) => Vec::new(),
    };
    found.truncate(TILES);
    page(&Embedded {
        frame,
        token: &asked.token,
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
