//! A comparison of our bindings with react-plaid-link, in the same scenarios over the same Link JS.
//!
//! Both pages must receive the same callbacks. Our page must not leak memory over many Link sessions.

mod calls;
mod cycles;
mod page_server;
mod scenarios;
mod twin_page;

use crate::page_server::PageServer;
use crate::scenarios::SCENARIOS;
use crate::twin_page::TwinPage;

#[tokio::test(flavor = "multi_thread")]
async fn both_pages_receive_the_same_callbacks() {
    let server = PageServer::start().await;
    let ours = TwinPage::start(format!("{}/ours/twin.html", server.url)).await;
    let react = TwinPage::start(format!("{}/react/twin.html", server.url)).await;
    let mut differences = Vec::new();
    for scenario in SCENARIOS {
        let name = scenario.name;
        // Printed for a scenario that hangs.
        eprintln!("{name}");
        let (our_calls, react_calls) =
            tokio::join!(ours.run_scenario(scenario), react.run_scenario(scenario));
        let names = calls::names(&our_calls);
        if !names
            .iter()
            .map(String::as_str)
            .eq(scenario.calls.split_whitespace())
        {
            differences.push(format!("{name}: our page received\n{}", names.join(" ")));
        }
        let mut pairs = our_calls.iter().zip(&react_calls);
        if let Some(pair) = pairs.find(|(ours, react)| ours != react) {
            differences.push(format!("{name}: the pages differ: {pair:#?}"));
        }
        let late = react_calls.get(our_calls.len()..).unwrap_or_default();
        let late = calls::names(late).join(" ");
        if late != scenario.late || our_calls.len() > react_calls.len() {
            differences.push(format!("{name}: the React page also received\n{late}"));
        }
    }
    ours.browser.quit().await;
    react.browser.quit().await;
    assert!(differences.is_empty(), "\n{}\n", differences.join("\n\n"));
}
