//! The panes over HTTP: each form of a pane is answered with the pane that follows.

use std::collections::HashMap;

use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode, header::USER_AGENT},
    response::{IntoResponse, Response},
    routing::post,
};
use plaid_types::LinkSessionId;
use serde_json::json;

use super::{
    oauth,
    pane::Pane,
    render,
    session::{Session, message},
    step::{Act, BankPage},
    surface::Surface,
    template::{BankWay, Frame},
    text::Text,
    visits::{Opening, State as Visits},
};
use crate::{app::App, world::LinkTokenRequest};

/// A password may hold the whole description of a user.
const LIMIT: usize = 128 * 1024;

pub(super) type Fields = HashMap<String, String>;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/link/v2/stable/sessions", post(open))
        .route("/link/v2/stable/sessions/{id}", post(act))
        .layer(DefaultBodyLimit::max(LIMIT))
}

async fn open(
    State(app): State<App>,
    headers: HeaderMap,
    Form(opening): Form<Opening>,
) -> Response {
    let user_agent = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut visits = app.visits.state();
    let (id, messages) = visits.begin(&app, &opening, Surface::of(user_agent));
    show(&app, &mut visits, &id, messages)
}

async fn act(
    State(app): State<App>,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Response {
    let id = LinkSessionId::new(id);
    let mut visits = app.visits.state();
    let Some(session) = visits.sessions.get_mut(&id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Ok(act) = read(&app, session, &fields) else {
        return StatusCode::NO_CONTENT.into_response();
    };
    let was_here = session.visit.pane == Pane::Oauth;
    let mut messages = act.map(|act| session.act(&app, act)).unwrap_or_default();
    if was_here && session.surface == Surface::WebView && session.visit.pane == Pane::AtBank {
        let url = oauth::url(&session.trip.id);
        messages.push(message("redirect", json!({ "url": url })));
    }
    show(&app, &mut visits, &id, messages)
}

/// The bank's page is still open and unanswered.
struct Waits;

/// What the form says; nothing when it makes no sense.
fn read(app: &App, session: &mut Session, fields: &Fields) -> Result<Option<Act>, Waits> {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let act = match field("do").as_str() {
        "phone" => Act::Phone(field("phone")),
        "skip-phone" => Act::SkipPhone,
        "code" => Act::Code(field("answer_0")),
        "new-bank" => Act::NewBank,
        "search" => Act::Search(field("query")),
        "choose" => match app.world.institutions().by_id(&field("institution_id")) {
            Some(bank) => Act::Choose(bank.clone()),
            None => return Ok(None),
        },
        "sign-in" => Act::SignIn {
            username: field("username"),
            password: field("password"),
        },
        "answered" => Act::Answered,
        "mfa" => Act::Mfa(
            (0..9)
                .map_while(|place| fields.get(&format!("answer_{place}")).cloned())
                .collect(),
        ),
        "share" => Act::Share(
            field("account")
                .split(',')
                .filter_map(|place| place.parse().ok())
                .collect(),
        ),
        "continue" => Act::Continue,
        "from-bank" => match session.trip.answer.take() {
            Some(page) => Act::FromBank {
                page,
                redirected: false,
            },
            None if field("bank") == "closed" => Act::FromBank {
                page: BankPage::Closed,
                redirected: false,
            },
            None => return Err(Waits),
        },
        "back" => Act::Back,
        "try-again" => Act::TryAgain,
        "other-bank" => Act::OtherBank,
        "keep-going" => Act::KeepGoing,
        "close" => Act::Close {
            force: field("force") == "true",
        },
        _ => return Ok(None),
    };
    Ok(Some(act))
}

/// The pane that the visit is at; a visit that is over is forgotten.
fn show(app: &App, visits: &mut Visits, id: &LinkSessionId, messages: Vec<String>) -> Response {
    let Some(session) = visits.sessions.get(id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let request = &session.visit.terms.request;
    let frame = Frame {
        text: Text::in_language(&request.language),
        action: format!("/link/v2/stable/sessions/{id}"),
        client: client_name(request),
        appearance: appearance(request),
        back: session.visit.can_go_back(),
        messages,
    };
    let way = BankWay {
        url: oauth::url(&session.trip.id),
        window: session.surface.window(),
        way_back: session.surface != Surface::WebView || request.redirect_uri.is_some(),
    };
    let answer = render::pane(&session.visit, frame, app.world.institutions(), way);
    match session.visit.pane {
        Pane::Oauth => visits.may_depart(id),
        Pane::Over(_) => drop(visits.sessions.remove(id)),
        _ => {}
    }
    answer
}

/// The host's name as the user sees it: Plaid shows none that is longer than 30 characters.
pub(super) fn client_name(request: &LinkTokenRequest) -> &str {
    match request.client_name.as_str() {
        "" => "This Application",
        name if name.chars().count() > 30 => "This Application",
        name => name,
    }
}

/// `light`, `dark`, or nothing for what the user's system says.
pub(super) fn appearance(request: &LinkTokenRequest) -> &'static str {
    match request.appearance_mode.as_deref() {
        Some("LIGHT") => "light",
        Some("DARK") => "dark",
        _ => "",
    }
}
