use connect_api::Item;
use leptos::prelude::*;
use plaid_types::{Account, AccountSubtype, AccountType, Balances};

use crate::children::{Children, fill, mount};
use crate::intl::money;

/// The accounts of an Item: name, mask, type and balance.
#[component]
pub fn AccountList(
    /// Whose.
    item: ArcRwSignal<Item>,
) -> impl IntoView {
    let of = item.clone();
    let rows = Children::new(
        // Other balances make other rows.
        move || {
            of.with(|item| {
                let key =
                    |account: &Account| format!("{} {:?}", account.account_id, item.refreshed_at);
                item.accounts.iter().map(key).collect()
            })
        },
        move |list, key| {
            let account = item.with(|item| {
                let id = key.split(' ').next().unwrap_or_default();
                let is = |account: &&Account| account.account_id.as_str() == id;
                item.accounts.iter().find(is).cloned()
            });
            account.map(|account| mount(list, move || row(account)))
        },
    );
    view! { <ul class="accounts" role="list" use:fill=rows></ul> }
}

fn row(account: Account) -> impl IntoView {
    let kind = kind_of(&account);
    let mask = account.mask.unwrap_or_default();
    let no_mask = mask.is_empty();
    let Balances {
        available,
        current,
        iso_currency_code,
        unofficial_currency_code,
        ..
    } = account.balances;
    let currency = iso_currency_code.or(unofficial_currency_code);
    let write = |amount| money(amount, currency.as_deref().unwrap_or("USD"));
    let balance = current.or(available).map_or_else(|| "—".to_owned(), write);
    let available = match (current, available) {
        (Some(current), Some(available)) if (current - available).abs() >= 0.005 => {
            format!("{} available", write(available))
        }
        _ => String::new(),
    };
    view! {
        <li class="account">
            <div class="account-what">
                <span class="account-name">{account.name}</span>
                <span class="account-kind">
                    {kind}
                    <span class="account-mask" hidden=no_mask>
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

/// The kind of an account in words; Plaid writes them in lower case.
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

/// Plaid's words are plain English; Unicode's tables of capitals would weigh more than this page.
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
    fn a_kind_reads_like_words() {
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
