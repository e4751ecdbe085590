//! Whole stories in a real browser over the whole stack.
