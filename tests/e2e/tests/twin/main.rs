//! Our bindings and react-plaid-link, driven through the same scenarios over the same Link JS, are called the same.
//!
//! And however often Link is opened and closed, a page is as it was. So we know that the bindings say what pages expect, and that the offline Plaid speaks as pages are used to.

mod calls;
mod cycles;
mod pages;
mod scenarios;
mod side;

use crate::pages::Pages;
use crate::scenarios::SCENARIOS;
use crate::side::Side;

#[tokio::test(flavor = "multi_thread")]
async fn both_are_called_the_same() {
    let pages = Pages::serve().await;
    let ours = Side::start(format!("{}/ours/twin.html", pages.url)).await;
    let react = Side::start(format!("{}/react/twin.html", pages.url)).await;
    let mut wrong = Vec::new();
    for scenario in SCENARIOS {
        let name = scenario.name;
        // For one that gets stuck.
        eprintln!("{name}");
        let (by_ours, by_react) = tokio::join!(ours.play(scenario), react.play(scenario));
        let names = calls::names(&by_ours);
        if !names
            .iter()
            .map(String::as_str)
            .eq(scenario.calls.split_whitespace())
        {
            wrong.push(format!("{name}: ours is called\n{}", names.join(" ")));
        }
        let mut pairs = by_ours.iter().zip(&by_react);
        if let Some(unlike) = pairs.find(|(ours, react)| ours != react) {
            wrong.push(format!("{name}: ours and react's are unlike: {unlike:#?}"));
        }
        let late = by_react.get(by_ours.len()..).unwrap_or_default();
        let late = calls::names(late).join(" ");
        if late != scenario.late || by_ours.len() > by_react.len() {
            wrong.push(format!("{name}: react is called besides\n{late}"));
        }
    }
    ours.browser.quit().await;
    react.browser.quit().await;
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n\n"));
}
