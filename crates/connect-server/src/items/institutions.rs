//! The names and colours of institutions.

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use plaid_client::PlaidClient;
use plaid_types::InstitutionId;

/// How long an institution is cached: its name and colour rarely change.
const CACHE_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// The most cached institutions.
const CACHE_SIZE: u64 = 1000;

/// What a card shows of an institution.
#[derive(Clone, Debug)]
pub(crate) struct Branding {
    pub(crate) name: String,
    /// A CSS colour.
    pub(crate) color: Option<String>,
}

/// The branding of institutions. Plaid is asked once for all users of an institution.
#[derive(Debug)]
pub(crate) struct Institutions(Cache<InstitutionId, Branding>);

impl Default for Institutions {
    fn default() -> Self {
        Self(
            Cache::builder()
                .max_capacity(CACHE_SIZE)
                .time_to_live(CACHE_AGE)
                .build(),
        )
    }
}

impl Institutions {
    /// Returns the branding of an institution.
    pub(crate) async fn get(
        &self,
        plaid: &PlaidClient,
        id: &InstitutionId,
        countries: &[String],
    ) -> Result<Branding, Arc<plaid_client::Error>> {
        let ask = async {
            let institution = plaid.institutions_get_by_id(id, countries).await?;
            Ok(Branding {
                name: institution.name,
                color: institution.primary_color,
            })
        };
        self.0.try_get_with_by_ref(id, ask).await
    }
}
