//! The backend compared with express and Plaid's own client, both over the same offline Plaid.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::Effort;
use super::load::{Bodies, Load, Outcome};
use super::program::{Program, Programs, to_plaid};
use super::report::{Goal, Table, median};
use crate::workspace::Workspace;

const CONNECTIONS: usize = 32;

const LINK_TOKEN: &str = "\"client_name\":\"Connect\",\"language\":\"en\",\"country_codes\":[\"US\"],\
    \"products\":[\"auth\"],\"user\":{\"client_user_id\":\"user-1\"}";

/// The fields of a request for a public token.
pub(crate) const PUBLIC_TOKEN: &str =
    "\"institution_id\":\"ins_109508\",\"initial_products\":[\"auth\"]";

/// Link tokens, exchanges and memory; the offline Plaid alone; the latency that the backend adds to one call.
pub(crate) fn tables(workspace: &Workspace, effort: Effort) -> Result<Vec<Table>> {
    let programs = Programs::build(workspace, effort)?;
    let plaid = programs.plaid()?;
    let ours = programs.connect(&plaid, None, "backend")?.program;
    let peer = programs.express(&plaid)?;
    let (during, exchanges, alone) = if effort.quick {
        (Duration::from_millis(200), 50, 50)
    } else {
        (Duration::from_secs(3), 2000, 1000)
    };

    let mut measured = Measured::default();
    let token = to_plaid(LINK_TOKEN);
    for round in 0..effort.rounds {
        let visitors = visitors(&ours)?;
        // Each side is first every other time.
        let mut sides = [(&ours, &mut measured.ours), (&peer, &mut measured.peer)];
        if round % 2 == 1 {
            sides.reverse();
        }
        for (program, side) in sides {
            let tokens = post(
                program,
                "/api/link/tokens",
                &visitors,
                Bodies::Same("{}", during),
            )?;
            side.tokens.add(&tokens);
            let public_tokens = public_tokens(&plaid, exchanges)?;
            let begun = Instant::now();
            let exchanged = post(
                program,
                "/api/items",
                &visitors,
                Bodies::Each(&public_tokens),
            )?;
            side.exchanges.add(&exchanged);
            // Our backend must be idle while the peer is measured.
            for visitor in &visitors {
                wait_for_balances(&ours, visitor)?;
            }
            #[expect(clippy::cast_precision_loss, reason = "a count")]
            let per_second = exchanges as f64 / begun.elapsed().as_secs_f64();
            side.with_balances.push(per_second);
        }
        let load = post(
            &plaid,
            "/link/token/create",
            &[],
            Bodies::Same(&token, during),
        )?;
        measured.plaid.push(load.per_second);
        let direct = one_by_one(&plaid, "/link/token/create", &[], &token, alone)?;
        let through = one_by_one(&ours, "/api/link/tokens", &visitors, "{}", alone)?;
        measured.direct.push(direct.median);
        measured.added.push(through.median - direct.median);
    }
    Ok(vec![measured.table(ours.memory()?, peer.memory()?)])
}

#[derive(Default)]
struct Measured {
    ours: Side,
    peer: Side,
    plaid: Vec<f64>,
    direct: Vec<f64>,
    added: Vec<f64>,
}

#[derive(Default)]
struct Side {
    tokens: Figures,
    exchanges: Figures,
    with_balances: Vec<f64>,
}

#[derive(Default)]
struct Figures {
    per_second: Vec<f64>,
    p99: Vec<f64>,
}

impl Figures {
    fn add(&mut self, outcome: &Outcome) {
        self.per_second.push(outcome.per_second);
        self.p99.push(outcome.p99);
    }
}

impl Measured {
    fn table(&self, our_memory: f64, peer_memory: f64) -> Table {
        let (ours, peer) = (&self.ours, &self.peer);
        let mut table = Table::comparison(
            "Backend",
            format!(
                "{CONNECTIONS} connections, each of which sends its next request as soon as it has the answer. The peer is express with \
                 Plaid's client\nand keeps access tokens in memory. Ours stores each Link token, seals access tokens and writes them to \
                 disk before it answers.\nIt also fetches the balances of the new Items, which the peer does not."
            ),
        );
        let (tokens, exchanges) = (&ours.tokens, &ours.exchanges);
        table.compare(
            "Link tokens",
            "/s",
            &tokens.per_second,
            &peer.tokens.per_second,
            Goal::AtLeast(5.0),
        );
        table.compare(
            "Link token, 99 of 100 within",
            "ms",
            &tokens.p99,
            &peer.tokens.p99,
            Goal::AtMost(1.0),
        );
        table.compare(
            "exchanges",
            "/s",
            &exchanges.per_second,
            &peer.exchanges.per_second,
            Goal::AtLeast(2.0),
        );
        table.compare(
            "exchange, 99 of 100 within",
            "ms",
            &exchanges.p99,
            &peer.exchanges.p99,
            Goal::None,
        );
        table.alone(
            "exchanges, with the balances afterwards",
            "/s",
            &ours.with_balances,
            Goal::None,
        );
        table.compare(
            "memory after all that",
            "MB",
            &[our_memory],
            &[peer_memory],
            Goal::AtMost(1.0),
        );
        table.alone(
            "offline Plaid alone: Link tokens",
            "/s",
            &self.plaid,
            Goal::AtLeast(10_000.0),
        );
        let direct = median(&self.direct);
        table.alone(
            &format!("added to one call of {direct:.2} ms"),
            "ms",
            &self.added,
            Goal::AtMost(2.0),
        );
        table
    }
}

/// One visitor for each connection, since one user's exchanges run one after the other.
fn visitors(connect: &Program) -> Result<Vec<String>> {
    let cookie = |_| {
        let answer = connect.call("GET", "/", "", "")?;
        answer.cookie.context("a visitor gets a session")
    };
    (0..CONNECTIONS).map(cookie).collect()
}

/// New public tokens, each as the body of an exchange.
pub(crate) fn public_tokens(plaid: &Program, count: usize) -> Result<Vec<String>> {
    let body = to_plaid(PUBLIC_TOKEN);
    let made = load(
        plaid,
        "/sandbox/public_token/create",
        &[],
        Bodies::Times(&body, count),
    );
    let to_exchange = |answer: String| {
        let answer: Value = serde_json::from_str(&answer)?;
        Ok(to_exchange(&answer["public_token"]))
    };
    made.run()?.answers.into_iter().map(to_exchange).collect()
}

/// The body that a page sends: a public token, and Link's metadata of the bank and of two accounts, always the same.
pub(crate) fn to_exchange(public_token: &Value) -> String {
    let account = |name, subtype| json!({ "id": name, "name": name, "mask": "0000", "type": "depository", "subtype": subtype });
    let body = json!({
        "public_token": public_token,
        "metadata": {
            "institution": { "institution_id": "ins_109508", "name": "First Platypus Bank" },
            "accounts": [account("Plaid Checking", "checking"), account("Plaid Saving", "savings")],
        },
        "allow_duplicate": true,
    });
    body.to_string()
}

/// Waits until the balances of a visitor's Items are stored.
pub(crate) fn wait_for_balances(connect: &Program, cookie: &str) -> Result<()> {
    while connect
        .call("GET", "/api/items", cookie, "")?
        .body
        .contains("\"refreshed_at\":null")
    {
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn post(program: &Program, path: &str, cookies: &[String], bodies: Bodies<'_>) -> Result<Outcome> {
    load(program, path, cookies, bodies).run()
}

fn one_by_one(
    program: &Program,
    path: &str,
    cookies: &[String],
    body: &str,
    times: usize,
) -> Result<Outcome> {
    let mut load = load(program, path, cookies, Bodies::Times(body, times));
    load.connections = 1;
    load.run()
}

fn load<'a>(
    program: &Program,
    path: &'a str,
    cookies: &'a [String],
    bodies: Bodies<'a>,
) -> Load<'a> {
    Load {
        method: "POST",
        to: program.at,
        path,
        cookies,
        bodies,
        connections: CONNECTIONS,
    }
}
