//! The user's Items, as the page knows them.

use connect_api::{CreateItem, CreateLinkToken, Item, RepairedItem};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_plaid_link::{
    Failure, FailureKind, LinkBackend, LinkTokenGrant, Purpose, Submitted, Success,
};
use plaid_types::ItemId;

use crate::backend::Backend;

/// Every Item, each a signal of its own: a new balance touches one card.
#[derive(Clone, Copy)]
pub struct Wallet {
    /// Newest first.
    pub items: RwSignal<Vec<ArcRwSignal<Item>>>,
    /// How far they are.
    pub state: RwSignal<WalletState>,
    /// Why they could not be fetched.
    pub failure: RwSignal<Option<Failure>>,
    /// Counts the times they were fetched: only the last counts.
    loads: RwSignal<u32>,
    /// Counts what changed otherwise: a list that was asked for before may not have it.
    edits: RwSignal<u32>,
    /// How new they are, and how new they have to be, if that was said meanwhile.
    as_of: RwSignal<(u64, Option<u64>)>,
}

/// Whether the Items are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalletState {
    /// On their way.
    Loading,
    /// All of them.
    Loaded,
    /// They could not be fetched; `failure` says why.
    Failed,
}

impl Wallet {
    /// Nothing is there yet.
    pub fn new() -> Self {
        Self {
            items: RwSignal::new(Vec::new()),
            state: RwSignal::new(WalletState::Loading),
            failure: RwSignal::new(None),
            loads: RwSignal::new(0),
            edits: RwSignal::new(0),
            as_of: RwSignal::new((0, None)),
        }
    }

    /// Fetches every Item.
    pub fn load(self, backend: Backend) {
        // What is there already stays in sight meanwhile.
        if self.state.get_untracked() != WalletState::Loaded {
            self.state.set(WalletState::Loading);
        }
        self.failure.set(None);
        let number = self.loads.get_untracked() + 1;
        self.loads.set(number);
        let edits = self.edits.get_untracked();
        spawn_local(async move {
            let items = backend.items().await;
            if self.loads.get_untracked() != number {
                return;
            }
            match items {
                Ok(_) if self.edits.get_untracked() != edits => self.load(backend),
                Ok((items, as_of)) => {
                    let items = items.into_iter().map(|item| self.renewed(item));
                    self.items.try_set(items.collect());
                    self.state.try_set(WalletState::Loaded);
                    let (_, wanted) = self.as_of.get_untracked();
                    self.as_of.try_set((as_of, None));
                    if let Some(wanted) = wanted {
                        self.catch_up(backend, wanted);
                    }
                }
                Err(error) => {
                    self.state.try_set(WalletState::Failed);
                    self.failure.try_set(Some(error.into()));
                }
            }
        });
    }

    /// Fetches every Item unless what is there is of this number, or is about to be there and may be. Two backends count
    /// for themselves: a higher number of the other's says nothing.
    pub fn catch_up(self, backend: Backend, wanted: u64) {
        match self.state.get_untracked() {
            WalletState::Loading => self.as_of.update(|as_of| as_of.1 = Some(wanted)),
            WalletState::Loaded if self.as_of.get_untracked().0 == wanted => {}
            _ => self.load(backend),
        }
    }

    /// An Item by its id.
    pub fn find(self, id: &ItemId) -> Option<ArcRwSignal<Item>> {
        let has_id = |item: &&ArcRwSignal<Item>| item.with_untracked(|item| item.id == *id);
        let find = |items: &Vec<ArcRwSignal<Item>>| items.iter().find(has_id).cloned();
        self.items.try_with_untracked(find).flatten()
    }

    /// The signal of an Item, with what is new of it.
    fn renewed(self, item: Item) -> ArcRwSignal<Item> {
        match self.find(&item.id) {
            Some(known) => {
                // An answer from before the balances were there may come after them.
                if known.with_untracked(|known| known.refreshed_at <= item.refreshed_at) {
                    known.set(item);
                }
                known
            }
            None => ArcRwSignal::new(item),
        }
    }

    /// Shows what is new of an Item, or a new Item on top.
    pub fn put(self, item: Item) {
        self.edits.try_update(|edits| *edits += 1);
        let is_new = self.find(&item.id).is_none();
        let item = self.renewed(item);
        if is_new {
            self.items.try_update(|items| items.insert(0, item));
        }
    }

    /// Shows an Item no longer.
    pub fn remove(self, id: &ItemId) {
        self.edits.try_update(|edits| *edits += 1);
        self.items.try_update(|items| {
            items.retain(|item| item.with_untracked(|item| item.id != *id));
        });
    }
}

/// What Link's flow asks of our backend.
pub struct ConnectBackend {
    /// Where to ask.
    pub backend: Backend,
    /// Where a new Item shows.
    pub wallet: Wallet,
}

impl LinkBackend for ConnectBackend {
    async fn user(&self) -> Result<String, Failure> {
        Ok(self.backend.session().await?.user_id)
    }

    async fn create_link_token(&self, purpose: Purpose) -> Result<LinkTokenGrant, Failure> {
        let mut request = CreateLinkToken::default();
        if let Purpose::Update {
            item_id,
            account_selection,
        } = purpose
        {
            request.item_id = Some(item_id);
            request.account_selection = account_selection;
        }
        let grant = self.backend.create_link_token(&request).await?;
        Ok(LinkTokenGrant {
            link_token: grant.link_token,
            lifetime_seconds: grant.expires_in_seconds,
        })
    }

    async fn submit(&self, success: Success) -> Result<Submitted, Failure> {
        if let Purpose::Update {
            item_id,
            account_selection,
        } = success.purpose
        {
            let visit = RepairedItem { account_selection };
            let repaired = self.backend.item_repaired(&item_id, &visit).await?;
            self.wallet.put(repaired);
            return Ok(Submitted::Repaired(item_id));
        }
        let Some(public_token) = success.public_token else {
            let message = "Link gave no public token";
            return Err(Failure::new(FailureKind::PublicTokenInvalid, message));
        };
        let request = CreateItem {
            public_token,
            metadata: success.metadata,
            allow_duplicate: false,
        };
        match self.backend.create_item(&request).await {
            Ok(item) => {
                let id = item.id.clone();
                self.wallet.put(item);
                Ok(Submitted::Linked(id))
            }
            Err(error) => match error.duplicate() {
                Some(id) => Ok(Submitted::Duplicate(id)),
                None => Err(error.into()),
            },
        }
    }
}
