//! The rendering of a page with many Items.

use anyhow::{Context, Result};
use serde_json::Value;

use super::Effort;
use super::chrome::Chrome;
use super::growth::Visitor;
use super::program::Programs;
use super::report::{Goal, Table};
use crate::build;
use crate::build::Packaging;
use crate::workspace::Workspace;

const ITEMS: usize = 50;
const ACCOUNTS: usize = 500;

/// The milliseconds from the backend's answer until all accounts are in the page.
const RENDERED: &str = "new Promise((done) => {
  const look = () => {
    if (document.querySelectorAll('.account').length < WANTED) return setTimeout(look, 1);
    const [items] = performance.getEntriesByType('resource').filter((entry) => entry.name.endsWith('/api/items'));
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - items.responseEnd), 0));
  };
  look();
})";

/// The milliseconds from the answer to a refresh until the new balance is in the page.
const REFRESHED: &str = "new Promise((done) => {
  const cards = Array.from(document.querySelectorAll('.item'));
  const card = cards.find((card) => card.textContent.includes('$1.00'));
  const refresh = Array.from(card.querySelectorAll('button')).find((button) => button.textContent.trim() === 'Refresh');
  new MutationObserver(() => {
    if (card.textContent.includes('$1.00')) return;
    const changed = performance.now();
    const look = () => {
      const answered = performance.getEntriesByType('resource').find((entry) => entry.name.endsWith('/refresh'));
      if (answered) done(changed - answered.responseEnd); else setTimeout(look, 1);
    };
    look();
  }).observe(card, { childList: true, characterData: true, subtree: true });
  refresh.click();
})";

/// The first render, and the refresh of one Item.
pub(crate) fn tables(workspace: &Workspace, effort: Effort) -> Result<Vec<Table>> {
    let programs = Programs::build(workspace, effort)?;
    build::app(workspace, Packaging::Optimized)?;
    let plaid = programs.plaid()?;
    let ours = programs.connect(&plaid, Some(&workspace.root.join("dist")), "lists")?;
    let origin = format!("http://{}/", ours.program.at);
    let visitor = Visitor::with_item(&ours, &plaid)?;
    let (mut rendered, mut refreshed) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        ours.seed(&[
            "user",
            &visitor.user,
            &ITEMS.to_string(),
            &(ACCOUNTS / ITEMS).to_string(),
        ])?;
        let listed = ours
            .program
            .call("GET", "/api/items", &visitor.cookie, "")?;
        let listed: Value = serde_json::from_str(&listed.body)?;
        let items = listed["items"].as_array().context("Connect lists Items")?;
        let accounts: usize = items
            .iter()
            .filter_map(|item| Some(item["accounts"].as_array()?.len()))
            .sum();

        let mut chrome = Chrome::start(workspace)?;
        chrome.slow_down()?;
        chrome.sign_in(&origin, &visitor.cookie)?;
        chrome.open(&origin)?;
        rendered.push(chrome.number(&RENDERED.replace("WANTED", &accounts.to_string()))?);
        refreshed.push(chrome.number(REFRESHED)?);
    }
    let mut table = Table::comparison(
        "Long lists",
        format!(
            "{ITEMS} Items with {ACCOUNTS} accounts on the same slow phone, from the backend's answer until the page shows it."
        ),
    );
    table.alone("first render", "ms", &rendered, Goal::None);
    table.alone("one Item refreshed", "ms", &refreshed, Goal::None);
    Ok(vec![table])
}
