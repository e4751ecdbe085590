//! An offline Plaid: API, Link, banks, in one process.
