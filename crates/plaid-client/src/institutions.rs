//! The endpoints of institutions.

use plaid_types::{Institution, InstitutionId};
use serde::Deserialize;
use serde_json::json;

use crate::list::readable;
use crate::{Error, PlaidClient};

impl PlaidClient {
    /// Returns an institution, with its colour, logo and URL.
    ///
    /// # Errors
    ///
    /// Code `INVALID_INSTITUTION` if there is no such institution; see [`Error`].
    pub async fn institutions_get_by_id(
        &self,
        institution_id: &InstitutionId,
        country_codes: &[String],
    ) -> Result<Institution, Error> {
        #[derive(Deserialize)]
        struct Found {
            institution: Institution,
        }

        let request = json!({
            "institution_id": institution_id,
            "country_codes": country_codes,
            "options": { "include_optional_metadata": true },
        });
        let found: Found = self.call("/institutions/get_by_id", &request).await?;
        Ok(found.institution)
    }

    /// Returns at most ten institutions whose names match the query.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn institutions_search(
        &self,
        query: &str,
        country_codes: &[String],
    ) -> Result<Institutions, Error> {
        let request = json!({ "query": query, "country_codes": country_codes });
        self.call("/institutions/search", &request).await
    }
}

/// The results of a search.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Institutions {
    /// The institutions, the best match first.
    #[serde(deserialize_with = "readable")]
    pub institutions: Vec<Institution>,
}
