use std::time::Duration;

use plaid_client::PlaidClient;
use plaid_types::InstitutionId;

use crate::keyed_lock::KeyedLock;
use crate::recent::Recent;

/// A bank does not change its name or its colour more often.
const AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// So many are known at the same time.
const MOST: usize = 1000;

/// What is shown of an institution.
#[derive(Clone, Debug)]
pub(crate) struct Looks {
    pub(crate) name: String,
    pub(crate) color: Option<String>,
}

/// What Plaid says of institutions, asked once for all that come to the same bank.
#[derive(Debug)]
pub(crate) struct Institutions {
    known: Recent<InstitutionId, Looks>,
    /// One question at a time about an institution.
    asked: KeyedLock<InstitutionId>,
}

impl Default for Institutions {
    fn default() -> Self {
        Self {
            known: Recent::new(AGE, MOST),
            asked: KeyedLock::default(),
        }
    }
}

impl Institutions {
    /// An institution by its id.
    pub(crate) async fn get(
        &self,
        plaid: &PlaidClient,
        id: &InstitutionId,
        countries: &[String],
    ) -> Result<Looks, plaid_client::Error> {
        if let Some(looks) = self.known.get(id) {
            return Ok(looks);
        }
        let _alone = self.asked.lock(id.clone()).await;
        if let Some(looks) = self.known.get(id) {
            return Ok(looks);
        }
        let institution = plaid.institutions_get_by_id(id, countries).await?;
        let looks = Looks {
            name: institution.name,
            color: institution.primary_color,
        };
        self.known.keep(id.clone(), looks.clone());
        Ok(looks)
    }
}
