//! The visits to Link that are under way, and how one begins.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use plaid_types::{LinkSessionId, LinkToken, PlaidError, link::ExitStatus};

use super::{
    oauth,
    session::Session,
    surface::Surface,
    visit::{Offered, Terms, Update, Visit},
};
use crate::{
    app::App,
    error::plaid_error,
    seed::AccountTemplate,
    world::{BankAccount, LinkTokenRecord},
};

/// The visits to Link that are under way.
#[derive(Debug, Default)]
pub(crate) struct Visits(Mutex<State>);

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) sessions: HashMap<LinkSessionId, Session>,
    /// Where each way to a bank's page began, kept to tell a way back that was used from one that never was.
    pub(super) trips: HashMap<String, Departure>,
}

/// Where a way to a bank's page began.
#[derive(Clone, Debug)]
pub(super) struct Departure {
    pub(super) session: LinkSessionId,
    pub(super) link_token: LinkToken,
    /// Whether it has been come back from.
    pub(super) used: bool,
}

/// What the page opens Link with.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Opening {
    token: String,
    key: String,
    received_redirect_uri: String,
    /// From an embedded search.
    institution_id: String,
}

impl Visits {
    /// Ends them all.
    pub(crate) fn reset(&self) {
        *self.state() = State::default();
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Begins a visit, or goes on with the one that comes back from a bank's page.
    ///
    /// Gives its id and what the page is to be told at once.
    pub(super) fn begin(
        &mut self,
        app: &App,
        opening: &Opening,
        surface: Surface,
    ) -> (LinkSessionId, Vec<String>) {
        let refuse =
            |error, status, token| Session::new(app, token, Visit::refuse(error, status), surface);
        let at_start = ExitStatus::RequiresCredentials;
        let mut session = match app.world.link_token(&opening.token) {
            Err(_) if opening.token.is_empty() && !opening.key.is_empty() => {
                refuse(plaid_error("PUBLIC_KEY_NOT_ENABLED"), at_start, None)
            }
            Err(error) => refuse(error, at_start, app.world.any_link_token(&opening.token)),
            Ok(token) if !opening.received_redirect_uri.is_empty() => {
                match oauth::come_back(self, app, &token, &opening.received_redirect_uri) {
                    Ok(back) => return back,
                    Err(error) => refuse(error, ExitStatus::RequiresOauth, Some(token)),
                }
            }
            Ok(token) => match first_visit(app, &token, &opening.institution_id) {
                Ok(visit) => Session::new(app, Some(token), visit, surface),
                Err(error) => refuse(error, at_start, Some(token)),
            },
        };
        let messages = session.settle(app);
        let id = session.id.clone();
        self.sessions.insert(id.clone(), session);
        (id, messages)
    }
}

fn first_visit(app: &App, token: &LinkTokenRecord, picked: &str) -> Result<Visit, PlaidError> {
    let mut terms = Terms {
        request: token.request.clone(),
        update: None,
    };
    let Some(item_id) = &token.item else {
        let bank = app.world.institutions().by_id(picked).cloned();
        return Ok(Visit::begin(terms, bank, Vec::new()));
    };
    let item = app
        .world
        .item(item_id)
        .ok_or_else(|| plaid_error("ITEM_NOT_FOUND"))?;
    let bank = app
        .world
        .institutions()
        .by_id(item.institution_id.as_str())
        .cloned();
    terms.update = Some(Update {
        broken: item.error.is_some(),
        choose_accounts: token
            .request
            .update
            .as_ref()
            .is_some_and(|update| update.account_selection_enabled),
    });
    let accounts = item
        .accounts
        .into_iter()
        .map(|held| offered(held, &terms))
        .collect();
    Ok(Visit::begin(terms, bank, accounts))
}

/// An account of an Item that is there already.
fn offered(held: BankAccount, terms: &Terms) -> Offered {
    let template = AccountTemplate {
        name: held.account.name,
        official_name: held.account.official_name,
        mask: held.account.mask,
        kind: held.account.kind,
        subtype: held.account.subtype,
        balances: held.account.balances,
        transactions: held.transactions,
    };
    let fits = terms.fits(&template);
    Offered {
        template,
        fits,
        chosen: fits && held.shared,
    }
}

/// The token of a page that only lists banks.
pub(super) fn token_for_listing(
    app: &App,
    token: &str,
) -> Result<Arc<LinkTokenRecord>, PlaidError> {
    let token = app.world.link_token(token)?;
    match token.item {
        None => Ok(token),
        Some(_) => Err(plaid_error("INVALID_LINK_TOKEN")),
    }
}
