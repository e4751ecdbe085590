//! Connect: a single-page app in which a person connects bank accounts through Plaid Link.
