//! The promises of a store. Each is a test of its own, on each engine, with a database of its own.

mod child;
mod database;
mod durability;
mod erasure;
mod fixtures;

mod external_version;
mod items;
mod link_tokens;
mod open;
mod orphans;
mod public_tokens;
mod retention;
mod schema;
mod sessions;
mod transactions;
mod vault_keys;
mod webhooks;

/// Makes a test of each promise for each engine.
macro_rules! promises {
    ($($subject:ident { $($promise:ident)* })*) => {
        mod sqlite {
            $(mod $subject {
                use crate::database::Database;

                $(#[tokio::test]
                async fn $promise() {
                    crate::$subject::$promise(&Database::sqlite().await).await;
                })*
            })*
        }
    };
}

promises! {
    external_version {
        another_process_changes_the_external_version
    }
    vault_keys {
        the_first_key_with_a_number_is_kept
        a_value_of_a_key_that_is_not_listed_is_refused
        a_key_is_removed_once_no_value_has_it
        only_unchanged_values_of_older_keys_are_replaced
    }
    sessions {
        a_session_has_its_user_until_it_expires
        a_session_may_be_created_twice
        sessions_end_one_by_one_or_all
    }
    public_tokens {
        a_token_is_claimed_once
        a_token_of_another_user_is_foreign
        only_one_token_of_a_user_is_claimed_at_a_time
        tokens_of_two_users_are_claimed_together
        an_expired_claim_is_an_interrupted_exchange
        a_retried_claim_is_not_released
        a_declined_token_is_claimed_after_it_is_extended
        only_its_user_changes_a_token
        a_lost_token_stays_lost
        a_connected_token_stays_connected
    }
    orphans {
        an_unclaimed_token_expires
        a_lost_or_expired_token_may_have_an_orphan
        an_item_that_arrives_late_is_no_orphan
    }
    items {
        items_are_listed_newest_first
        an_item_is_saved_with_its_access_token_and_sync
        items_of_two_users_are_saved_together
        another_user_cannot_see_or_change_an_item
        an_item_is_updated
        an_item_that_is_added_again_gets_the_new_access_token
        only_the_version_that_was_read_is_updated
        an_erased_access_token_leaves_the_item_without_its_data
        a_removed_item_is_gone
        repairs_are_recorded_in_order
        unchecked_items_are_claimed_once
    }
    link_tokens {
        a_link_token_is_stored_once
        a_link_token_is_due_again_later
        a_deleted_link_token_is_gone
        the_newest_link_tokens_of_a_user_are_kept
    }
    webhooks {
        a_copy_is_skipped_while_the_first_waits_to_be_applied
        an_equal_webhook_is_stored_while_the_first_is_applied_and_after
        a_webhook_that_is_sent_again_and_again_is_stored_a_few_times
        a_webhook_is_due_again_until_it_is_applied
        a_copy_has_the_date_of_the_first_receipt
        a_webhook_key_is_kept_until_it_is_deleted
    }
    transactions {
        a_sync_is_due_until_it_is_finished
        a_sync_needs_an_access_token
        a_page_is_saved_once
        a_restarted_run_leaves_earlier_runs
        a_rebuild_replaces_all_when_it_is_complete
        a_postponed_sync_is_due_later
        transactions_are_listed_newest_first
        removed_accounts_take_their_transactions_along
        a_page_from_before_a_removal_of_accounts_is_refused
        an_erased_access_token_takes_the_transactions_along
    }
    retention {
        expired_sessions_and_link_tokens_are_deleted
        any_number_of_expired_sessions_is_deleted
        users_without_anything_are_deleted
        old_public_tokens_are_deleted_unless_they_have_an_orphan
        old_webhooks_are_deleted_once_they_are_applied
    }
}
