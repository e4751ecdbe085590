//! The endpoints of Link tokens.

use plaid_types::link::{LinkAccount, LinkInstitution};
use plaid_types::{LinkSessionId, LinkToken, PublicToken};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::list::{Lenient, readable};
use crate::{AccessToken, Error, PlaidClient};

impl PlaidClient {
    /// Creates a Link token.
    ///
    /// # Errors
    ///
    /// Codes such as `INVALID_FIELD` if the request is invalid; see [`Error`].
    pub async fn link_token_create(
        &self,
        request: &CreateLinkToken<'_>,
    ) -> Result<CreatedLinkToken, Error> {
        self.call("/link/token/create", request).await
    }

    /// Returns the state of a Link token: its Link sessions and their results.
    ///
    /// # Errors
    ///
    /// Code `INVALID_LINK_TOKEN` if there is no such token; see [`Error`].
    pub async fn link_token_get(&self, link_token: &LinkToken) -> Result<LinkTokenState, Error> {
        self.call("/link/token/get", &json!({ "link_token": link_token }))
            .await
    }
}

/// The request of `/link/token/create`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateLinkToken<'a> {
    /// The app's name in Link, at most 30 characters.
    pub client_name: &'a str,
    /// The language of Link, ISO 639-1.
    pub language: &'a str,
    /// The countries of the banks, ISO 3166-1 alpha-2.
    pub country_codes: &'a [String],
    /// The user of the app.
    pub user: LinkUser<'a>,
    /// The Plaid user of the new Item, from [`PlaidClient::user_create`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<&'a str>,
    /// The products of the new Item; empty in update mode.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub products: &'a [String],
    /// The URL for webhooks about the Item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<&'a str>,
    /// The redirect URI, on the allowlist in Plaid's dashboard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<&'a str>,
    /// The access token of the Item to repair, for update mode.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "exposed")]
    pub access_token: Option<&'a AccessToken>,
    /// The options of update mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update: Option<UpdateMode>,
    /// The name of a customization in Plaid's dashboard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_customization_name: Option<&'a str>,
    /// The account subtypes that can be shared, by account type: `{"depository": {"account_subtypes": ["checking"]}}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_filters: Option<&'a Value>,
    /// The bank that Link lists first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub institution_data: Option<InstitutionData<'a>>,
    /// Link's colours: `LIGHT`, `DARK` or `SYSTEM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appearance_mode: Option<&'a str>,
}

/// The bank that Link lists first.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct InstitutionData<'a> {
    /// The routing number of the bank.
    pub routing_number: &'a str,
}

/// The user of a Link token.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LinkUser<'a> {
    /// The app's own id of the user, without personal information.
    pub client_user_id: &'a str,
    /// The phone number of the user, E.164. Link sends a code to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<&'a str>,
}

/// The options of update mode.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct UpdateMode {
    /// Whether the user can change the shared accounts.
    pub account_selection_enabled: bool,
}

/// The response of `/link/token/create`.
#[derive(Clone, Debug, Deserialize)]
pub struct CreatedLinkToken {
    /// The Link token.
    pub link_token: LinkToken,
    /// The time at which the token expires.
    #[serde(with = "time::serde::rfc3339")]
    pub expiration: OffsetDateTime,
}

/// The response of `/link/token/get`.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "RawState")]
pub struct LinkTokenState {
    /// The Link token.
    pub link_token: LinkToken,
    /// The Link sessions of the token. Plaid keeps them for six hours after their end.
    pub link_sessions: Vec<LinkSession>,
    /// Whether a session, or an Item that was added in one, cannot be read.
    pub is_incomplete: bool,
}

#[derive(Deserialize)]
struct RawState {
    link_token: LinkToken,
    #[serde(default)]
    link_sessions: Lenient<LinkSession>,
}

impl From<RawState> for LinkTokenState {
    fn from(raw: RawState) -> Self {
        let Lenient {
            readable,
            unreadable,
        } = raw.link_sessions;
        let lacks_results = |session: &LinkSession| {
            let results = session.results.as_ref();
            results.is_some_and(|results| results.is_incomplete)
        };
        Self {
            link_token: raw.link_token,
            is_incomplete: !unreadable.is_empty() || readable.iter().any(lacks_results),
            link_sessions: readable,
        }
    }
}

/// A Link session.
#[derive(Clone, Debug, Deserialize)]
pub struct LinkSession {
    /// The id of the session.
    pub link_session_id: LinkSessionId,
    /// The time of its end, ISO 8601; null while the session is open.
    #[serde(default)]
    pub finished_at: Option<String>,
    /// The results; null if there are none.
    #[serde(default)]
    pub results: Option<LinkSessionResults>,
}

/// The results of a Link session.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "RawResults")]
pub struct LinkSessionResults {
    /// The Items that were added.
    pub item_add_results: Vec<ItemAddResult>,
    /// Whether another one cannot be read.
    pub is_incomplete: bool,
}

#[derive(Deserialize)]
struct RawResults {
    #[serde(default)]
    item_add_results: Lenient<ItemAddResult>,
}

impl From<RawResults> for LinkSessionResults {
    fn from(raw: RawResults) -> Self {
        Self {
            item_add_results: raw.item_add_results.readable,
            is_incomplete: !raw.item_add_results.unreadable.is_empty(),
        }
    }
}

/// An Item that was added in Link.
#[derive(Clone, Debug, Deserialize)]
pub struct ItemAddResult {
    /// The public token, to be exchanged for an access token.
    pub public_token: PublicToken,
    /// The accounts that the user shares.
    #[serde(default, deserialize_with = "readable")]
    pub accounts: Vec<LinkAccount>,
    /// The institution of the accounts.
    #[serde(default)]
    pub institution: Option<LinkInstitution>,
}

fn exposed<S: serde::Serializer>(
    token: &Option<&AccessToken>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    token.map(AccessToken::expose).serialize(serializer)
}
