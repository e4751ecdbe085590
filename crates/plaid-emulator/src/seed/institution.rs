//! An institution of the Sandbox.

use plaid_types::{HealthStatus, InstitutionId};
use time::Duration;

/// An institution of the Sandbox.
#[derive(Debug)]
pub(crate) struct SandboxInstitution {
    pub(crate) id: &'static str,
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

/// The health of an institution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    Healthy,
    /// Link warns the user, who can continue.
    Degraded,
    /// Link does not continue.
    Down,
    /// Link lists the institution and reports that it is not supported.
    NoLongerSupported,
}

impl SandboxInstitution {
    pub(crate) fn institution_id(&self) -> InstitutionId {
        InstitutionId::from(self.id)
    }

    pub(crate) fn in_country(&self, country_codes: &[String]) -> bool {
        country_codes
            .iter()
            .any(|code| self.country_codes.contains(&code.as_str()))
    }

    /// Whether the institution supports all of these products.
    pub(crate) fn supports(&self, products: &[String]) -> bool {
        products
            .iter()
            .all(|product| self.products.contains(&product.as_str()))
    }

    /// The lifetime of a user's consent; `None` if it does not expire.
    pub(crate) fn consent(&self) -> Option<Duration> {
        match self.id {
            "ins_10" | "ins_128026" => Some(Duration::days(365)),
            _ if self.oauth && !self.country_codes.contains(&"US") => Some(Duration::days(180)),
            _ => None,
        }
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
