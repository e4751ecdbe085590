//! The HTTP endpoints of the panes: the response to a form is the next pane.

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
    opening::{self, Opening},
    pane::Pane,
    render,
    session::{Session, message},
    sessions::SessionTable,
    step::{Action, BankPage},
    surface::Surface,
    template::{BankPageLink, Frame, appearance, client_name},
    text::Text,
};
use crate::state::AppState;

/// The password of `user_custom` is long JSON.
const BODY_LIMIT: usize = 128 * 1024;

pub(super) type Fields = HashMap<String, String>;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/link/v2/stable/sessions", post(open))
        .route("/link/v2/stable/sessions/{id}", post(act))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}

async fn open(
    State(app): State<AppState>,
    headers: HeaderMap,
    Form(opening): Form<Opening>,
) -> Response {
    let user_agent = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut table = app.sessions.lock();
    let surface = Surface::of(user_agent);
    let (id, messages) = opening::open(&mut table, &app.world, &opening, surface);
    show(&app, &mut table, &id, messages)
}

async fn act(
    State(app): State<AppState>,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Response {
    let id = LinkSessionId::new(id);
    let mut table = app.sessions.lock();
    let Some(session) = table.sessions.get_mut(&id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Ok(action) = read(&app, session, &fields) else {
        return StatusCode::NO_CONTENT.into_response();
    };
    let was_in_link = session.visit.pane == Pane::Oauth;
    let mut messages = action
        .map(|action| session.apply(&app.world, action))
        .unwrap_or_default();
    if was_in_link && session.surface == Surface::WebView && session.visit.pane == Pane::AtBank {
        let url = oauth::url(&session.oauth.state_id);
        messages.push(message("redirect", json!({ "url": url })));
    }
    show(&app, &mut table, &id, messages)
}

/// The bank's page is still open.
struct StillAtBank;

/// Reads the action from the form; `None` if there is no such action.
fn read(
    app: &AppState,
    session: &mut Session,
    fields: &Fields,
) -> Result<Option<Action>, StillAtBank> {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let act = match field("do").as_str() {
        "phone" => Action::Phone(field("phone")),
        "skip-phone" => Action::SkipPhone,
        "code" => Action::Code(field("answer_0")),
        "new-bank" => Action::NewBank,
        "search" => Action::Search(field("query")),
        "choose" => match app.world.institutions().by_id(&field("institution_id")) {
            Some(bank) => Action::Choose(bank),
            None => return Ok(None),
        },
        "sign-in" => Action::SignIn {
            username: field("username"),
            password: field("password"),
        },
        "answered" => Action::Answered,
        "mfa" => Action::Mfa(
            (0..9)
                .map_while(|place| fields.get(&format!("answer_{place}")).cloned())
                .collect(),
        ),
        "share" => Action::Share(
            field("account")
                .split(',')
                .filter_map(|place| place.parse().ok())
                .collect(),
        ),
        "continue" => Action::Continue,
        "from-bank" => match session.oauth.answer.take() {
            Some(page) => Action::FromBank {
                page,
                redirected: false,
            },
            None if field("bank") == "closed" => Action::FromBank {
                page: BankPage::Closed,
                redirected: false,
            },
            None => return Err(StillAtBank),
        },
        "back" => Action::Back,
        "try-again" => Action::TryAgain,
        "other-bank" => Action::OtherBank,
        "keep-going" => Action::KeepGoing,
        "close" => Action::Close {
            force: field("force") == "true",
        },
        _ => return Ok(None),
    };
    Ok(Some(act))
}

/// Responds with the pane of the session. A session that is over is deleted.
fn show(
    app: &AppState,
    table: &mut SessionTable,
    id: &LinkSessionId,
    messages: Vec<String>,
) -> Response {
    let Some(session) = table.sessions.get(id) else {
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
    let bank_page = BankPageLink {
        url: oauth::url(&session.oauth.state_id),
        window: session.surface.window(),
        can_return: session.surface != Surface::WebView || request.redirect_uri.is_some(),
    };
    let response = render::pane(&session.visit, frame, app.world.institutions(), bank_page);
    match session.visit.pane {
        Pane::Oauth => table.record_oauth_flow(id),
        Pane::Over(_) => drop(table.sessions.remove(id)),
        _ => {}
    }
    response
}
