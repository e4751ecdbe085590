//! A bank's own page: where OAuth banks ask whether to share, and the way there and back.

use std::sync::Arc;

use askama::Template;
use axum::{
    Form, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use plaid_types::{LinkSessionId, PlaidError};
use serde::Deserialize;

use super::{
    html::{filters, page},
    panes::client_name,
    session::Session,
    step::{Act, BankPage},
    surface::Surface,
    template::BankMark,
    text::Text,
    visits::{Departure, State as Visits},
};
use crate::{
    app::App,
    error::{plaid_error, plaid_error_saying},
    world::LinkTokenRecord,
};

const PATH: &str = "/link/v2/stable/sandbox-oauth-login.html";

/// What the user may make the bank answer with, besides yes and no.
const CODES: &[&str] = &[
    "INSUFFICIENT_CREDENTIALS",
    "ACCESS_NOT_GRANTED",
    "NO_AUTH_ACCOUNTS",
];

pub(super) fn router() -> Router<App> {
    Router::new().route(PATH, get(ask).post(answer))
}

/// The bank's page for one visit.
pub(super) fn url(trip: &str) -> String {
    format!("{PATH}?state={trip}")
}

/// Goes on with the visit that left for the bank's page, on the new page that the bank redirected to.
///
/// # Errors
/// Why there is no such visit.
pub(super) fn come_back(
    visits: &mut Visits,
    app: &App,
    token: &Arc<LinkTokenRecord>,
    received_redirect_uri: &str,
) -> Result<(LinkSessionId, Vec<String>), PlaidError> {
    let trip = oauth_state_id(received_redirect_uri).ok_or_else(|| {
        plaid_error_saying(
            "INVALID_FIELD",
            "oauth uri does not contain a valid oauth_state_id query parameter",
        )
    })?;
    let departure = visits
        .trips
        .get_mut(trip)
        .ok_or_else(|| plaid_error("OAUTH_STATE_ID_NOT_FOUND"))?;
    if departure.link_token != token.link_token {
        return Err(plaid_error("INCORRECT_LINK_TOKEN"));
    }
    if departure.used {
        return Err(plaid_error("OAUTH_STATE_ID_ALREADY_PROCESSED"));
    }
    let session = visits
        .sessions
        .get_mut(&departure.session)
        .ok_or_else(|| plaid_error("OAUTH_STATE_ID_NOT_FOUND"))?;
    departure.used = true;
    let page = session.trip.answer.take().unwrap_or(BankPage::Closed);
    let messages = session.act(
        app,
        Act::FromBank {
            page,
            redirected: true,
        },
    );
    Ok((session.id.clone(), messages))
}

impl Visits {
    /// The user is shown the way to the bank's page.
    pub(super) fn may_depart(&mut self, id: &LinkSessionId) {
        let Some((session, token)) = self
            .sessions
            .get(id)
            .and_then(|session| session.token.as_ref().map(|token| (session, token)))
        else {
            return;
        };
        let departure = Departure {
            session: id.clone(),
            link_token: token.link_token.clone(),
            used: false,
        };
        self.trips
            .entry(session.trip.id.clone())
            .or_insert(departure);
    }

    fn session_of(&mut self, trip: &str) -> Option<&mut Session> {
        let departure = self.trips.get(trip).filter(|departure| !departure.used)?;
        self.sessions
            .get_mut(&departure.session)
            .filter(|session| session.trip.id == trip)
    }
}

#[derive(Deserialize)]
struct Asked {
    state: String,
}

#[derive(Deserialize)]
struct Answered {
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
    /// Whether the window closes by itself.
    closes: bool,
}

async fn ask(State(app): State<App>, Query(asked): Query<Asked>) -> Response {
    let mut visits = app.visits.state();
    let Some(session) = visits.session_of(&asked.state) else {
        return lost();
    };
    let request = &session.visit.terms.request;
    page(&Page {
        text: Text::in_language(&request.language),
        bank: BankMark::of(session.visit.bank.as_ref()),
        client: client_name(request),
        state: &asked.state,
        codes: CODES,
    })
}

async fn answer(State(app): State<App>, Form(answered): Form<Answered>) -> Response {
    let mut visits = app.visits.state();
    let Some(session) = visits.session_of(&answered.state) else {
        return lost();
    };
    session.trip.answer = Some(match (answered.answer.as_str(), answered.error.as_str()) {
        (_, code) if CODES.contains(&code) => BankPage::Failed(code.to_owned()),
        ("allow", _) => BankPage::Allowed,
        _ => BankPage::Failed("INTERNAL_SERVER_ERROR".to_owned()),
    });
    let request = &session.visit.terms.request;
    match (&request.redirect_uri, session.surface) {
        (Some(uri), Surface::WebView) => {
            Redirect::to(&format!("{uri}?oauth_state_id={}", answered.state)).into_response()
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

fn lost() -> Response {
    let text = Text::in_language("en");
    (
        StatusCode::NOT_FOUND,
        page(&Done {
            text,
            title: text.bank_page_lost,
            closes: false,
        }),
    )
        .into_response()
}

/// The state id of a URL that the bank has redirected to, if it has nothing besides.
fn oauth_state_id(uri: &str) -> Option<&str> {
    let (_, query) = uri.split_once('?')?;
    let id = query.strip_prefix("oauth_state_id=")?;
    let is_uuid = id.len() == 36 && id.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    is_uuid.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_id_stands_alone() {
        let id = "79e772be-547d-4c9c-8b76-4ac4ed4c441a";
        for (uri, found) in [
            (
                format!("http://localhost:8080/oauth?oauth_state_id={id}"),
                Some(id),
            ),
            (
                format!("http://localhost:8080/oauth?oauth_state_id={id}&more=1"),
                None,
            ),
            (
                format!("http://localhost:8080/oauth?oauth_state_id={id}#there"),
                None,
            ),
            (
                "http://localhost:8080/oauth?oauth_state_id=".to_owned(),
                None,
            ),
            ("http://localhost:8080/oauth".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(oauth_state_id(&uri), found, "{uri}");
        }
    }
}
