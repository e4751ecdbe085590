//! The keys of the vault while the backend runs: they are adopted from the key file, and what older ones sealed is re-sealed.

pub(crate) mod adopt;
pub(crate) mod reseal;
