//! Counts what became of all visits, by what Plaid knows and what their users see.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use plaid_emulator::Emulator;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::Kind;
use crate::browser::{Storage, Stored};
use crate::process::{Process, RECONCILE};

/// How long everything may take to come to rest at the end.
const PATIENCE: Duration = Duration::from_secs(120);

/// What became of all visits.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) browsers_killed: usize,
    pub(crate) backends_killed: usize,
    ended: usize,
    items: usize,
    lost: usize,
    duplicates: usize,
    ownerless: usize,
    told: i64,
}

impl Tally {
    pub(crate) fn row(&self, kind: Kind) -> String {
        format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            kind.name(),
            self.browsers_killed,
            self.backends_killed,
            self.ended,
            self.items,
            self.lost,
            self.told,
            self.duplicates,
            self.ownerless,
        )
    }

    /// Nothing is there twice, and nothing is lost but what Plaid gives to nobody and somebody was told of.
    pub(crate) fn is_good(&self) -> bool {
        let told = usize::try_from(self.told).unwrap_or_default();
        self.duplicates == 0 && self.lost == told && self.ownerless == 0
    }
}

/// Waits until nothing moves any more, and counts.
pub(crate) async fn settle(
    emulator: &Emulator,
    backend: &Process,
    kind: Kind,
    visitors: &[Storage],
    tally: &mut Tally,
) {
    let mut ended = Vec::new();
    for visitor in visitors {
        ended.push(ended_visits(emulator, visitor).await);
    }
    tally.ended = ended.iter().sum();
    let until = Instant::now() + PATIENCE;
    // What is brought and found by asking as well would be there twice: it has to have been asked.
    let from = Instant::now() + 3 * RECONCILE;
    loop {
        let mut owners = HashMap::<String, usize>::new();
        (tally.items, tally.lost, tally.duplicates) = (0, 0, 0);
        for (visitor, ended) in visitors.iter().zip(&ended) {
            let items = items(backend, visitor).await;
            let due = match kind {
                Kind::Repair => 1,
                Kind::Lenient | Kind::Strict => *ended,
            };
            // What was not repaired at Plaid is broken here, too.
            let good = items.iter().filter(|item| item.is_healthy).count();
            tally.items += items.len();
            tally.lost += ended.saturating_sub(good);
            tally.duplicates += items.len().saturating_sub(due);
            for item in items {
                *owners.entry(item.id).or_default() += 1;
            }
        }
        tally.duplicates += owners.values().filter(|owners| **owners > 1).count();
        tally.ownerless = ownerless(emulator, &owners).await;
        tally.told = backend.lost().await;
        let now = Instant::now();
        if tally.is_good() && now > from || now > until {
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// How many visits of a browser ended well for what it wishes, as Plaid knows.
async fn ended_visits(emulator: &Emulator, visitor: &Storage) -> usize {
    let mut ended = 0;
    let Stored {
        link_tokens, wish, ..
    } = visitor.read();
    let wished = link_tokens.iter().filter(|(_, purpose)| *purpose == wish);
    for (token, _) in wished {
        let request = reqwest::Client::new()
            .post(format!("{}/link/token/get", emulator.url()))
            .header("PLAID-CLIENT-ID", emulator.client_id())
            .header("PLAID-SECRET", emulator.secret())
            .json(&json!({ "link_token": token }));
        let answer = answer(request).await;
        let sessions = answer["link_sessions"].as_array().map(Vec::as_slice);
        ended += sessions
            .unwrap_or_default()
            .iter()
            .filter_map(|session| session["results"]["item_add_results"].as_array())
            .map(Vec::len)
            .sum::<usize>();
    }
    ended
}

/// An Item as its user sees it.
pub(crate) struct Seen {
    pub(crate) id: String,
    pub(crate) is_healthy: bool,
}

/// The Items that a browser's user sees.
pub(crate) async fn items(backend: &Process, visitor: &Storage) -> Vec<Seen> {
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
        .map(|item| Seen {
            id: item["id"].as_str().expect("an id").to_owned(),
            is_healthy: item["status"] == "healthy",
        })
        .collect()
}

/// How many Items at Plaid have an access token, and no owner here.
async fn ownerless(emulator: &Emulator, owners: &HashMap<String, usize>) -> usize {
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
