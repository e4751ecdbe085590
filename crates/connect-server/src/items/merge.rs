//! The changes of two processes to the same Item, merged.

use connect_api::Item;
use plaid_types::Account;

/// Merges an edit with what another process has changed meanwhile. Where both changed the same, the edit is the newer one. An
/// account that the other process removed or added stays so.
pub(super) fn merge(before: &Item, edited: &Item, current: &Item) -> Item {
    let newer = |is_edited: bool| if is_edited { edited } else { current };
    let institution = newer(
        edited.institution_id != before.institution_id
            || edited.institution_name != before.institution_name,
    );
    let state = newer(edited.status != before.status || edited.error != before.error);
    let color = newer(edited.institution_color != before.institution_color);
    let offer = newer(edited.new_accounts_available != before.new_accounts_available);
    let end = newer(edited.disconnects_at != before.disconnects_at);
    let refresh = newer(edited.refreshed_at != before.refreshed_at);
    Item {
        institution_id: institution.institution_id.clone(),
        institution_name: institution.institution_name.clone(),
        institution_color: color.institution_color.clone(),
        status: state.status,
        error: state.error.clone(),
        accounts: merge_accounts(&before.accounts, &edited.accounts, &current.accounts),
        new_accounts_available: offer.new_accounts_available,
        disconnects_at: end.disconnects_at.clone(),
        refreshed_at: refresh.refreshed_at.clone(),
        ..current.clone()
    }
}

fn merge_accounts(before: &[Account], edited: &[Account], current: &[Account]) -> Vec<Account> {
    if edited == before {
        return current.to_vec();
    }
    let is_in = |accounts: &[Account], account: &Account| {
        let mut ids = accounts.iter().map(|account| &account.account_id);
        ids.any(|id| *id == account.account_id)
    };
    let kept = edited
        .iter()
        .filter(|account| is_in(current, account) || !is_in(before, account));
    let added = current
        .iter()
        .filter(|account| !is_in(before, account) && !is_in(edited, account));
    kept.chain(added).cloned().collect()
}

#[cfg(test)]
mod tests {
    use connect_api::ItemStatus;
    use serde_json::json;

    use super::*;

    /// An Item with these accounts and balances.
    fn item(accounts: &[(&str, f64)]) -> Item {
        let accounts: Vec<_> = accounts
            .iter()
            .map(|(id, current)| {
                json!({ "account_id": id, "name": id, "mask": null, "type": "depository",
                    "balances": { "current": current, "available": null } })
            })
            .collect();
        serde_json::from_value(json!({
            "id": "item-1", "institution_id": null, "institution_name": "Bank", "institution_color": null,
            "status": "healthy", "error": null, "accounts": accounts,
            "created_at": "2026-01-01T00:00:00.000Z", "refreshed_at": null,
        }))
        .expect("an Item")
    }

    #[test]
    fn accounts_that_the_other_process_removed_or_added_stay_so() {
        type Accounts = &'static [(&'static str, f64)];
        let rows: [(Accounts, Accounts, Accounts, Accounts); 5] = [
            // before, edited, current, merged
            (
                &[("a", 1.0), ("b", 1.0)],
                &[("a", 2.0), ("b", 2.0)],
                &[("a", 1.0)],
                &[("a", 2.0)],
            ),
            (
                &[("a", 1.0)],
                &[("a", 2.0)],
                &[("a", 1.0), ("b", 1.0)],
                &[("a", 2.0), ("b", 1.0)],
            ),
            (
                &[("a", 1.0), ("b", 1.0)],
                &[("a", 1.0)],
                &[("a", 2.0), ("b", 2.0)],
                &[("a", 1.0)],
            ),
            (&[], &[("a", 2.0)], &[("a", 1.0)], &[("a", 2.0)]),
            (&[("a", 1.0)], &[("a", 1.0)], &[], &[]),
        ];
        for (before, edited, current, expected) in rows {
            let merged = merge(&item(before), &item(edited), &item(current));
            assert_eq!(merged, item(expected), "{before:?} {edited:?} {current:?}");
        }
    }

    #[test]
    fn fields_that_the_edit_left_are_those_of_the_other_process() {
        let before = item(&[("a", 1.0)]);
        let edited = Item {
            institution_color: Some("#004966".to_owned()),
            ..before.clone()
        };
        let current = Item {
            status: ItemStatus::LoginRequired,
            disconnects_at: Some("2026-02-01T00:00:00Z".to_owned()),
            ..before.clone()
        };
        let expected = Item {
            institution_color: edited.institution_color.clone(),
            ..current.clone()
        };
        assert_eq!(merge(&before, &edited, &current), expected);
    }
}
