use std::cell::RefCell;
use std::rc::Rc;

use plaid_link::Callbacks;

/// What was called, in order.
#[derive(Clone, Debug, Default)]
pub struct Diary(Rc<RefCell<Vec<String>>>);

impl Diary {
    /// Writes a line.
    pub fn write(&self, line: impl Into<String>) {
        self.0.borrow_mut().push(line.into());
    }

    /// The lines since the last time.
    pub fn read(&self) -> Vec<String> {
        self.0.take()
    }

    /// How many hold on to it.
    #[must_use]
    pub fn holders(&self) -> usize {
        Rc::strong_count(&self.0)
    }

    /// Callbacks that write down their names.
    #[must_use]
    pub fn callbacks(&self, who: &str) -> Callbacks {
        let line = |name: &str| {
            let (diary, line) = (self.clone(), format!("{who}{name}"));
            move || diary.write(line.clone())
        };
        let (success, exit, event) = (line("success"), line("exit"), line("event"));
        Callbacks::default()
            .on_success(move |_, _| success())
            .on_exit(move |_, _| exit())
            .on_event(move |_, _| event())
            .on_load(line("load"))
    }
}
