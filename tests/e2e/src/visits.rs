use connect_api::ItemStatus;
use connect_server::store::vault::Vault;
use connect_server::{UserId, store};
use serde_json::{Value, json};

use crate::Stack;
use crate::stack::{database, vault_key};

/// What Plaid says that visits to Link brought, whether or not the backend was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Visits {
    /// How many Items were handed over.
    pub items: usize,
    /// How many Items were repaired.
    pub repairs: usize,
}

/// What a user has in Connect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wallet {
    /// How many Items.
    pub items: usize,
    /// How many of them work.
    pub healthy: usize,
}

impl Stack {
    /// What this user has in Connect.
    ///
    /// # Panics
    /// When the database does not open.
    pub async fn wallet(&self, user: &str) -> Wallet {
        let store = store::open(&database(self.data_dir())).await;
        let store = store.expect("the database opens");
        let items = store.items(&UserId::new(user.to_owned())).await;
        let items = items.expect("the user's Items");
        store.close().await;
        let healthy = items
            .iter()
            .filter(|item| item.status == ItemStatus::Healthy);
        Wallet {
            items: items.len(),
            healthy: healthy.count(),
        }
    }

    /// What came of all visits of this user's.
    ///
    /// # Panics
    /// When the database does not open, or Plaid does not answer.
    pub async fn visits(&self, user: &str) -> Visits {
        let user = UserId::new(user.to_owned());
        let store = store::open(&database(self.data_dir())).await;
        let store = store.expect("the database opens");
        let vault = Vault::open(&vault_key(self.data_dir())).expect("the key opens");
        let kept = store.link_tokens_of(&user).await.expect("Link tokens");
        let mut visits = Visits::default();
        for kept in kept {
            let token = vault.unseal_bytes(&kept.sealed, "Link token");
            let token = token.expect("a Link token opens");
            let brought = self.brought(&String::from_utf8_lossy(&token)).await;
            match kept.item {
                None => visits.items += brought,
                Some(_) => visits.repairs += brought,
            }
        }
        store.close().await;
        visits
    }

    /// How many of a Link token's visits ended well.
    async fn brought(&self, token: &str) -> usize {
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
