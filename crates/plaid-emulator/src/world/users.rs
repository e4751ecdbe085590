//! The operations on Plaid's users: an Item can be found by its user, without its access token.

use plaid_types::{ItemId, PlaidError};

use super::{
    item::Item,
    state::{State, World},
};
use crate::error::plaid_error;

impl World {
    /// Returns the id of the user with this `client_user_id`; creates the user if there is none.
    pub(crate) fn create_user(&self, client_user_id: &str) -> String {
        let mut state = self.state();
        let State { ids, users, .. } = &mut *state;
        users
            .entry(client_user_id.to_owned())
            .or_insert_with(|| ids.user())
            .clone()
    }

    /// Checks that the user exists.
    ///
    /// # Errors
    /// `USER_NOT_FOUND` when there is none.
    pub(crate) fn check_user(&self, user_id: &str) -> Result<(), PlaidError> {
        self.state().check_user(user_id)
    }

    /// Returns the user's Items, the oldest first.
    ///
    /// # Errors
    /// As [`World::check_user`].
    pub(crate) fn items_of_user(&self, user_id: &str) -> Result<Vec<Item>, PlaidError> {
        let state = self.state();
        state.check_user(user_id)?;
        let items = state.items.values();
        let mut items: Vec<Item> = items
            .filter(|item| item.belongs_to(user_id))
            .cloned()
            .collect();
        items.sort_by(|one, other| {
            let key = |item: &Item| (item.created_at, item.id.clone());
            key(one).cmp(&key(other))
        });
        Ok(items)
    }

    /// Removes these Items of the user: all of them, or none if one belongs to another user.
    ///
    /// # Errors
    /// As [`World::check_user`]; `ITEM_NOT_FOUND` when one of the Items is not the user's.
    pub(crate) fn remove_items_of_user(
        &self,
        user_id: &str,
        ids: &[ItemId],
    ) -> Result<(), PlaidError> {
        let mut state = self.state();
        state.check_user(user_id)?;
        let is_theirs = |id| {
            state
                .items
                .get(id)
                .is_some_and(|item| item.belongs_to(user_id))
        };
        if !ids.iter().all(is_theirs) {
            return Err(plaid_error("ITEM_NOT_FOUND"));
        }
        for id in ids {
            state.remove(id);
        }
        Ok(())
    }
}

impl State {
    fn check_user(&self, user_id: &str) -> Result<(), PlaidError> {
        if self.users.values().any(|known| known == user_id) {
            Ok(())
        } else {
            Err(plaid_error("USER_NOT_FOUND"))
        }
    }
}
