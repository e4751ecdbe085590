//! A test for memory leaks over many Link sessions.

use crate::page_server::PageServer;
use crate::scenarios::Token;
use crate::twin_page::TwinPage;

/// The sessions in one call to the browser. Each call has a deadline.
const SESSIONS_PER_CALL: u32 = 50;

/// The limit of the growth of the heap, in bytes.
const MAX_GROWTH: u64 = 1_048_576;

/// The garbage collections before the remaining memory counts as a leak. A frame is freed in several steps.
const MAX_COLLECTIONS: usize = 50;

/// Mounts the hook, opens Link and exits, many times. Every other time the hook is unmounted while Link is open.
async fn run_sessions(page: &TwinPage, count: u32) {
    page.run(&format!(
        "const until = (condition) => new Promise((done) => {{
           const look = () => condition() ? done() : setTimeout(look, 1);
           look();
         }});
         const called = (name) => () => calls.some((call) => call.includes(name));
         return (async () => {{
           for (let session = 0; session < {count}; session += 1) {{
             calls.length = 0;
             twin.start(token);
             await until(called('load'));
             twin.open();
             await until(called('OPEN'));
             if (session % 2) {{
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

async fn wasm_bytes(page: &TwinPage) -> Option<u64> {
    page.run("return twin.memory.buffer.byteLength")
        .await
        .as_u64()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_sessions_leak_no_memory() {
    let server = PageServer::start().await;
    let page = TwinPage::start(format!("{}/ours/twin.html", server.url)).await;
    page.open(Token::Fresh).await;
    run_sessions(&page, SESSIONS_PER_CALL).await;
    let (before, wasm) = (page.browser.footprint().await, wasm_bytes(&page).await);
    for _ in 0..1000 / SESSIONS_PER_CALL {
        run_sessions(&page, SESSIONS_PER_CALL).await;
    }
    let mut after = page.browser.footprint().await;
    for _ in 0..MAX_COLLECTIONS {
        if after.documents <= before.documents
            && after.listeners <= before.listeners
            && after.heap_bytes < before.heap_bytes + MAX_GROWTH
        {
            break;
        }
        after = page.browser.footprint().await;
    }
    assert!(after.documents <= before.documents, "{before:?} {after:?}");
    assert!(after.listeners <= before.listeners, "{before:?} {after:?}");
    assert!(
        after.heap_bytes < before.heap_bytes + MAX_GROWTH,
        "{before:?} {after:?}"
    );
    assert_eq!(wasm_bytes(&page).await, wasm, "WebAssembly memory");
    page.browser.quit().await;
}
