use leptos::prelude::*;
use plaid_types::{Account, AccountSubtype, AccountType};

use crate::intl::money;

/// The accounts of an Item: name, mask, type and balance.
#[component]
pub fn AccountList(accounts: Vec<Account>) -> impl IntoView {
    let rows = accounts.into_iter().map(|account| {
        let kind = kind_of(&account);
        let mask = account.mask.map(|mask| {
            view! {
                <span class="account-mask">
                    <span aria-hidden="true">"•••• "</span>
                    <span class="visually-hidden">"ending in "</span>
                    {mask}
                </span>
            }
        });
        let balances = account.balances;
        let currency = balances.iso_currency_code.or(balances.unofficial_currency_code);
        let write = move |amount| money(amount, currency.as_deref().unwrap_or("USD"));
        let current = balances.current.or(balances.available).map(&write);
        let available = balances
            .available
            .filter(|available| Some(*available) != balances.current && balances.current.is_some())
            .map(|available| format!("{} available", write(available)));
        view! {
            <li class="account">
                <div class="account-what">
                    <span class="account-name">{account.name}</span>
                    <span class="account-kind">{kind}" "{mask}</span>
                </div>
                <div class="account-money">
                    <span class="account-balance">{current.unwrap_or_else(|| "—".to_owned())}</span>
                    <span class="account-available">{available}</span>
                </div>
            </li>
        }
    });
    view! { <ul class="accounts" role="list">{rows.collect_view()}</ul> }
}

/// The kind of an account in words; Plaid writes them in lower case.
fn kind_of(account: &Account) -> String {
    match (&account.subtype, &account.kind) {
        (Some(AccountSubtype::Cd), _) => "CD".to_owned(),
        (Some(AccountSubtype::Ira), _) => "IRA".to_owned(),
        (Some(AccountSubtype::Hsa), _) => "HSA".to_owned(),
        (Some(AccountSubtype::K401), _) => "401(k)".to_owned(),
        (Some(subtype), kind) => {
            let loan = if *kind == AccountType::Loan { " loan" } else { "" };
            capitalized(&format!("{subtype}{loan}"))
        }
        (None, kind) => capitalized(kind.as_str()),
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use plaid_types::Balances;

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
            ("depository", Some("éclair"), "Éclair"),
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
