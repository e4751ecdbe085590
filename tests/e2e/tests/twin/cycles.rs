use crate::pages::Pages;
use crate::scenarios::Token;
use crate::side::Side;

/// So many visits in one call: each call has a deadline.
const BATCH: u32 = 50;

/// What a page may hold on to more than before: less than a megabyte.
const GROWTH: u64 = 1_048_576;

/// How often garbage is collected before what is left counts as kept: a frame's remains go in several steps.
const ROUNDS: usize = 50;

/// Mounts the hook, opens Link and leaves it; every other time the page goes while Link is open.
async fn visit(side: &Side, visits: u32) {
    side.run(&format!(
        "const until = (condition) => new Promise((done) => {{
           const look = () => condition() ? done() : setTimeout(look, 1);
           look();
         }});
         const called = (name) => () => calls.some((call) => call.includes(name));
         return (async () => {{
           for (let visit = 0; visit < {visits}; visit += 1) {{
             calls.length = 0;
             twin.start(token);
             await until(called('load'));
             twin.open();
             await until(called('OPEN'));
             if (visit % 2) {{
               twin.exit(true);
               await until(called('exit'));
             }}
             twin.stop();
             await until(() => !document.querySelector('iframe'));
           }}
         }})();"
    ))
    .await;
}

async fn wasm_bytes(side: &Side) -> Option<u64> {
    side.run("return twin.memory.buffer.byteLength")
        .await
        .as_u64()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_visits_leave_nothing_behind() {
    let pages = Pages::serve().await;
    let side = Side::start(format!("{}/ours/twin.html", pages.url)).await;
    side.open(Token::Fresh).await;
    visit(&side, BATCH).await;
    let (before, wasm) = (side.browser.footprint().await, wasm_bytes(&side).await);
    for _ in 0..1000 / BATCH {
        visit(&side, BATCH).await;
    }
    let mut after = side.browser.footprint().await;
    for _ in 0..ROUNDS {
        if after.documents <= before.documents
            && after.listeners <= before.listeners
            && after.heap_bytes < before.heap_bytes + GROWTH
        {
            break;
        }
        after = side.browser.footprint().await;
    }
    assert!(after.documents <= before.documents, "{before:?} {after:?}");
    assert!(after.listeners <= before.listeners, "{before:?} {after:?}");
    assert!(
        after.heap_bytes < before.heap_bytes + GROWTH,
        "{before:?} {after:?}"
    );
    assert_eq!(wasm_bytes(&side).await, wasm, "WebAssembly memory");
    side.browser.quit().await;
}
