//! Whole visits as tables: each row has an event, its effects and the next stage.

mod events;
mod returning;
mod succeeding;
mod visiting;
mod words;

use link_flow::{Event, State, step};

use crate::events::{created, granted, open, succeeded};
use crate::words::{effect_in_words, stage_in_words};

/// An event, the effects, and the stage.
type Row<'a> = (Event, &'a str, &'a str);

fn travel<'a>(mut state: State, rows: impl IntoIterator<Item = Row<'a>>) -> State {
    for (number, (event, effects, stage)) in rows.into_iter().enumerate() {
        let what = format!("row {}: {event:?}", number + 1);
        let (next, done) = step(state, event);
        let done: Vec<String> = done.iter().map(effect_in_words).collect();
        assert_eq!(done.join(" · "), effects, "{what}");
        assert_eq!(stage_in_words(&next.stage()), stage, "{what}");
        state = next;
    }
    state
}

/// A prepared handler.
fn ready() -> [Row<'static>; 3] {
    [
        (Event::Prepare, "fetch 1", "preparing"),
        (granted(1, "link-a"), "create 1 link-a", "preparing"),
        (created(1), "expire 1 at 14280000", "ready"),
    ]
}

/// Link is open.
fn opened() -> [Row<'static>; 4] {
    let [one, two, three] = ready();
    let click = (open(), "keep link-a · open 1", "open");
    [one, two, three, click]
}

/// A success is being submitted.
fn succeeding() -> [Row<'static>; 5] {
    let [one, two, three, four] = opened();
    let success = (
        succeeded(1, "public-a"),
        "forget link-a · destroy · keep public-a · submit 0 public-a",
        "submitting",
    );
    [one, two, three, four, success]
}
