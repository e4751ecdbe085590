//! The list of institutions, and the search in it.

use crate::seed::{INSTITUTIONS, SandboxInstitution};

/// The institutions, in the order in which Link lists them.
#[derive(Debug)]
pub(crate) struct Institutions(&'static [SandboxInstitution]);

/// A filter of institutions. An empty list or `None` does not filter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Filter<'a> {
    pub(crate) country_codes: &'a [String],
    pub(crate) products: &'a [String],
    pub(crate) routing_numbers: &'a [String],
    pub(crate) oauth: Option<bool>,
}

impl Institutions {
    pub(crate) fn sandbox() -> Self {
        Self(INSTITUTIONS)
    }

    /// Returns the institution with this id, in any country.
    pub(crate) fn by_id(&self, id: &str) -> Option<&'static SandboxInstitution> {
        self.0.iter().find(|institution| institution.id == id)
    }

    /// Returns the institutions that pass the filter.
    pub(crate) fn list(
        &self,
        filter: Filter<'_>,
    ) -> impl Iterator<Item = &'static SandboxInstitution> {
        self.0
            .iter()
            .filter(move |institution| filter.passes(institution))
    }

    /// Returns the institutions whose name or URL contains every word of the query.
    ///
    /// Names that begin with the query come first.
    pub(crate) fn search(
        &self,
        query: &str,
        filter: Filter<'_>,
    ) -> Vec<&'static SandboxInstitution> {
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

impl Filter<'_> {
    fn passes(&self, institution: &SandboxInstitution) -> bool {
        (self.country_codes.is_empty() || institution.in_country(self.country_codes))
            && institution.supports(self.products)
            && (self.routing_numbers.is_empty()
                || self
                    .routing_numbers
                    .iter()
                    .any(|number| institution.routing_numbers.contains(&number.as_str())))
            && self.oauth.is_none_or(|oauth| institution.oauth == oauth)
    }
}
