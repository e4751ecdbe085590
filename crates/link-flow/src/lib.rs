//! What happens next in a Plaid Link session: a pure, total state machine.
