//! The endpoints of the Sandbox.

use plaid_types::{InstitutionId, PublicToken};
use serde::{Deserialize, Serialize};

use crate::{Error, PlaidClient};

impl PlaidClient {
    /// Creates an Item without Link and returns its public token, in the Sandbox only.
    ///
    /// # Errors
    ///
    /// Code `SANDBOX_ONLY` in production; see [`Error`].
    pub async fn sandbox_public_token_create(
        &self,
        request: &CreateSandboxPublicToken,
    ) -> Result<PublicToken, Error> {
        #[derive(Deserialize)]
        struct Created {
            public_token: PublicToken,
        }

        let created: Created = self.call("/sandbox/public_token/create", request).await?;
        Ok(created.public_token)
    }
}

/// The request of `/sandbox/public_token/create`.
#[derive(Clone, Debug, Serialize)]
pub struct CreateSandboxPublicToken {
    /// The institution of the new Item.
    pub institution_id: InstitutionId,
    /// The products of the new Item, at least one.
    pub initial_products: Vec<String>,
}
