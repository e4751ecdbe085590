//! Tests of the offline Plaid's Link JS, including the defects of the original that pages rely on.

mod host;

use e2e::Role;
use serde_json::json;

use crate::host::Host;

#[tokio::test]
async fn a_wrong_embedding_is_reported_on_the_console() {
    let host = Host::bare().await;
    host.load_script("?cache=1").await;
    assert_eq!(host.run("return typeof Plaid").await, "undefined");
    host.load_script("").await;
    host.load_script("").await;
    let console = host.browser.console().await.join("\n");
    for words in ["Failed to find script", "embedded more than once"] {
        assert!(console.contains(words), "no {words:?} in {console}");
    }
    host.browser.quit().await;
}

#[tokio::test]
async fn an_invalid_configuration_is_refused() {
    let host = Host::start().await;
    for (config, message) in [
        (
            "{}",
            "Missing Link parameter. Link requires a key or token to be provided.",
        ),
        (
            "{ token: null }",
            "Missing Link parameter. Link requires a key or token to be provided.",
        ),
        (
            "{ token: 'nonsense' }",
            "Invalid env: env cannot be missing.",
        ),
    ] {
        let script =
            format!("try {{ Plaid.create({config}) }} catch (error) {{ return error.message }}");
        assert_eq!(host.run(&script).await, message, "{config}");
    }
    assert_eq!(
        host.run("return document.querySelectorAll('iframe').length")
            .await,
        0
    );
    host.browser.quit().await;
}

#[tokio::test]
async fn link_opened_before_it_has_loaded_opens_afterwards() {
    let host = Host::start().await;
    let at_once = host
        .run(
            "document.body.style.overflow = 'scroll';
             window.handler = create(token);
             document.body.style.overflow = 'auto';
             handler.open();
             window.frame = document.getElementById('plaid-link-iframe-1');
             return [frame.title, frame.style.display, calls.length];",
        )
        .await;
    assert_eq!(at_once, json!(["Plaid Link", "none", 0]));
    let link = host.browser.enter_link().await;
    link.button("Continue without phone number").appears().await;
    assert_eq!(
        host.run("return document.activeElement.tagName").await,
        "H1"
    );
    link.leave().await;
    assert_eq!(
        host.run("return [calls[0][0], calls[1][1], calls.length, document.body.style.overflow]")
            .await,
        json!(["load", "OPEN", 2, "hidden"])
    );

    let link = host.browser.enter_link().await;
    link.button("Close").click().await;
    link.leave().await;
    host.until("calls.some(([kind]) => kind === 'exit')").await;
    let after =
        "return [frame.style.display, document.body.style.overflow, document.activeElement.id]";
    assert_eq!(host.run(after).await, json!(["none", "scroll", "connect"]));
    host.browser.quit().await;
}

/// A button does not move while the mouse is pressed on it. Otherwise the release hits another element, and there is no click.
#[tokio::test]
async fn a_bank_that_is_pressed_while_a_search_ends_is_chosen() {
    let host = Host::start().await;
    host.run("window.handler = create(token); handler.open();")
        .await;
    let link = host.browser.enter_link().await;
    link.button("Continue without phone number").click().await;
    link.button("Tartan Bank").appears().await;
    host.browser
        .run(
            "const ask = window.fetch;
             window.fetch = async (...call) => {
                 const answer = await ask(...call);
                 await new Promise((arrive) => { window.arrive = arrive; });
                 window.fetch = ask;
                 return answer;
             };",
        )
        .await;
    link.locate(Role::Searchbox, "Search for your bank")
        .fill("Tartan")
        .await;
    let bank = link.button("Tartan Bank");
    bank.mouse_down().await;
    host.browser
        .run(
            "return (async () => {
                while (!window.arrive) await new Promise((later) => setTimeout(later));
                window.arrive();
                for (let turn = 0; turn < 3; turn += 1) await new Promise(requestAnimationFrame);
            })()",
        )
        .await;
    bank.mouse_up().await;
    link.locate(Role::Textbox, "Username").appears().await;
    link.leave().await;
    host.browser.quit().await;
}

#[tokio::test]
async fn exit_asks_for_confirmation_unless_forced() {
    let host = Host::start().await;
    host.run("window.handler = create(token); handler.open();")
        .await;
    let link = host.browser.enter_link().await;
    link.choose_institution("First Platypus Bank").await;
    link.leave().await;
    host.run("handler.exit();").await;
    let link = host.browser.enter_link().await;
    link.button("Keep going").click().await;
    link.button("Submit").appears().await;
    link.leave().await;
    let display = "return document.getElementById('plaid-link-iframe-1').style.display";
    assert_eq!(
        host.run(&format!("handler.exit({{ force: true }}); {display}"))
            .await,
        "none"
    );
    host.until("calls.some(([kind]) => kind === 'exit')").await;
    host.browser.quit().await;
}

#[tokio::test]
async fn a_late_response_does_not_close_the_next_session() {
    let host = Host::start().await;
    host.run("window.handler = create(token); handler.open(); handler.exit({ force: true }); handler.open();").await;
    host.until("calls.some(([kind]) => kind === 'exit')").await;
    host.until("calls.filter(([, name]) => name === 'OPEN').length === 2")
        .await;
    assert!(host.browser.is_link_open().await);
    host.browser.quit().await;
}

#[tokio::test]
async fn a_destroyed_handler_sends_no_events() {
    let host = Host::start().await;
    host.run("window.handler = create(token); handler.open();")
        .await;
    host.until("calls.some(([, name]) => name === 'OPEN')")
        .await;
    let refused = host
        .run("try { handler.destroy() } catch (error) { return error.message }")
        .await;
    assert_eq!(refused, "Do not call destroy() when Link is open");
    host.run(
        "handler.exit({ force: true });
         handler.destroy();
         calls.length = 0;
         handler.destroy(); handler.open(); handler.exit(); handler.submit({ phone_number: '+14155550000' });
         window.second = create(token);",
    )
    .await;
    // The second handler has loaded, so a call of the first would have arrived.
    host.until("calls.length > 0").await;
    let frames =
        "return [calls, Array.from(document.querySelectorAll('iframe'), (frame) => frame.id)]";
    assert_eq!(
        host.run(frames).await,
        json!([[["load"]], ["plaid-link-iframe-2"]])
    );
    host.browser.quit().await;
}

#[tokio::test]
async fn only_one_of_several_handlers_is_open() {
    let host = Host::start().await;
    host.run("window.one = create(token); window.two = create(token); one.open();")
        .await;
    host.until("calls.some(([, name]) => name === 'OPEN')")
        .await;
    host.run("two.open(); window.postMessage({ plaidLink: 'done', visit: 1, events: [], success: ['forged', {}] });").await;
    let shown =
        "return Array.from(document.querySelectorAll('iframe'), (frame) => frame.style.display)";
    assert_eq!(host.run(shown).await, json!(["block", "none"]));
    host.run("one.exit({ force: true });").await;
    host.until("calls.some(([kind]) => kind === 'exit')").await;
    assert_eq!(
        host.run("return calls.some(([kind]) => kind === 'success')")
            .await,
        false
    );
    host.run("two.open();").await;
    host.until("calls.filter(([, name]) => name === 'OPEN').length === 2")
        .await;
    host.browser.quit().await;
}

#[tokio::test]
async fn a_bank_chosen_in_the_embedded_search_opens_link() {
    let host = Host::start().await;
    host.run(
        "const element = document.createElement('div');
         element.style.height = '400px';
         document.body.append(element);
         window.embedded = Plaid.createEmbedded({ token, onEvent: (name) => calls.push(['event', name]) }, element);
         window.frames = () => document.querySelectorAll('iframe').length;",
    )
    .await;
    host.browser
        .enter_frame("plaid-embedded-link-iframe-1")
        .await;
    host.browser.button("Tartan Bank").click().await;
    let link = host.browser.enter_link().await;
    link.button("Continue without phone number").click().await;
    link.button("Submit").appears().await;
    link.button("Close").click().await;
    link.button("Leave").click().await;
    link.leave().await;
    host.until("calls.some(([, name]) => name === 'EXIT')")
        .await;
    assert_eq!(
        host.run("const before = frames(); embedded.destroy(); return [before, frames()]")
            .await,
        json!([2, 0])
    );
    host.browser.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_clicked_during_a_search_is_chosen() {
    let host = Host::start().await;
    host.run("window.handler = create(token); handler.open();")
        .await;
    let link = host.browser.enter_link().await;
    link.button("Continue without phone number").click().await;
    link.button("First Platypus Bank").appears().await;
    host.run(
        "const ask = window.fetch;
         const search = document.querySelector('input[type=search]');
         return new Promise((started) => {
           window.fetch = (...call) => new Promise((answer) => started(() => answer(ask(...call))));
           search.value = 'Tartan';
           search.dispatchEvent(new Event('input', { bubbles: true }));
         }).then((release) => {
           window.fetch = ask;
           const isBank = (button) => button.textContent.includes('First Platypus Bank');
           Array.from(document.querySelectorAll('button')).find(isBank).click();
           release();
         });",
    )
    .await;
    link.locate(Role::Textbox, "Username").appears().await;
    link.leave().await;
    host.browser.quit().await;
}
