use plaid_types::link::{LinkAccount, LinkInstitution};
use plaid_types::{LinkSessionId, LinkToken, PublicToken};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{AccessToken, Error, PlaidClient};

impl PlaidClient {
    /// A token that opens Link once.
    ///
    /// # Errors
    ///
    /// Code `INVALID_FIELD` and its relatives if the request asks for what is not allowed; see [`Error`].
    pub async fn link_token_create(
        &self,
        request: &CreateLinkToken<'_>,
    ) -> Result<CreatedLinkToken, Error> {
        self.call("/link/token/create", request).await
    }

    /// What became of a Link token: its visits to Link and what they brought.
    ///
    /// # Errors
    ///
    /// Code `INVALID_LINK_TOKEN` if there is none; see [`Error`].
    pub async fn link_token_get(&self, link_token: &LinkToken) -> Result<LinkTokenState, Error> {
        self.call("/link/token/get", &json!({ "link_token": link_token }))
            .await
    }
}

/// What a Link token is to be for.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateLinkToken<'a> {
    /// The app's name as Link shows it; at most 30 characters.
    pub client_name: &'a str,
    /// The language of Link.
    pub language: &'a str,
    /// Where the banks are, ISO 3166-1 alpha-2.
    pub country_codes: &'a [String],
    /// For whom.
    pub user: LinkUser<'a>,
    /// The same user at Plaid, who the new Item will be of: [`PlaidClient::user_create`] gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<&'a str>,
    /// What is asked of the bank; left out in update mode.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub products: &'a [String],
    /// Where Plaid reports changes of the Item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<&'a str>,
    /// Where a bank sends the user back to; registered with Plaid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<&'a str>,
    /// The Item to repair: makes it a token for update mode.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "exposed")]
    pub access_token: Option<&'a AccessToken>,
    /// What update mode is to offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update: Option<UpdateMode>,
    /// A customization made in Plaid's dashboard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_customization_name: Option<&'a str>,
    /// Which accounts can be chosen, by type: `{"depository": {"account_subtypes": ["checking"]}}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_filters: Option<&'a Value>,
    /// The bank to offer first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub institution_data: Option<InstitutionData<'a>>,
    /// Link's colours: `LIGHT`, `DARK` or `SYSTEM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appearance_mode: Option<&'a str>,
}

/// The bank to offer first.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct InstitutionData<'a> {
    /// Its routing number.
    pub routing_number: &'a str,
}

/// For whom a Link token is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LinkUser<'a> {
    /// The app's own opaque name for the user: nothing that tells who it is.
    pub client_user_id: &'a str,
    /// Their phone number, E.164: Link asks for a code sent to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<&'a str>,
}

/// What update mode is to offer.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct UpdateMode {
    /// Whether the user may choose accounts anew.
    pub account_selection_enabled: bool,
}

/// A Link token, new.
#[derive(Clone, Debug, Deserialize)]
pub struct CreatedLinkToken {
    /// Opens Link.
    pub link_token: LinkToken,
    /// When it can no longer be used.
    #[serde(with = "time::serde::rfc3339")]
    pub expiration: OffsetDateTime,
}

/// What became of a Link token.
#[derive(Clone, Debug, Deserialize)]
pub struct LinkTokenState {
    /// The token.
    pub link_token: LinkToken,
    /// Its visits to Link; kept for six hours after they end.
    #[serde(default)]
    pub link_sessions: Vec<LinkSession>,
}

/// One visit to Link.
#[derive(Clone, Debug, Deserialize)]
pub struct LinkSession {
    /// Its name.
    pub link_session_id: LinkSessionId,
    /// When it ended, ISO 8601; null while it goes on.
    #[serde(default)]
    pub finished_at: Option<String>,
    /// What it brought; null if nothing.
    #[serde(default)]
    pub results: Option<LinkSessionResults>,
}

/// What a visit to Link brought.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct LinkSessionResults {
    /// The Items that were added.
    #[serde(default)]
    pub item_add_results: Vec<ItemAddResult>,
}

/// An Item that was added in Link and waits to be exchanged.
#[derive(Clone, Debug, Deserialize)]
pub struct ItemAddResult {
    /// To be exchanged.
    pub public_token: PublicToken,
    /// The accounts that the user chose to share.
    #[serde(default)]
    pub accounts: Vec<LinkAccount>,
    /// Where they are.
    #[serde(default)]
    pub institution: Option<LinkInstitution>,
}

fn exposed<S: serde::Serializer>(
    token: &Option<&AccessToken>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    token.map(AccessToken::expose).serialize(serializer)
}
