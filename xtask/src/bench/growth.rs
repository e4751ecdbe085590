//! The backend's latency with a thousand and with a million Items.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::load::{Bodies, Load};
use super::program::{Connect, Program, Programs, to_plaid};
use super::report::{Goal, Table};
use super::{Effort, backend};
use crate::workspace::Workspace;

/// How long a page may wait for a change.
const DEADLINE: Duration = Duration::from_secs(30);

/// A list, a new Item and a webhook, with few and with many Items in the database.
pub(crate) fn tables(workspace: &Workspace, effort: Effort) -> Result<Vec<Table>> {
    let programs = Programs::build(workspace, effort)?;
    let (few, many, times) = if effort.quick {
        (100, 1000, 3)
    } else {
        (1000, 1_000_000, 50)
    };
    let plaid = programs.plaid()?;
    let mut sides = Vec::new();
    for (name, items) in [("few", few), ("many", many)] {
        let connect = programs.connect(&plaid, None, name)?;
        let visitor = Visitor::with_item(&connect, &plaid)?;
        connect.seed(&["users", &items.to_string()])?;
        sides.push((connect, visitor, Figures::default()));
    }
    for _ in 0..effort.rounds {
        // Webhooks have times in whole seconds: two equal ones within a second count as one.
        thread::sleep(Duration::from_secs(1));
        for (connect, visitor, figures) in &mut sides {
            figures.measure(connect, &plaid, visitor, times)?;
        }
    }
    let head = [
        "",
        &format!("{many} Items"),
        &format!("{few} Items"),
        "ratio",
        "goal",
        "",
    ];
    let mut table = Table::new(
        "Growth",
        "One request after the other. A webhook is measured from the request to Plaid to send it until an open page receives the change.",
        &head,
    );
    if let [(_, _, few), (_, _, many)] = &sides[..] {
        for (row, many, few) in [
            ("list a user's Items", &many.list, &few.list),
            ("exchange a public token", &many.exchange, &few.exchange),
            ("webhook", &many.webhook, &few.webhook),
        ] {
            table.compare(row, "ms", many, few, Goal::AtMost(1.3));
        }
    }
    Ok(vec![table])
}

#[derive(Default)]
struct Figures {
    list: Vec<f64>,
    exchange: Vec<f64>,
    webhook: Vec<f64>,
}

impl Figures {
    fn measure(
        &mut self,
        connect: &Connect,
        plaid: &Program,
        visitor: &Visitor,
        times: usize,
    ) -> Result<()> {
        let cookies = [visitor.cookie.clone()];
        let list = Load {
            method: "GET",
            to: connect.program.at,
            path: "/api/items",
            cookies: &cookies,
            bodies: Bodies::Times("", times),
            connections: 1,
        };
        self.list.push(list.run()?.median);
        // A new user in each round, because the list would grow.
        let public_tokens = backend::public_tokens(plaid, times)?;
        let cookies = [Visitor::new(&connect.program)?.cookie];
        let exchange = Load {
            method: "POST",
            path: "/api/items",
            cookies: &cookies,
            bodies: Bodies::Each(&public_tokens),
            ..list
        };
        self.exchange.push(exchange.run()?.median);
        self.webhook
            .push(visitor.webhook(&connect.program, plaid, "ERROR")?);
        self.webhook
            .push(visitor.webhook(&connect.program, plaid, "LOGIN_REPAIRED")?);
        Ok(())
    }
}

/// A user of Connect, with a session.
pub(crate) struct Visitor {
    pub(crate) cookie: String,
    pub(crate) user: String,
    access_token: String,
}

impl Visitor {
    fn new(connect: &Program) -> Result<Self> {
        let page = connect.call("GET", "/", "", "")?;
        let cookie = page.cookie.context("a visitor gets a session")?;
        let session = connect.call("GET", "/api/session", &cookie, "")?;
        let user: Value = serde_json::from_str(&session.body)?;
        Ok(Self {
            cookie,
            user: user["user_id"].as_str().unwrap_or_default().to_owned(),
            access_token: String::new(),
        })
    }

    /// A visitor with one Item, whose webhooks go to Connect.
    pub(crate) fn with_item(connect: &Connect, plaid: &Program) -> Result<Self> {
        let mut visitor = Self::new(&connect.program)?;
        let webhook = format!(
            "\"institution_id\":\"ins_109508\",\"initial_products\":[\"auth\"],\
             \"options\":{{\"webhook\":\"http://{}/api/webhooks/plaid\"}}",
            connect.program.at
        );
        let made = plaid.call(
            "POST",
            "/sandbox/public_token/create",
            "",
            &to_plaid(&webhook),
        )?;
        let made: Value = serde_json::from_str(&made.body)?;
        let exchange = backend::to_exchange(&made["public_token"]);
        connect
            .program
            .call("POST", "/api/items", &visitor.cookie, &exchange)?;
        backend::wait_for_balances(&connect.program, &visitor.cookie)?;
        visitor.access_token = connect.seed(&["token", &visitor.user])?;
        Ok(visitor)
    }

    /// The milliseconds from the request to Plaid to send a webhook until an open page receives the change.
    fn webhook(&self, connect: &Program, plaid: &Program, code: &str) -> Result<f64> {
        let mut stream = TcpStream::connect(connect.at)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        write!(
            stream,
            "GET /api/events HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n",
            connect.at, self.cookie
        )?;
        let mut lines = BufReader::new(stream).lines();
        let mut wait_for = |event: &str| -> Result<()> {
            let asked = Instant::now();
            for line in lines.by_ref() {
                if line?.contains(event) {
                    return Ok(());
                }
                // A line comes every few seconds even without an event.
                if asked.elapsed() > DEADLINE {
                    bail!("Connect does not send `{event}`");
                }
            }
            bail!("Connect closed its event stream")
        };
        wait_for("event: ready")?;
        let fire = format!(
            "\"access_token\":\"{}\",\"webhook_code\":\"{code}\"",
            self.access_token
        );
        let fired = Instant::now();
        plaid.call("POST", "/sandbox/item/fire_webhook", "", &to_plaid(&fire))?;
        wait_for("event: change")?;
        Ok(fired.elapsed().as_secs_f64() * 1000.0)
    }
}

impl Connect {
    /// Runs `bench/seed` on the database, and returns its output.
    pub(crate) fn seed(&self, args: &[&str]) -> Result<String> {
        let mut seed = Command::new(&self.seed);
        seed.arg(&self.data).args(args);
        let output = seed.output().context("bench/seed does not start")?;
        if !output.status.success() {
            bail!("bench/seed: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}
