//! What a user does in the page, from one tab to the next.

use std::time::Duration;

use clap::ValueEnum;
use e2e::{Browser, Stack};

const BANK: &str = "First Platypus Bank";
const OAUTH_BANK: &str = "Platypus OAuth Bank";

/// How long each request takes, so that a tab can be closed during it.
const LATENCY: Duration = Duration::from_millis(150);

/// What a user wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Journey {
    Password,
    OauthWindow,
    OauthRedirect,
    Repair,
}

impl Journey {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Password => "a bank with a password",
            Self::OauthWindow => "a bank's page in a window",
            Self::OauthRedirect => "to a bank's page and back",
            Self::Repair => "a repair",
        }
    }
}

/// Closes every tab and window, and opens an empty tab.
pub(crate) async fn close(page: &Browser) {
    page.switch_to_any_tab().await;
    let empty = page.open_tab().await;
    page.close_other_tabs(&empty).await;
    page.set_latency(LATENCY).await;
}

/// Signs in a new user, and returns the user's id.
pub(crate) async fn begin(stack: &Stack, page: &Browser, journey: Journey) -> String {
    close(page).await;
    page.clear_site_data().await;
    page.open("/").await;
    page.heading("No bank connected yet").appears().await;
    let user = page.user().await;
    if journey == Journey::Repair {
        page.connect_bank(BANK).await;
        stack.require_sign_in(&user).await;
        page.run(
            "return fetch('/api/items').then((answer) => answer.json()).then(({ items: [item] }) =>
                fetch(`/api/items/${item.id}/refresh`, { method: 'POST' })).then((answer) => answer.status)",
        )
        .await;
        page.open("/").await;
        page.region(BANK).button("Reconnect").appears().await;
    }
    user
}

/// Goes through Link up to its last button.
pub(crate) async fn reach_the_last_button(page: &Browser, journey: Journey) {
    let (open, bank) = match journey {
        Journey::Repair => (page.region(BANK).button("Reconnect"), BANK),
        Journey::Password => (page.button("Connect a bank account"), BANK),
        _ => (page.button("Connect a bank account"), OAUTH_BANK),
    };
    open.click().await;
    let link = page.enter_link().await;
    if journey != Journey::Repair {
        // Without a search, because its list moves under the mouse on a slow network.
        link.button("Continue without phone number").click().await;
        link.button(bank).click().await;
    }
    match journey {
        Journey::Repair => link.sign_in("user_good", "pass_good").await,
        Journey::Password => {
            link.sign_in("user_good", "pass_good").await;
            link.share("Plaid Checking 0000").await;
        }
        Journey::OauthWindow => {
            link.button("Continue").click().await;
            page.enter_bank_window().await.answer("Allow").await;
        }
        Journey::OauthRedirect => {
            link.button("Continue").click().await;
            link.leave().await;
            page.button("Allow").click().await;
            let link = page.enter_link().await;
            link.button("Finish").appears().await;
            return;
        }
    }
    link.button("Finish").appears().await;
}

/// Clicks the last button, and waits until the page shows the result.
pub(crate) async fn finish(page: &Browser, journey: Journey) {
    page.enter_link().await.finish().await;
    match journey {
        Journey::Password => page.region(BANK).appears().await,
        Journey::OauthWindow | Journey::OauthRedirect => page.region(OAUTH_BANK).appears().await,
        Journey::Repair => page.region(BANK).button("Reconnect").disappears().await,
    }
}

/// Opens the page again, and waits until its outbox is empty.
pub(crate) async fn open_again(page: &Browser) {
    page.open("/").await;
    page.button("Connect a bank account").appears().await;
    page.run(
        "return (async () => {
            const isPending = () => Object.keys(localStorage).some((key) => key.includes('outbox'));
            while (isPending()) await new Promise((later) => setTimeout(later, 50));
        })()",
    )
    .await;
}
