//! One visit to Link: where the user is and what is known by now.

use plaid_types::{
    AccountSubtype, PlaidError,
    link::{EventName, ExitStatus, ViewName},
};

use super::{
    event::Event,
    pane::{Pane, Then},
};
use crate::{
    seed::AccountTemplate,
    world::{AccountSelect, LinkTokenRequest, SandboxInstitution},
};

/// One visit to Link.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) pane: Pane,
    pub(crate) terms: Terms,
    /// The chosen bank.
    pub(crate) bank: Option<SandboxInstitution>,
    /// Who signed in there.
    pub(crate) username: String,
    /// What the bank holds for them.
    pub(crate) accounts: Vec<Offered>,
    /// The last error that the user met.
    pub(crate) error: Option<PlaidError>,
    told: Vec<Event>,
}

/// What the Link token asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    pub(crate) request: LinkTokenRequest,
    /// Set in update mode.
    pub(crate) update: Option<Update>,
}

/// What update mode is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Update {
    /// The login no longer works.
    pub(crate) broken: bool,
    /// The user chooses accounts anew.
    pub(crate) choose_accounts: bool,
}

/// An account that the bank holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Offered {
    pub(crate) template: AccountTemplate,
    /// Whether the Link token lets it be shared.
    pub(crate) fits: bool,
    pub(crate) chosen: bool,
}

impl Terms {
    /// The products that a bank must have.
    pub(crate) fn products(&self) -> &[String] {
        &self.request.products
    }

    /// Whether the bank has the routing number that the host knows.
    pub(crate) fn matches(&self, bank: &SandboxInstitution) -> bool {
        let known = self
            .request
            .institution_data
            .as_ref()
            .and_then(|data| data.routing_number.as_deref());
        known.is_some_and(|number| bank.routing_numbers.contains(&number))
    }

    /// Whether so many accounts may be shared.
    pub(crate) fn takes(&self, accounts: usize) -> bool {
        match self.request.account_select() {
            AccountSelect::One => accounts == 1,
            AccountSelect::Many | AccountSelect::All | AccountSelect::Legacy => accounts > 0,
        }
    }

    /// Whether the account may be shared: the token's filters let it through and, for `auth`, money can move.
    pub(crate) fn fits(&self, account: &AccountTemplate) -> bool {
        let subtype = account.subtype.as_ref().map(AccountSubtype::as_str);
        let moves_money = matches!(subtype, Some("checking" | "savings" | "cash management"));
        let for_auth = self.products().iter().any(|product| product == "auth");
        (moves_money || !for_auth) && self.request.shows(account.kind.as_str(), subtype)
    }
}

impl Visit {
    /// A visit that begins: for a new Item, or in update mode at the Item's bank.
    ///
    /// A bank that was picked beforehand, from an embedded search, comes with a new Item too.
    pub(crate) fn begin(
        terms: Terms,
        bank: Option<SandboxInstitution>,
        accounts: Vec<Offered>,
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
                visit.tell(open);
            }
            (_, picked) => {
                visit.tell(Event::new(EventName::Open).at(ViewName::Consent));
                if picked.is_some() {
                    visit.bank = picked;
                    visit.tell(Event::new(EventName::SelectInstitution));
                    visit.tell(Event::view(ViewName::Consent));
                }
            }
        }
        visit
    }

    /// A visit that cannot go on from the start.
    pub(crate) fn refuse(error: PlaidError, status: ExitStatus) -> Self {
        let mut visit = Self::at(Pane::Consent { refused: false }, Terms::default());
        visit.tell(Event::new(EventName::Open));
        visit.fail(error, status, Then::Leave);
        visit
    }

    /// Whether the user has chosen accounts of an Item that was there before.
    pub(crate) fn chosen_anew(&self) -> bool {
        self.terms
            .update
            .is_some_and(|update| update.choose_accounts)
    }

    /// What has happened since this was last asked.
    pub(crate) fn told(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.told)
    }

    pub(super) fn tell(&mut self, mut event: Event) {
        event.metadata.institution_id = self.bank.as_ref().map(|bank| bank.id.clone());
        event.metadata.institution_name = self.bank.as_ref().map(|bank| bank.name.to_owned());
        self.told.push(event);
    }

    /// Goes to another pane and says so.
    pub(super) fn go(&mut self, pane: Pane) {
        let event = match &pane {
            Pane::Mfa { challenge, .. } => Event::view(pane.view()).mfa(challenge.mfa_type()),
            _ => Event::view(pane.view()),
        };
        self.pane = pane;
        self.tell(event);
    }

    pub(super) fn fail(&mut self, error: PlaidError, status: ExitStatus, then: Then) {
        self.meet(error.clone());
        self.go(Pane::Failed {
            error,
            status,
            then,
        });
    }

    /// An error that the user can get over.
    pub(super) fn meet(&mut self, error: PlaidError) {
        self.tell(Event::error(&error));
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
            told: Vec::new(),
        }
    }
}
