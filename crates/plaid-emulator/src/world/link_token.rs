//! A Link token and the request that created it.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use plaid_types::{ItemId, LinkToken};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// The lifetime of a Link token for a new Item.
const NEW_ITEM_LIFETIME: Duration = Duration::hours(4);
/// The lifetime of a Link token for update mode.
const UPDATE_MODE_LIFETIME: Duration = Duration::minutes(30);
/// The number of Link tokens that are kept.
const KEPT: usize = 100_000;

/// A Link token and the request that created it.
#[derive(Debug)]
pub(crate) struct LinkTokenRecord {
    pub(crate) link_token: LinkToken,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) expires_at: OffsetDateTime,
    /// The Item to repair, in update mode.
    pub(crate) item: Option<ItemId>,
    pub(crate) request: LinkTokenRequest,
}

/// The validated body of `/link/token/create`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LinkTokenRequest {
    pub(crate) client_name: String,
    pub(crate) language: String,
    pub(crate) country_codes: Vec<String>,
    pub(crate) products: Vec<String>,
    pub(crate) required_if_supported_products: Vec<String>,
    pub(crate) optional_products: Vec<String>,
    pub(crate) additional_consented_products: Vec<String>,
    pub(crate) user: LinkUser,
    pub(crate) user_id: Option<String>,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) webhook: Option<String>,
    pub(crate) account_filters: Option<AccountFilters>,
    pub(crate) institution_id: Option<String>,
    pub(crate) institution_data: Option<InstitutionData>,
    pub(crate) link_customization_name: Option<String>,
    pub(crate) appearance_mode: Option<String>,
    pub(crate) update: Option<Update>,
    pub(crate) hosted_link: Option<HostedLink>,
}

/// The end user, in the host's words.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LinkUser {
    pub(crate) client_user_id: String,
    pub(crate) legal_name: Option<String>,
    pub(crate) phone_number: Option<String>,
    pub(crate) email_address: Option<String>,
}

/// The subtypes that are shown, by account type. Absent types are hidden.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct AccountFilters {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) depository: Option<AccountFilter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credit: Option<AccountFilter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) loan: Option<AccountFilter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) investment: Option<AccountFilter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) other: Option<AccountFilter>,
}

/// The subtypes of one account type, or `all`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct AccountFilter {
    pub(crate) account_subtypes: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct InstitutionData {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) routing_number: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Update {
    pub(crate) account_selection_enabled: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct HostedLink {
    pub(crate) completion_redirect_uri: Option<String>,
    pub(crate) url_lifetime_seconds: Option<i64>,
    pub(crate) delivery_method: Option<String>,
}

/// The mode of Link's pane for accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountSelect {
    /// Exactly one.
    One,
    /// One or more.
    Many,
    /// One or more; all are selected at first.
    All,
    /// One or more; the selection cannot be changed in update mode.
    Legacy,
}

impl LinkTokenRequest {
    /// The lifetime of the Link token.
    pub(super) fn lifetime(&self, update_mode: bool) -> Duration {
        match &self.hosted_link {
            Some(hosted) => hosted.lifetime(),
            None if update_mode => UPDATE_MODE_LIFETIME,
            None => NEW_ITEM_LIFETIME,
        }
    }

    /// The Account Select mode of the customization, for the customizations that the emulator knows.
    pub(crate) fn account_select(&self) -> AccountSelect {
        let name = self.link_customization_name.as_deref();
        match name.filter(|_| self.is_customizable()) {
            Some("one-account") => AccountSelect::One,
            Some("all-accounts") => AccountSelect::All,
            Some("legacy-accounts") => AccountSelect::Legacy,
            _ => AccountSelect::Many,
        }
    }

    /// A customization applies to one language and its countries only.
    fn is_customizable(&self) -> bool {
        self.language == "en" && self.country_codes == ["US"]
    }

    /// Whether the user can change the shared accounts in update mode.
    pub(crate) fn account_selection_enabled(&self) -> bool {
        self.update
            .as_ref()
            .is_some_and(|update| update.account_selection_enabled)
    }

    /// Whether the account filters show an account of this kind.
    pub(crate) fn shows(&self, kind: &str, subtype: Option<&str>) -> bool {
        let Some(filters) = &self.account_filters else {
            return true;
        };
        let filter = match kind {
            "depository" => &filters.depository,
            "credit" => &filters.credit,
            "loan" => &filters.loan,
            "investment" => &filters.investment,
            _ => &filters.other,
        };
        filter.as_ref().is_some_and(|filter| {
            filter
                .account_subtypes
                .iter()
                .any(|shown| shown == "all" || Some(shown.as_str()) == subtype)
        })
    }
}

/// The latest Link tokens. Most are never used, so the oldest are evicted.
#[derive(Debug, Default)]
pub(super) struct LinkTokens {
    records: HashMap<LinkToken, Arc<LinkTokenRecord>>,
    by_age: VecDeque<LinkToken>,
}

impl LinkTokens {
    pub(super) fn get(&self, token: &LinkToken) -> Option<&Arc<LinkTokenRecord>> {
        self.records.get(token)
    }

    pub(super) fn add(&mut self, record: Arc<LinkTokenRecord>) {
        if self.by_age.len() == KEPT
            && let Some(oldest) = self.by_age.pop_front()
        {
            self.records.remove(&oldest);
        }
        self.by_age.push_back(record.link_token.clone());
        self.records.insert(record.link_token.clone(), record);
    }
}

impl HostedLink {
    fn lifetime(&self) -> Duration {
        match (self.url_lifetime_seconds, self.delivery_method.as_deref()) {
            (Some(seconds), _) => Duration::seconds(seconds),
            (None, Some("sms")) => Duration::days(1),
            (None, Some("email")) => Duration::days(7),
            (None, _) => Duration::minutes(30),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: usize) -> Arc<LinkTokenRecord> {
        Arc::new(LinkTokenRecord {
            link_token: LinkToken::new(number.to_string()),
            created_at: OffsetDateTime::UNIX_EPOCH,
            expires_at: OffsetDateTime::UNIX_EPOCH,
            item: None,
            request: LinkTokenRequest::default(),
        })
    }

    #[test]
    fn the_oldest_token_is_evicted() {
        let mut tokens = LinkTokens::default();
        for number in 0..=KEPT {
            tokens.add(record(number));
        }
        assert!(tokens.get(&LinkToken::from("0")).is_none());
        assert!(tokens.get(&LinkToken::from("1")).is_some());
        assert!(tokens.get(&LinkToken::new(KEPT.to_string())).is_some());
    }

    #[test]
    fn a_customization_applies_to_its_language_and_countries() {
        for (language, countries, select) in [
            ("en", &["US"][..], AccountSelect::One),
            ("es", &["US"], AccountSelect::Many),
            ("en", &["US", "CA"], AccountSelect::Many),
            ("en", &["GB"], AccountSelect::Many),
        ] {
            let request = LinkTokenRequest {
                language: language.to_owned(),
                country_codes: countries.iter().map(|&code| code.to_owned()).collect(),
                link_customization_name: Some("one-account".to_owned()),
                ..LinkTokenRequest::default()
            };
            assert_eq!(request.account_select(), select, "{language} {countries:?}");
        }
    }

    #[test]
    fn a_filter_hides_subtypes_that_it_does_not_name() {
        let filters = r#"{"depository":{"account_subtypes":["checking"]},"loan":{"account_subtypes":["all"]}}"#;
        let request = LinkTokenRequest {
            account_filters: serde_json::from_str(filters).expect("filters"),
            ..LinkTokenRequest::default()
        };
        let rows = [
            ("depository", Some("checking"), true),
            ("depository", Some("savings"), false),
            ("depository", None, false),
            ("loan", Some("student"), true),
            ("credit", Some("credit card"), false),
        ];
        for (kind, subtype, shown) in rows {
            assert_eq!(request.shows(kind, subtype), shown, "{kind} {subtype:?}");
            assert!(LinkTokenRequest::default().shows(kind, subtype));
        }
    }
}
