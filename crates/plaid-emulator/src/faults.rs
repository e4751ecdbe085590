//! What goes wrong on purpose.

/// What goes wrong on purpose.
#[derive(Debug, Default)]
pub(crate) struct Faults;

impl Faults {
    pub(crate) fn reset(&self) {}
}
