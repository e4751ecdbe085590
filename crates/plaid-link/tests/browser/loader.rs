//! The loader of Link's script.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Waker};

use fake_link::{SCRIPT, page};
use js_sys::{Object, Reflect};
use plaid_link::{LoadError, LoadOptions, Plaid, load};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlScriptElement;

fn from(src: &str) -> LoadOptions {
    LoadOptions {
        src: src.to_owned(),
        ..LoadOptions::default()
    }
}

/// A consumer that was polled once, and waits.
fn wait<F: Future<Output = Result<Plaid, LoadError>>>(consumer: Pin<&mut F>) {
    let poll = consumer.poll(&mut Context::from_waker(Waker::noop()));
    assert!(poll.is_pending());
}

/// Waits for the tag of the loader.
async fn injected(src: &str) -> HtmlScriptElement {
    // Microtasks only, so that the browser cannot settle the tag itself.
    for _ in 0..10 {
        if let Some(tag) = page::tags(src).pop() {
            return tag;
        }
        JsFuture::from(js_sys::Promise::resolve(&JsValue::UNDEFINED))
            .await
            .expect("a microtask");
    }
    panic!("no tag was injected");
}

fn define_plaid() {
    Reflect::set(&page::window(), &"Plaid".into(), &Object::new()).expect("defined");
}

#[wasm_bindgen_test]
async fn concurrent_loads_share_one_tag() {
    page::clear();
    let options = from(&page::script_url(SCRIPT));
    let consumers: Vec<_> = (0..5)
        .map(|_| {
            let options = options.clone();
            wasm_bindgen_futures::future_to_promise(async move {
                load(&options).await.expect("loaded");
                Ok(JsValue::UNDEFINED)
            })
        })
        .collect();
    for consumer in consumers {
        JsFuture::from(consumer).await.expect("loaded");
    }
    load(&options).await.expect("loaded already");
    assert_eq!(page::tags(&options.src).len(), 1);
    page::clear();
}

#[wasm_bindgen_test]
async fn a_script_that_has_run_is_adopted() {
    page::clear();
    define_plaid();
    let src = page::dead_url();
    load(&from(&src)).await.expect("loaded already");
    assert!(page::tags(&src).is_empty(), "nothing was injected");
    page::clear();
}

#[wasm_bindgen_test]
async fn a_loading_tag_is_adopted() {
    page::clear();
    let src = page::dead_url();
    let tag = page::inert_tag(&src);
    let options = from(&src);
    let mut consumer = pin!(load(&options));
    wait(consumer.as_mut());
    page::next_task().await;
    assert_eq!(page::tags(&src).len(), 1, "no second tag");
    wait(consumer.as_mut());

    define_plaid();
    page::settle(&tag, "load");
    consumer.await.expect("loaded by the host's tag");
    page::clear();
}

#[wasm_bindgen_test]
async fn a_script_that_is_not_plaids_is_an_error() {
    page::clear();
    let src = page::script_url("window.somethingElse = true");
    let error = load(&from(&src)).await.expect_err("no window.Plaid");
    assert_eq!(error, LoadError::NotPlaid { src: src.clone() });
    assert!(page::tags(&src).is_empty(), "the tag is removed");
    page::clear();
}

#[wasm_bindgen_test]
async fn after_a_failure_a_retry_injects_a_new_tag() {
    page::clear();
    let src = page::dead_url();
    let options = from(&src);
    let mut consumer = pin!(load(&options));
    wait(consumer.as_mut());
    let failed = injected(&src).await;
    let error = consumer.await.expect_err("nothing is there");
    assert_eq!(error, LoadError::Blocked { src: src.clone() });
    assert!(!failed.is_connected(), "the failed tag is removed");

    let mut retry = pin!(load(&options));
    wait(retry.as_mut());
    let tag = injected(&src).await;
    assert_ne!(tag, failed);
    define_plaid();
    page::settle(&tag, "load");
    retry.await.expect("loaded by the new tag");
    page::clear();
}

#[wasm_bindgen_test]
async fn a_failed_tag_of_the_host_is_replaced() {
    page::clear();
    let src = page::script_url(SCRIPT);
    let tag = page::inert_tag(&src);
    let options = from(&src);
    let mut consumer = pin!(load(&options));
    wait(consumer.as_mut());
    page::next_task().await;
    page::settle(&tag, "error");
    consumer.await.expect_err("the host's tag failed");
    assert!(!tag.is_connected());

    load(&options).await.expect("loaded by another tag");
    page::clear();
}

#[wasm_bindgen_test]
async fn a_script_that_never_settles_times_out() {
    page::clear();
    let src = page::dead_url();
    let tag = page::inert_tag(&src);
    let options = LoadOptions {
        timeout_seconds: 0,
        ..from(&src)
    };
    let error = load(&options).await.expect_err("too late");
    assert_eq!(
        error,
        LoadError::TimedOut {
            src: src.clone(),
            seconds: 0
        }
    );
    assert!(!tag.is_connected(), "the failed tag is removed");

    let working = from(&page::script_url(SCRIPT));
    load(&working).await.expect("the retry loads");
    page::clear();
}

#[wasm_bindgen_test]
async fn a_silent_tag_in_a_loaded_page_fails_early() {
    page::clear();
    let src = page::dead_url();
    let tag = page::inert_tag(&src);
    // This browser's timers run at once.
    page::run(
        "",
        "const real = window.setTimeout;
         window.setTimeout = (f, delay) => {
           window.setTimeout = real;
           return real(f, delay / 1000);
         };",
        &[],
    );
    let options = LoadOptions {
        timeout_seconds: 100_000,
        ..from(&src)
    };
    let error = load(&options).await.expect_err("nothing comes");
    assert_eq!(error, LoadError::Blocked { src });
    assert!(!tag.is_connected(), "the failed tag is removed");
    page::clear();
}

#[wasm_bindgen_test]
async fn the_src_is_exact_and_the_nonce_is_set() {
    page::clear();
    let src = page::dead_url() + "?a=%C3%A9&b=1#é";
    let options = LoadOptions {
        nonce: Some("r4nd0m".to_owned()),
        ..from(&src)
    };
    let mut consumer = pin!(load(&options));
    wait(consumer.as_mut());
    let tag = injected(&src).await;
    assert_eq!(tag.get_attribute("src").as_deref(), Some(&*src));
    let nonce = Reflect::get(&tag, &"nonce".into()).expect("a property");
    assert_eq!(nonce.as_string().as_deref(), Some("r4nd0m"));
    assert!(tag.r#async());
    consumer.await.expect_err("nothing is there");
    page::clear();
}

#[wasm_bindgen_test]
async fn no_nonce_is_set_without_one() {
    page::clear();
    let options = from(&page::script_url(SCRIPT));
    load(&options).await.expect("loaded");
    assert!(!page::tags(&options.src)[0].has_attribute("nonce"));
    page::clear();
}

#[wasm_bindgen_test]
async fn dropping_one_load_does_not_cancel_the_others() {
    page::clear();
    let options = from(&page::script_url(SCRIPT));
    let mut first = Box::pin(load(&options));
    let mut second = pin!(load(&options));
    wait(first.as_mut());
    wait(second.as_mut());
    let tag = injected(&options.src).await;
    drop(first);
    assert!(tag.is_connected());
    second.await.expect("loaded for the other consumer");
    assert_eq!(page::tags(&options.src), [tag]);
    page::clear();
}

#[wasm_bindgen_test]
async fn a_load_without_consumers_serves_the_next() {
    page::clear();
    let options = from(&page::script_url(SCRIPT));
    let mut only = Box::pin(load(&options));
    wait(only.as_mut());
    drop(only);
    load(&options).await.expect("loaded for the next");
    assert_eq!(page::tags(&options.src).len(), 1);
    page::clear();
}
