//! The institutions of Plaid's Sandbox.

use plaid_types::{HealthStatus, InstitutionId};
use time::Duration;

use crate::seed;

/// The institutions, in the order in which Link lists them.
#[derive(Debug)]
pub(crate) struct Institutions(Vec<SandboxInstitution>);

/// One institution of the Sandbox.
#[derive(Clone, Debug)]
pub(crate) struct SandboxInstitution {
    pub(crate) id: InstitutionId,
    pub(crate) name: &'static str,
    pub(crate) country_codes: &'static [&'static str],
    pub(crate) products: &'static [&'static str],
    pub(crate) routing_numbers: &'static [&'static str],
    pub(crate) url: &'static str,
    /// Hexadecimal, such as `#0a5c4b`.
    pub(crate) primary_color: &'static str,
    /// Whether the user signs in on the bank's own page.
    pub(crate) oauth: bool,
    pub(crate) health: Health,
}

/// How an institution is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    Healthy,
    /// Link warns and goes on.
    Degraded,
    /// Link blocks.
    Down,
    /// Link says that it is no longer supported; it is listed all the same.
    NoLongerSupported,
}

/// What an institution must have to be listed; an empty part asks for nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Filter<'a> {
    pub(crate) country_codes: &'a [String],
    pub(crate) products: &'a [String],
    pub(crate) routing_numbers: &'a [String],
    pub(crate) oauth: Option<bool>,
}

impl Institutions {
    pub(crate) fn sandbox() -> Self {
        Self(seed::institutions())
    }

    /// The institution of this id, whatever its country.
    pub(crate) fn by_id(&self, id: &str) -> Option<&SandboxInstitution> {
        self.0
            .iter()
            .find(|institution| institution.id.as_str() == id)
    }

    /// Those that the filter lets through.
    pub(crate) fn list<'a>(
        &'a self,
        filter: Filter<'a>,
    ) -> impl Iterator<Item = &'a SandboxInstitution> {
        self.0
            .iter()
            .filter(move |institution| institution.matches(&filter))
    }

    /// Those whose name or address holds every word of the query, best first: a name that begins with the query
    /// comes before others.
    pub(crate) fn search<'a>(
        &'a self,
        query: &str,
        filter: Filter<'a>,
    ) -> Vec<&'a SandboxInstitution> {
        let query = query.trim().to_lowercase();
        let words: Vec<&str> = query.split_whitespace().collect();
        let mut found: Vec<_> = self
            .list(filter)
            .filter(|institution| {
                let name = institution.name.to_lowercase();
                words
                    .iter()
                    .all(|word| name.contains(word) || institution.url.contains(word))
            })
            .collect();
        found.sort_by_key(|institution| !institution.name.to_lowercase().starts_with(&query));
        found
    }
}

impl SandboxInstitution {
    pub(crate) fn in_country(&self, country_codes: &[String]) -> bool {
        country_codes
            .iter()
            .any(|code| self.country_codes.contains(&code.as_str()))
    }

    /// Whether it has all of these products.
    pub(crate) fn supports(&self, products: &[String]) -> bool {
        products
            .iter()
            .all(|product| self.products.contains(&product.as_str()))
    }

    /// How long a user's consent lasts there; `None` where it does not end.
    pub(crate) fn consent(&self) -> Option<Duration> {
        match self.id.as_str() {
            "ins_10" | "ins_128026" => Some(Duration::days(365)),
            _ if self.oauth && !self.country_codes.contains(&"US") => Some(Duration::days(180)),
            _ => None,
        }
    }

    fn matches(&self, filter: &Filter<'_>) -> bool {
        (filter.country_codes.is_empty() || self.in_country(filter.country_codes))
            && self.supports(filter.products)
            && (filter.routing_numbers.is_empty()
                || filter
                    .routing_numbers
                    .iter()
                    .any(|number| self.routing_numbers.contains(&number.as_str())))
            && filter.oauth.is_none_or(|oauth| self.oauth == oauth)
    }
}

impl Health {
    pub(crate) fn status(self) -> HealthStatus {
        match self {
            Self::Healthy => HealthStatus::Healthy,
            Self::Degraded => HealthStatus::Degraded,
            Self::Down | Self::NoLongerSupported => HealthStatus::Down,
        }
    }
}
