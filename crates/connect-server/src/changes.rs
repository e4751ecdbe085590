//! Tells open pages what changed.

use connect_api::{Change, ChangeKind};
use plaid_types::ItemId;
use tokio::sync::broadcast::{self, Receiver, Sender};

use crate::auth::UserId;

/// How far a page may fall behind; one that falls further is told to fetch everything anew.
const KEPT: usize = 1024;

/// Where changes are told, and listened to.
#[derive(Debug)]
pub(crate) struct Changes(Sender<(UserId, Change)>);

impl Default for Changes {
    fn default() -> Self {
        Self(broadcast::channel(KEPT).0)
    }
}

impl Changes {
    /// Tells every open page of the user.
    pub(crate) fn tell(&self, user: &UserId, item_id: &ItemId, kind: ChangeKind) {
        // Nobody listening is no error.
        let _ = self.0.send((
            user.clone(),
            Change {
                item_id: item_id.clone(),
                kind,
            },
        ));
    }

    /// Every change from now on, of every user: the listener picks its own.
    pub(crate) fn listen(&self) -> Receiver<(UserId, Change)> {
        self.0.subscribe()
    }
}
