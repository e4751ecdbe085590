//! Public tokens whose access token nobody received.

use connect_api::CreateItem;
use time::Duration;

use crate::clock::Timestamp;
use crate::state::AppState;
use crate::store::{Digest, LostToken};
use crate::user::UserId;

/// How much longer a claim lasts than Plaid may take to answer, so that the answer can be saved.
const TIME_TO_SAVE: Duration = Duration::seconds(10);

/// Returns the public token of this request, to be marked as lost or expired. Its Item may be an orphan at Plaid.
pub(crate) fn lost_token(state: &AppState, user: &UserId, request: &CreateItem) -> LostToken {
    let institution = request.metadata.institution.as_ref();
    let institution = institution.and_then(|institution| institution.institution_id.clone());
    LostToken {
        user: user.clone(),
        public_token: Digest::of(request.public_token.as_str()),
        orphan_institution: institution.filter(|_| state.config.plaid_users),
        removable_from: claim_expiry(state),
    }
}

/// Returns when a process that claims a public token now has saved its Item or died.
pub(crate) fn claim_expiry(state: &AppState) -> Timestamp {
    Timestamp::now() + state.config.plaid.deadline + TIME_TO_SAVE
}
