//! The results of all visits, from Plaid's and from the users' point of view.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use plaid_emulator::Emulator;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::Kind;
use crate::browser::{Storage, Stored};
use crate::process::{Process, RECONCILE};

/// How long the backend may take to settle at the end.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(120);

/// The results of all visits.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) browsers_killed: usize,
    pub(crate) backends_killed: usize,
    completed: usize,
    items: usize,
    lost: usize,
    duplicates: usize,
    orphans: usize,
    reported: i64,
}

impl Tally {
    pub(crate) fn row(&self, kind: Kind) -> String {
        format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            kind.name(),
            self.browsers_killed,
            self.backends_killed,
            self.completed,
            self.items,
            self.lost,
            self.reported,
            self.duplicates,
            self.orphans,
        )
    }

    /// Whether there are no duplicates and no orphans, and every lost Item was reported to its user.
    pub(crate) fn is_good(&self) -> bool {
        let reported = usize::try_from(self.reported).unwrap_or_default();
        self.duplicates == 0 && self.lost == reported && self.orphans == 0
    }
}

/// Waits until the backend has settled, and counts.
pub(crate) async fn settle(
    emulator: &Emulator,
    backend: &Process,
    kind: Kind,
    visitors: &[Storage],
    tally: &mut Tally,
) {
    let mut completed = Vec::new();
    for visitor in visitors {
        completed.push(completed_visits(emulator, visitor).await);
    }
    tally.completed = completed.iter().sum();
    let deadline = Instant::now() + SETTLE_TIMEOUT;
    // The backend must have asked Plaid too: a token that a browser submitted could become a duplicate.
    let earliest = Instant::now() + 3 * RECONCILE;
    loop {
        let mut owners = HashMap::<String, usize>::new();
        (tally.items, tally.lost, tally.duplicates) = (0, 0, 0);
        for (visitor, completed) in visitors.iter().zip(&completed) {
            let items = items(backend, visitor).await;
            let expected = match kind {
                Kind::Repair => 1,
                Kind::UsedTokenAccepted | Kind::UsedTokenRefused => *completed,
            };
            // An Item that was not repaired at Plaid is not healthy here either.
            let healthy = items.iter().filter(|item| item.is_healthy).count();
            tally.items += items.len();
            tally.lost += completed.saturating_sub(healthy);
            tally.duplicates += items.len().saturating_sub(expected);
            for item in items {
                *owners.entry(item.id).or_default() += 1;
            }
        }
        tally.duplicates += owners.values().filter(|owners| **owners > 1).count();
        tally.orphans = orphans(emulator, &owners).await;
        tally.reported = backend.lost_tokens().await;
        let now = Instant::now();
        if tally.is_good() && now > earliest || now > deadline {
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Returns how many visits with the browser's purpose were completed, according to Plaid.
async fn completed_visits(emulator: &Emulator, visitor: &Storage) -> usize {
    let mut completed = 0;
    let Stored {
        link_tokens,
        purpose: current,
        ..
    } = visitor.read();
    let tokens = link_tokens
        .iter()
        .filter(|(_, purpose)| *purpose == current);
    for (token, _) in tokens {
        let request = reqwest::Client::new()
            .post(format!("{}/link/token/get", emulator.url()))
            .header("PLAID-CLIENT-ID", emulator.client_id())
            .header("PLAID-SECRET", emulator.secret())
            .json(&json!({ "link_token": token }));
        let answer = answer(request).await;
        let sessions = answer["link_sessions"].as_array().map(Vec::as_slice);
        completed += sessions
            .unwrap_or_default()
            .iter()
            .filter_map(|session| session["results"]["item_add_results"].as_array())
            .map(Vec::len)
            .sum::<usize>();
    }
    completed
}

/// An Item as its user sees it.
pub(crate) struct VisibleItem {
    pub(crate) id: String,
    pub(crate) is_healthy: bool,
}

/// Returns the Items that the browser's user sees.
pub(crate) async fn items(backend: &Process, visitor: &Storage) -> Vec<VisibleItem> {
    let Some(cookie) = visitor.read().cookie else {
        return Vec::new();
    };
    let request = reqwest::Client::new()
        .get(format!("{}/api/items", backend.url))
        .header("cookie", cookie);
    let answer = answer(request).await;
    let items = answer["items"].as_array().expect("Items");
    items
        .iter()
        .map(|item| VisibleItem {
            id: item["id"].as_str().expect("an id").to_owned(),
            is_healthy: item["status"] == "healthy",
        })
        .collect()
}

/// Returns how many Items at Plaid have an access token that no user has here.
async fn orphans(emulator: &Emulator, owners: &HashMap<String, usize>) -> usize {
    let request = reqwest::Client::new().get(format!("{}/emulator/items", emulator.url()));
    let answer = answer(request).await;
    let items = answer["items"].as_array().expect("Items");
    items
        .iter()
        .filter(|item| item["access_tokens"] != 0)
        .filter(|item| !owners.contains_key(item["item_id"].as_str().unwrap_or_default()))
        .count()
}

async fn answer(request: RequestBuilder) -> Value {
    let answer = request.send().await.expect("an answer");
    answer.json().await.expect("JSON")
}
