//! The own page of an OAuth bank, where the user allows or denies access.

use askama::Template;
use axum::{
    Form, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use serde::Deserialize;

use super::{
    html::{filters, page},
    step::BankPage,
    surface::Surface,
    template::{BankMark, client_name},
    text::Text,
};
use crate::state::AppState;

const PATH: &str = "/link/v2/stable/sandbox-oauth-login.html";

/// The errors that the user can choose on the page.
const CODES: &[&str] = &[
    "INSUFFICIENT_CREDENTIALS",
    "ACCESS_NOT_GRANTED",
    "NO_AUTH_ACCOUNTS",
];

pub(super) fn router() -> Router<AppState> {
    Router::new().route(PATH, get(show).post(answer))
}

/// Returns the URL of the bank's page for one session.
pub(super) fn url(state_id: &str) -> String {
    format!("{PATH}?state={state_id}")
}

#[derive(Deserialize)]
struct PageQuery {
    state: String,
}

#[derive(Deserialize)]
struct UserAnswer {
    state: String,
    answer: String,
    #[serde(default)]
    error: String,
}

#[derive(Template)]
#[template(path = "bank_page.html")]
struct Page<'a> {
    text: &'static Text,
    bank: BankMark<'a>,
    client: &'a str,
    state: &'a str,
    codes: &'static [&'static str],
}

#[derive(Template)]
#[template(path = "bank_done.html")]
struct Done {
    text: &'static Text,
    title: &'static str,
    /// Whether the window closes itself.
    closes: bool,
}

async fn show(State(app): State<AppState>, Query(query): Query<PageQuery>) -> Response {
    let mut table = app.sessions.lock();
    let Some(session) = table.at_bank(&query.state) else {
        return not_found();
    };
    let request = &session.visit.terms.request;
    page(&Page {
        text: Text::in_language(&request.language),
        bank: BankMark::of(session.visit.bank),
        client: client_name(request),
        state: &query.state,
        codes: CODES,
    })
}

async fn answer(State(app): State<AppState>, Form(form): Form<UserAnswer>) -> Response {
    let mut table = app.sessions.lock();
    let Some(session) = table.at_bank(&form.state) else {
        return not_found();
    };
    session.oauth.answer = Some(match (form.answer.as_str(), form.error.as_str()) {
        (_, code) if CODES.contains(&code) => BankPage::Failed(code.to_owned()),
        ("allow", _) => BankPage::Allowed,
        _ => BankPage::Failed("INTERNAL_SERVER_ERROR".to_owned()),
    });
    let request = &session.visit.terms.request;
    match (&request.redirect_uri, session.surface) {
        (Some(uri), Surface::WebView) => {
            Redirect::to(&format!("{uri}?oauth_state_id={}", form.state)).into_response()
        }
        _ => {
            let text = Text::in_language(&request.language);
            page(&Done {
                text,
                title: text.bank_page_done,
                closes: true,
            })
        }
    }
}

fn not_found() -> Response {
    let text = Text::in_language("en");
    (
        StatusCode::NOT_FOUND,
        page(&Done {
            text,
            title: text.bank_page_expired,
            closes: false,
        }),
    )
        .into_response()
}
