use plaid_types::{InstitutionId, PublicToken};
use serde::{Deserialize, Serialize};

use crate::{Error, PlaidClient};

impl PlaidClient {
    /// A public token without a visit to Link; Sandbox only.
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

/// Where and with what to make an Item in Sandbox.
#[derive(Clone, Debug, Serialize)]
pub struct CreateSandboxPublicToken {
    /// The bank.
    pub institution_id: InstitutionId,
    /// At least one.
    pub initial_products: Vec<String>,
}
