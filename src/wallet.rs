//! The user's Items in the page.

use connect_api::{CreateItem, CreateLinkToken, Item, RepairedItem};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_plaid_link::{
    Failure, FailureKind, LinkBackend, LinkTokenGrant, Purpose, Submitted, Success,
};
use plaid_types::ItemId;

use crate::backend::Backend;

/// Every Item of the user. Each is a signal, so that a new balance updates one card only.
#[derive(Clone, Copy)]
pub struct Wallet {
    /// Newest first.
    pub items: RwSignal<Vec<ArcRwSignal<Item>>>,
    /// Whether the Items are fetched.
    pub state: RwSignal<WalletState>,
    /// The error of the last fetch, if it failed.
    pub failure: RwSignal<Option<Failure>>,
    /// The number of fetches. Only the answer to the last is used.
    loads: RwSignal<u32>,
    /// The number of other changes. A list that was requested before one may lack it.
    edits: RwSignal<u32>,
    /// The number of the list's last change, as the backend counts changes.
    as_of: RwSignal<u64>,
    /// The number that the backend announced during a fetch, which the fetched list must have.
    announced: RwSignal<Option<u64>>,
}

/// The state of the Items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalletState {
    /// They are being fetched for the first time.
    Loading,
    /// All are fetched.
    Loaded,
    /// They could not be fetched; `failure` says why.
    Failed,
}

impl Wallet {
    /// Creates a wallet without Items.
    pub fn new() -> Self {
        Self {
            items: RwSignal::new(Vec::new()),
            state: RwSignal::new(WalletState::Loading),
            failure: RwSignal::new(None),
            loads: RwSignal::new(0),
            edits: RwSignal::new(0),
            as_of: RwSignal::new(0),
            announced: RwSignal::new(None),
        }
    }

    /// Fetches every Item.
    pub fn load(self, backend: Backend) {
        // Items that are fetched already stay visible meanwhile.
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
                    let items = items.into_iter().map(|item| self.updated(item));
                    self.items.try_set(items.collect());
                    self.state.try_set(WalletState::Loaded);
                    self.as_of.try_set(as_of);
                    let announced = self.announced.try_update(Option::take).flatten();
                    if let Some(announced) = announced {
                        self.catch_up(backend, announced);
                    }
                }
                Err(error) => {
                    self.state.try_set(WalletState::Failed);
                    self.failure.try_set(Some(error.into()));
                }
            }
        });
    }

    /// Fetches every Item, unless the list has the announced number. During the first fetch, the answer is checked instead.
    ///
    /// Each process of the backend counts for itself, so two numbers are equal or different, and never newer or older.
    pub fn catch_up(self, backend: Backend, announced: u64) {
        match self.state.get_untracked() {
            WalletState::Loading => self.announced.set(Some(announced)),
            WalletState::Loaded if self.as_of.get_untracked() == announced => {}
            _ => self.load(backend),
        }
    }

    /// Returns an Item by its id.
    pub fn find(self, id: &ItemId) -> Option<ArcRwSignal<Item>> {
        let has_id = |item: &&ArcRwSignal<Item>| item.with_untracked(|item| item.id == *id);
        let find = |items: &Vec<ArcRwSignal<Item>>| items.iter().find(has_id).cloned();
        self.items.try_with_untracked(find).flatten()
    }

    /// Returns the signal of an Item, updated unless it is newer already.
    fn updated(self, item: Item) -> ArcRwSignal<Item> {
        match self.find(&item.id) {
            Some(known) => {
                // An answer without balances may arrive after the balances.
                if known.with_untracked(|known| known.refreshed_at <= item.refreshed_at) {
                    known.set(item);
                }
                known
            }
            None => ArcRwSignal::new(item),
        }
    }

    /// Updates an Item, or adds a new one at the top.
    pub fn put(self, item: Item) {
        self.edits.try_update(|edits| *edits += 1);
        let is_new = self.find(&item.id).is_none();
        let item = self.updated(item);
        if is_new {
            self.items.try_update(|items| items.insert(0, item));
        }
    }

    /// Removes an Item.
    pub fn remove(self, id: &ItemId) {
        self.edits.try_update(|edits| *edits += 1);
        self.items.try_update(|items| {
            items.retain(|item| item.with_untracked(|item| item.id != *id));
        });
    }
}

/// The backend of the Link flow.
pub struct ConnectBackend {
    /// The client of our backend.
    pub backend: Backend,
    /// The wallet that a new Item is added to.
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
            let message = "Link returned no public token";
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
