//! The places of sealed values.

use plaid_types::ItemId;

use crate::store::digest::Digest;
use crate::user::UserId;

/// The row of the database that holds a sealed value. The value opens for this row only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The access token of an Item.
    AccessToken {
        /// The user of the Item.
        user: UserId,
        /// The Item.
        item: ItemId,
    },
    /// The request of a browser with a public token that is being exchanged.
    Exchange {
        /// The user of the browser.
        user: UserId,
        /// The digest of the public token.
        public_token: Digest,
    },
    /// A Link token.
    LinkToken {
        /// The user it was created for.
        user: UserId,
        /// Its digest.
        link_token: Digest,
    },
    /// The body of a webhook.
    Webhook {
        /// Its digest.
        body: Digest,
    },
    /// The text that identifies the key.
    KeyCheck,
}

impl Place {
    /// Returns the associated data of a sealed value with this header. The lengths keep it unambiguous.
    pub(super) fn associated_data(&self, header: &[u8]) -> Vec<u8> {
        let [first, second]: [&[u8]; 2] = match self {
            Self::AccessToken { user, item } => {
                [user.as_str().as_bytes(), item.as_str().as_bytes()]
            }
            Self::Exchange { user, public_token } => {
                [user.as_str().as_bytes(), public_token.as_bytes()]
            }
            Self::LinkToken { user, link_token } => {
                [user.as_str().as_bytes(), link_token.as_bytes()]
            }
            Self::Webhook { body } => [body.as_bytes(), &[]],
            Self::KeyCheck => [&[], &[]],
        };
        [header, self.name().as_bytes(), first, second]
            .iter()
            .flat_map(|part| [&(part.len() as u64).to_be_bytes()[..], part].concat())
            .collect()
    }

    /// Returns the associated data of the first version, in which only access tokens were bound to their row.
    pub(super) fn first_associated_data(&self) -> Vec<u8> {
        let Self::AccessToken { user, item } = self else {
            return self.name().as_bytes().to_vec();
        };
        let (user, item) = (user.as_str().as_bytes(), item.as_str().as_bytes());
        let length = (user.len() as u64).to_be_bytes();
        [self.name().as_bytes(), &length, user, item].concat()
    }

    fn name(&self) -> &'static str {
        match self {
            Self::AccessToken { .. } => "access token",
            Self::Exchange { .. } => "exchange",
            Self::LinkToken { .. } => "Link token",
            Self::Webhook { .. } => "webhook",
            Self::KeyCheck => "connect vault",
        }
    }
}
