//! The number of Items and of completed Link sessions of a user.

use connect_api::ItemStatus;
use connect_server::store::vault::{Place, Vault};
use connect_server::{UserId, store};
use serde_json::{Value, json};

use crate::Stack;
use crate::stack::{database, vault_key};

/// The completed Link sessions of a user by Plaid's record, whether or not the backend knows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompletedSessions {
    /// The sessions that connected a bank.
    pub items: usize,
    /// The sessions that repaired an Item.
    pub repairs: usize,
}

/// The number of Items that a user has in Connect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemCounts {
    /// All Items.
    pub total: usize,
    /// The Items without a problem.
    pub healthy: usize,
}

impl Stack {
    /// Counts this user's Items in Connect.
    ///
    /// # Panics
    /// When the database does not open.
    pub async fn item_counts(&self, user: &str) -> ItemCounts {
        let store = store::open(&database(self.data_dir())).await;
        let store = store.expect("the database opens");
        let items = store.items(&UserId::new(user.to_owned())).await;
        let items = items.expect("the user's Items");
        store.close().await;
        let healthy = items
            .iter()
            .filter(|item| item.status == ItemStatus::Healthy);
        ItemCounts {
            total: items.len(),
            healthy: healthy.count(),
        }
    }

    /// Counts this user's completed Link sessions at Plaid.
    ///
    /// # Panics
    /// When the database does not open, or Plaid does not answer.
    pub async fn completed_sessions(&self, user: &str) -> CompletedSessions {
        let user = UserId::new(user.to_owned());
        let store = store::open(&database(self.data_dir())).await;
        let store = store.expect("the database opens");
        let vault = Vault::open(&vault_key(self.data_dir())).expect("the key opens");
        let links = store.link_tokens_of(&user).await.expect("Link tokens");
        let mut sessions = CompletedSessions::default();
        for link in links {
            let place = Place::LinkToken {
                user: link.user,
                link_token: link.digest,
            };
            let token = vault.unseal_bytes(&link.sealed, &place);
            let token = token.expect("a Link token opens");
            let completed = self.completed_count(&String::from_utf8_lossy(&token)).await;
            match link.item {
                None => sessions.items += completed,
                Some(_) => sessions.repairs += completed,
            }
        }
        store.close().await;
        sessions
    }

    /// Counts the completed sessions of a Link token.
    async fn completed_count(&self, token: &str) -> usize {
        let request = reqwest::Client::new()
            .post(format!("{}/link/token/get", self.plaid().url()))
            .header("PLAID-CLIENT-ID", self.plaid().client_id())
            .header("PLAID-SECRET", self.plaid().secret())
            .json(&json!({ "link_token": token }));
        let answer = request.send().await.expect("Plaid answers");
        let answer: Value = answer.json().await.expect("JSON");
        let sessions = answer["link_sessions"].as_array().expect("a list");
        let results = sessions
            .iter()
            .filter_map(|session| session["results"]["item_add_results"].as_array());
        results.map(Vec::len).sum()
    }
}
