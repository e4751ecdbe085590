//! The opening of Link: a new visit, or the continuation of one after the bank's own page.

use std::sync::Arc;

use plaid_types::{LinkSessionId, PlaidError, link::ExitStatus};

use super::{
    session::Session,
    sessions::SessionTable,
    step::{Action, BankPage},
    surface::Surface,
    visit::{OfferedAccount, Terms, Update, Visit},
};
use crate::{
    error::{plaid_error, plaid_error_with_message},
    seed::AccountTemplate,
    world::{BankAccount, LinkTokenRecord, World},
};

/// The request to open Link.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Opening {
    token: String,
    key: String,
    received_redirect_uri: String,
    /// The bank that the user chose in an embedded search.
    institution_id: String,
}

/// Opens a session, or resumes the one that returns from a bank's page.
///
/// Returns its id and the messages to the page.
pub(super) fn open(
    table: &mut SessionTable,
    world: &World,
    opening: &Opening,
    surface: Surface,
) -> (LinkSessionId, Vec<String>) {
    let refuse =
        |error, status, token| Session::new(world, token, Visit::refuse(error, status), surface);
    let at_start = ExitStatus::RequiresCredentials;
    let mut session = match world.link_token(&opening.token) {
        Err(_) if opening.token.is_empty() && !opening.key.is_empty() => {
            refuse(plaid_error("PUBLIC_KEY_NOT_ENABLED"), at_start, None)
        }
        Err(error) => refuse(error, at_start, world.any_link_token(&opening.token)),
        Ok(token) if !opening.received_redirect_uri.is_empty() => {
            match resume(table, world, &token, &opening.received_redirect_uri) {
                Ok(resumed) => return resumed,
                Err(error) => refuse(error, ExitStatus::RequiresOauth, Some(token)),
            }
        }
        Ok(token) => match first_visit(world, &token, &opening.institution_id) {
            Ok(visit) => Session::new(world, Some(token), visit, surface),
            Err(error) => refuse(error, at_start, Some(token)),
        },
    };
    let messages = session.settle(world);
    let id = session.id.clone();
    table.sessions.insert(id.clone(), session);
    (id, messages)
}

fn first_visit(
    world: &World,
    token: &LinkTokenRecord,
    chosen_bank: &str,
) -> Result<Visit, PlaidError> {
    let mut terms = Terms {
        request: token.request.clone(),
        update: None,
    };
    let Some(item_id) = &token.item else {
        let bank = world.institutions().by_id(chosen_bank);
        return Ok(Visit::begin(terms, bank, Vec::new()));
    };
    let item = world
        .item(item_id)
        .ok_or_else(|| plaid_error("ITEM_NOT_FOUND"))?;
    let bank = world.institutions().by_id(item.institution_id.as_str());
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
        .map(|account| offered(account, &terms))
        .collect();
    Ok(Visit::begin(terms, bank, accounts))
}

/// Offers an account of an existing Item.
fn offered(account: BankAccount, terms: &Terms) -> OfferedAccount {
    let template = AccountTemplate {
        name: account.account.name,
        official_name: account.account.official_name,
        mask: account.account.mask,
        kind: account.account.kind,
        subtype: account.account.subtype,
        balances: account.account.balances,
        transactions: account.transactions,
    };
    let fits = terms.fits(&template);
    OfferedAccount {
        template,
        fits,
        chosen: fits && account.shared,
    }
}

/// Returns the Link token of an embedded search.
pub(super) fn token_for_listing(
    world: &World,
    token: &str,
) -> Result<Arc<LinkTokenRecord>, PlaidError> {
    let token = world.link_token(token)?;
    match token.item {
        None => Ok(token),
        Some(_) => Err(plaid_error("INVALID_LINK_TOKEN")),
    }
}

/// Resumes the session whose bank page redirected to this page of the host.
///
/// # Errors
/// The reason why there is no such session.
fn resume(
    table: &mut SessionTable,
    world: &World,
    token: &Arc<LinkTokenRecord>,
    received_redirect_uri: &str,
) -> Result<(LinkSessionId, Vec<String>), PlaidError> {
    let state_id = oauth_state_id(received_redirect_uri).ok_or_else(|| {
        plaid_error_with_message(
            "INVALID_FIELD",
            "oauth uri does not contain a valid oauth_state_id query parameter",
        )
    })?;
    let record = table
        .oauth_flows
        .get_mut(state_id)
        .ok_or_else(|| plaid_error("OAUTH_STATE_ID_NOT_FOUND"))?;
    if record.link_token != token.link_token {
        return Err(plaid_error("INCORRECT_LINK_TOKEN"));
    }
    if record.used {
        return Err(plaid_error("OAUTH_STATE_ID_ALREADY_PROCESSED"));
    }
    let session = table
        .sessions
        .get_mut(&record.session)
        .ok_or_else(|| plaid_error("OAUTH_STATE_ID_NOT_FOUND"))?;
    record.used = true;
    let page = session.oauth.answer.take().unwrap_or(BankPage::Closed);
    let messages = session.apply(
        world,
        Action::FromBank {
            page,
            redirected: true,
        },
    );
    Ok((session.id.clone(), messages))
}

/// Returns the `oauth_state_id` of a URL whose query has nothing else.
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
    fn the_state_id_must_be_the_only_parameter() {
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
