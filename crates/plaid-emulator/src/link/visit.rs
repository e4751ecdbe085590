//! A visit to Link: its pane, and what is known so far.

use plaid_types::{
    AccountSubtype, PlaidError,
    link::{EventName, ExitStatus, ViewName},
};

use super::{
    event::Event,
    pane::{AfterFailure, Pane},
};
use crate::{
    seed::{AccountTemplate, SandboxInstitution},
    world::{AccountSelect, LinkTokenRequest},
};

/// A visit to Link.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) pane: Pane,
    pub(crate) terms: Terms,
    /// The chosen bank.
    pub(crate) bank: Option<&'static SandboxInstitution>,
    /// The username of the sign-in there.
    pub(crate) username: String,
    /// The accounts of the login.
    pub(crate) accounts: Vec<OfferedAccount>,
    /// The last error that was shown.
    pub(crate) error: Option<PlaidError>,
    /// The events since the last [`Visit::take_events`].
    events: Vec<Event>,
}

/// The requirements of the Link token.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    pub(crate) request: LinkTokenRequest,
    /// Set in update mode.
    pub(crate) update: Option<Update>,
}

/// The purpose of update mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Update {
    /// Whether the login no longer works.
    pub(crate) broken: bool,
    /// Whether the user changes the shared accounts.
    pub(crate) choose_accounts: bool,
}

/// An account in the pane of accounts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OfferedAccount {
    pub(crate) template: AccountTemplate,
    /// Whether the Link token allows to share it.
    pub(crate) fits: bool,
    pub(crate) chosen: bool,
}

impl Terms {
    /// The products that a bank must support.
    pub(crate) fn products(&self) -> &[String] {
        &self.request.products
    }

    /// Whether the bank has the routing number in the Link token.
    pub(crate) fn matches(&self, bank: &SandboxInstitution) -> bool {
        let known = self
            .request
            .institution_data
            .as_ref()
            .and_then(|data| data.routing_number.as_deref());
        known.is_some_and(|number| bank.routing_numbers.contains(&number))
    }

    /// Whether the user can share this number of accounts.
    pub(crate) fn allows_count(&self, accounts: usize) -> bool {
        match self.request.account_select() {
            AccountSelect::One => accounts == 1,
            AccountSelect::Many | AccountSelect::All | AccountSelect::Legacy => accounts > 0,
        }
    }

    /// Whether the account can be shared: it passes the filters and, for `auth`, can send and receive payments.
    pub(crate) fn fits(&self, account: &AccountTemplate) -> bool {
        let subtype = account.subtype.as_ref().map(AccountSubtype::as_str);
        let moves_money = matches!(subtype, Some("checking" | "savings" | "cash management"));
        let for_auth = self.products().iter().any(|product| product == "auth");
        (moves_money || !for_auth) && self.request.shows(account.kind.as_str(), subtype)
    }
}

impl Visit {
    /// Begins a visit, for a new Item or in update mode.
    ///
    /// `bank` is the Item's bank in update mode, or the one that the user chose in an embedded search.
    pub(crate) fn begin(
        terms: Terms,
        bank: Option<&'static SandboxInstitution>,
        accounts: Vec<OfferedAccount>,
    ) -> Self {
        let mut visit = Self::at(Pane::Consent { refused: false }, terms);
        visit.accounts = accounts;
        match (visit.terms.update, bank) {
            (Some(update), Some(bank)) => {
                visit.pane = match bank.oauth {
                    _ if update.choose_accounts && !update.broken => {
                        Pane::Accounts { refused: false }
                    }
                    true => Pane::Oauth,
                    false => Pane::Credential { refused: false },
                };
                visit.bank = Some(bank);
                let mut open = Event::new(EventName::Open).at(visit.pane.view());
                open.metadata.is_update_mode = Some("true".to_owned());
                visit.emit(open);
            }
            (_, chosen) => {
                visit.emit(Event::new(EventName::Open).at(ViewName::Consent));
                if chosen.is_some() {
                    visit.bank = chosen;
                    visit.emit(Event::new(EventName::SelectInstitution));
                    visit.emit(Event::view(ViewName::Consent));
                }
            }
        }
        visit
    }

    /// Begins a visit that has failed from the start.
    pub(crate) fn refuse(error: PlaidError, status: ExitStatus) -> Self {
        let mut visit = Self::at(Pane::Consent { refused: false }, Terms::default());
        visit.emit(Event::new(EventName::Open));
        visit.fail(error, status, AfterFailure::Leave);
        visit
    }

    /// Whether the user changes the shared accounts in update mode.
    pub(crate) fn selects_accounts(&self) -> bool {
        self.terms
            .update
            .is_some_and(|update| update.choose_accounts)
    }

    /// Returns the events since the last call.
    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    pub(super) fn emit(&mut self, mut event: Event) {
        event.metadata.institution_id = self.bank.map(|bank| bank.institution_id());
        event.metadata.institution_name = self.bank.map(|bank| bank.name.to_owned());
        self.events.push(event);
    }

    /// Shows another pane and emits its event.
    pub(super) fn show(&mut self, pane: Pane) {
        let event = match &pane {
            Pane::Mfa { challenge, .. } => Event::view(pane.view()).mfa(challenge.mfa_type()),
            _ => Event::view(pane.view()),
        };
        self.pane = pane;
        self.emit(event);
    }

    pub(super) fn fail(&mut self, error: PlaidError, status: ExitStatus, then: AfterFailure) {
        self.emit_error(error.clone());
        self.show(Pane::Failed {
            error,
            status,
            then,
        });
    }

    /// Emits an error. The visit continues.
    pub(super) fn emit_error(&mut self, error: PlaidError) {
        self.emit(Event::error(&error));
        self.error = Some(error);
    }

    fn at(pane: Pane, terms: Terms) -> Self {
        Self {
            pane,
            terms,
            bank: None,
            username: String::new(),
            accounts: Vec::new(),
            error: None,
            events: Vec::new(),
        }
    }
}
