//! The accounts of an Item.

use connect_api::Item;
use leptos::prelude::*;
use plaid_types::{Account, AccountId, AccountSubtype, AccountType, Balances};

use crate::children::{Children, fill, mount};
use crate::intl::money;

/// A list of accounts, each with its name, mask, type and balance.
#[component]
pub fn AccountList(
    /// The Item whose accounts are shown.
    item: ArcRwSignal<Item>,
) -> impl IntoView {
    let source = item.clone();
    let rows = Children::new(
        move || source.with(row_keys),
        move |list, key: &RowKey| {
            let account = item.with(|item| {
                let mut accounts = item.accounts.iter();
                accounts
                    .find(|account| account.account_id == key.account_id)
                    .cloned()
            });
            account.map(|account| mount(list, move || row(account)))
        },
    );
    view! { <ul class="accounts" role="list" use:fill=rows></ul> }
}

/// The key of a row. New balances make a new row.
#[derive(PartialEq)]
struct RowKey {
    account_id: AccountId,
    refreshed_at: Option<String>,
}

fn row_keys(item: &Item) -> Vec<RowKey> {
    let key = |account: &Account| RowKey {
        account_id: account.account_id.clone(),
        refreshed_at: item.refreshed_at.clone(),
    };
    item.accounts.iter().map(key).collect()
}

fn row(account: Account) -> impl IntoView {
    let kind = kind_of(&account);
    let mask = account.mask.unwrap_or_default();
    let is_unmasked = mask.is_empty();
    let Balances {
        available,
        current,
        iso_currency_code,
        unofficial_currency_code,
        ..
    } = account.balances;
    let format = |amount| {
        money(
            amount,
            iso_currency_code.as_deref(),
            unofficial_currency_code.as_deref(),
        )
    };
    let (current, available) = (current.or(available).map(format), available.map(format));
    let available = match &available {
        Some(amount) if available != current => format!("{amount} available"),
        _ => String::new(),
    };
    let balance = current.unwrap_or_else(|| "—".to_owned());
    view! {
        <li class="account">
            <div class="account-what">
                <span class="account-name">{account.name}</span>
                <span class="account-kind">
                    {kind}
                    <span class="account-mask" hidden=is_unmasked>
                        <span aria-hidden="true">" •••• "</span>
                        <span class="visually-hidden">" ending in "</span>
                        {mask}
                    </span>
                </span>
            </div>
            <div class="account-money">
                <span class="account-balance">{balance}</span>
                <span class="account-available">{available}</span>
            </div>
        </li>
    }
}

/// Returns the type of an account in words. Plaid writes them in lower case.
fn kind_of(account: &Account) -> String {
    match (&account.subtype, &account.kind) {
        (Some(AccountSubtype::Cd), _) => "CD".to_owned(),
        (Some(AccountSubtype::Ira), _) => "IRA".to_owned(),
        (Some(AccountSubtype::Hsa), _) => "HSA".to_owned(),
        (Some(AccountSubtype::K401), _) => "401(k)".to_owned(),
        (Some(subtype), kind) => {
            let loan = if *kind == AccountType::Loan {
                " loan"
            } else {
                ""
            };
            capitalized(&format!("{subtype}{loan}"))
        }
        (None, kind) => capitalized(kind.as_str()),
    }
}

/// Capitalizes ASCII only, because Unicode's tables are larger than this page.
fn capitalized(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_type_has_readable_words() {
        for (kind, subtype, words) in [
            ("depository", Some("checking"), "Checking"),
            ("depository", Some("cd"), "CD"),
            ("credit", Some("credit card"), "Credit card"),
            ("investment", Some("401k"), "401(k)"),
            ("loan", Some("student"), "Student loan"),
            ("loan", Some("home equity"), "Home equity loan"),
            ("depository", Some("éclair"), "éclair"),
            ("brokerage", None, "Brokerage"),
            ("", Some(""), ""),
        ] {
            let account = Account {
                account_id: "1".into(),
                balances: Balances::default(),
                mask: None,
                name: String::new(),
                official_name: None,
                kind: kind.into(),
                subtype: subtype.map(Into::into),
            };
            assert_eq!(kind_of(&account), words);
        }
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod browser_tests {
    use connect_api::ItemStatus;
    use leptos::mount::mount_to;
    use leptos::task::tick;
    use wasm_bindgen::JsCast;
    use wasm_bindgen_test::wasm_bindgen_test;
    use web_sys::HtmlElement;

    use super::*;

    fn account(id: &str, current: f64) -> Account {
        Account {
            account_id: id.into(),
            balances: Balances {
                current: Some(current),
                iso_currency_code: Some("USD".to_owned()),
                ..Balances::default()
            },
            mask: None,
            name: id.to_owned(),
            official_name: None,
            kind: AccountType::Depository,
            subtype: None,
        }
    }

    fn item(accounts: Vec<Account>) -> Item {
        Item {
            id: "item-1".into(),
            institution_id: None,
            institution_name: String::new(),
            institution_color: None,
            status: ItemStatus::Healthy,
            error: None,
            accounts,
            new_accounts_available: false,
            disconnects_at: None,
            created_at: String::new(),
            refreshed_at: None,
        }
    }

    #[wasm_bindgen_test]
    async fn every_account_has_a_row_with_its_newest_balance() {
        let element: HtmlElement = document()
            .create_element("div")
            .expect("an element")
            .unchecked_into();
        let item = ArcRwSignal::new(item(vec![account("a 1", 1.0), account("a 2", 2.0)]));
        let shown = item.clone();
        let _mounted = mount_to(
            element.clone(),
            move || view! { <AccountList item=shown /> },
        );
        let rows = || {
            let cells = element.query_selector_all(".account-name, .account-balance");
            let cells = cells.expect("cells");
            let text = |index| cells.item(index)?.text_content();
            (0..cells.length()).filter_map(text).collect::<Vec<_>>()
        };
        assert_eq!(rows(), ["a 1", "$1.00", "a 2", "$2.00"]);
        item.update(|item| {
            item.accounts[1].balances.current = Some(3.0);
            item.refreshed_at = Some("2026-11-22T08:40:00Z".to_owned());
        });
        tick().await;
        assert_eq!(rows(), ["a 1", "$1.00", "a 2", "$3.00"]);
    }

    #[wasm_bindgen_test]
    fn the_available_amount_is_shown_if_it_differs() {
        for (current, available, shown) in [
            (Some(0.004), Some(0.003), "0.004 BTC|0.003 BTC available"),
            (Some(0.004), Some(0.004), "0.004 BTC|"),
            (Some(0.004), None, "0.004 BTC|"),
            (None, Some(0.003), "0.003 BTC|"),
            (None, None, "—|"),
        ] {
            let mut account = account("a", 0.0);
            account.balances = Balances {
                current,
                available,
                unofficial_currency_code: Some("BTC".to_owned()),
                ..Balances::default()
            };
            let element = document().create_element("div").expect("an element");
            let element: HtmlElement = element.unchecked_into();
            let _mounted = mount_to(element.clone(), move || row(account));
            let text = |class| {
                let found = element.query_selector(class).expect("a selector");
                found
                    .and_then(|found| found.text_content())
                    .unwrap_or_default()
            };
            let money = [text(".account-balance"), text(".account-available")];
            assert_eq!(money.join("|"), shown);
        }
    }
}
