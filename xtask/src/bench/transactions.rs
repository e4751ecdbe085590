//! The latency of a page of transactions for a user with many, and for one with ten times as many.

use anyhow::{Context, Result};
use serde_json::Value;

use super::Effort;
use super::growth::Visitor;
use super::load::{Bodies, Load};
use super::program::{Program, Programs};
use super::report::{Goal, Table};
use crate::workspace::Workspace;

const PAGE: &str = "/api/transactions?limit=100";

/// The newest page, and a distant one.
pub(crate) fn tables(workspace: &Workspace, effort: Effort) -> Result<Vec<Table>> {
    let programs = Programs::build(workspace, effort)?;
    let (many, pages, times) = if effort.quick {
        (1000, 5, 3)
    } else {
        (100_000, 500, 200)
    };
    let more = 10 * many;
    let plaid = programs.plaid()?;
    let mut sides = Vec::new();
    for (name, count) in [("transactions", many), ("more-transactions", more)] {
        let connect = programs.connect(&plaid, None, name)?;
        let visitor = Visitor::with_item(&connect, &plaid)?;
        connect.seed(&["transactions", &visitor.user, &count.to_string()])?;
        let far = path_after(&connect.program, &visitor, pages)?;
        sides.push((connect, visitor, far, Figures::default()));
    }
    for _ in 0..effort.rounds {
        for (connect, visitor, far, figures) in &mut sides {
            figures.measure(&connect.program, visitor, far, times)?;
        }
    }
    let head = [
        "",
        &format!("{more} transactions"),
        &format!("{many} transactions"),
        "ratio",
        "goal",
        "",
    ];
    let mut table = Table::new(
        "Transactions",
        format!(
            "Pages of 100, one request after the other. The far page comes after {pages} others."
        ),
        &head,
    );
    if let [(_, _, _, many), (_, _, _, more)] = &sides[..] {
        table.compare(
            "newest page",
            "ms",
            &more.newest,
            &many.newest,
            Goal::AtMost(1.3),
        );
        table.compare("far page", "ms", &more.far, &many.far, Goal::AtMost(1.3));
        table.alone(
            "any page, 99 of 100 within",
            "ms",
            &more.p99,
            Goal::AtMost(20.0),
        );
    }
    Ok(vec![table])
}

#[derive(Default)]
struct Figures {
    newest: Vec<f64>,
    far: Vec<f64>,
    p99: Vec<f64>,
}

impl Figures {
    fn measure(
        &mut self,
        connect: &Program,
        visitor: &Visitor,
        far: &str,
        times: usize,
    ) -> Result<()> {
        for (path, medians) in [(PAGE, &mut self.newest), (far, &mut self.far)] {
            let load = Load {
                method: "GET",
                to: connect.at,
                path,
                cookies: std::slice::from_ref(&visitor.cookie),
                bodies: Bodies::Times("", times),
                connections: 1,
            };
            let outcome = load.run()?;
            medians.push(outcome.median);
            self.p99.push(outcome.p99);
        }
        Ok(())
    }
}

/// The path of the page that comes after this number of pages.
fn path_after(connect: &Program, visitor: &Visitor, pages: usize) -> Result<String> {
    let mut path = PAGE.to_owned();
    for _ in 0..pages {
        let page = connect.call("GET", &path, &visitor.cookie, "")?;
        let page: Value = serde_json::from_str(&page.body)?;
        let before = page["before"].as_str().context("there is another page")?;
        path = format!("{PAGE}&before={before}");
    }
    Ok(path)
}
