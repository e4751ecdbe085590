//! A log of calls.

use std::cell::RefCell;
use std::rc::Rc;

use plaid_link::Callbacks;

/// A log of calls, in order. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct CallLog(Rc<RefCell<Vec<String>>>);

impl CallLog {
    /// Appends a line.
    pub fn write(&self, line: impl Into<String>) {
        self.0.borrow_mut().push(line.into());
    }

    /// Takes the lines since the last read.
    pub fn read(&self) -> Vec<String> {
        self.0.take()
    }

    /// Returns the number of clones.
    #[must_use]
    pub fn holders(&self) -> usize {
        Rc::strong_count(&self.0)
    }

    /// Returns callbacks that append their names.
    #[must_use]
    pub fn callbacks(&self, who: &str) -> Callbacks {
        let line = |name: &str| {
            let (log, line) = (self.clone(), format!("{who}{name}"));
            move || log.write(line.clone())
        };
        let (success, exit, event) = (line("success"), line("exit"), line("event"));
        Callbacks::default()
            .on_success(move |_, _| success())
            .on_exit(move |_, _| exit())
            .on_event(move |_, _| event())
            .on_load(line("load"))
    }
}
