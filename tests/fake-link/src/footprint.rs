//! The memory, frames and listeners of a page.

use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::page;

/// The frames and memory of a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Footprint {
    /// The frames in the page.
    pub frames: u32,
    /// The bytes of WebAssembly memory, which never shrinks.
    pub wasm_bytes: f64,
    /// The bytes of JavaScript in use after a garbage collection.
    pub heap_bytes: f64,
}

/// The number of garbage collections before the rest counts as leaked. A frame is collected in several steps.
const ROUNDS: usize = 100;

/// The allowed growth of JavaScript memory: a megabyte.
const GROWTH: f64 = 1_048_576.0;

impl Footprint {
    /// Collects garbage and measures.
    ///
    /// # Panics
    /// When the browser was not started with `--js-flags=--expose-gc` and `--enable-precise-memory-info`.
    pub async fn measure() -> Self {
        for _ in 0..3 {
            // Each collection may release objects for the next one.
            Self::collect().await;
        }
        Self::now()
    }

    /// Collects garbage until the page is back at this footprint.
    ///
    /// # Panics
    /// When a frame, WebAssembly memory or a megabyte of JavaScript has leaked.
    pub async fn is_restored(&self) {
        let mut now = Self::now();
        for _ in 0..ROUNDS {
            if now.heap_bytes - self.heap_bytes < GROWTH {
                break;
            }
            Self::collect().await;
            now = Self::now();
        }
        assert_eq!(now.frames, self.frames, "frames");
        assert_eq!(now.wasm_bytes, self.wasm_bytes, "WebAssembly memory");
        let growth = now.heap_bytes - self.heap_bytes;
        assert!(growth < GROWTH, "JavaScript grew by {growth} bytes");
    }

    async fn collect() {
        page::next_task().await;
        // In another task, so that the stack has no references.
        let collected = page::run("", "return gc({ type: 'major', execution: 'async' })", &[]);
        let collected = JsFuture::from(collected.unchecked_into::<Promise>()).await;
        collected.expect("garbage is collected");
    }

    fn now() -> Self {
        let heap = page::run("", "return performance.memory.usedJSHeapSize", &[]);
        let memory = wasm_bindgen::memory().unchecked_into::<js_sys::WebAssembly::Memory>();
        let buffer = memory.buffer().unchecked_into::<js_sys::ArrayBuffer>();
        Self {
            frames: page::count("iframe"),
            wasm_bytes: f64::from(buffer.byte_length()),
            heap_bytes: heap.as_f64().expect("a number"),
        }
    }
}

/// A counter of the listeners on the window, the document and the body. It counts until it is dropped.
#[derive(Debug)]
pub struct Listeners(());

impl Listeners {
    /// Starts to count.
    #[must_use]
    pub fn count() -> Self {
        page::run(
            "",
            r"
            const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
            const pages = [window, document, document.body];
            const kept = [];
            const key = (target, [type, listener, options]) => {
              const capture = typeof options === 'object' ? options?.capture : options;
              return [target ?? window, type, listener, Boolean(capture)];
            };
            const find = (sought) => kept.findIndex((has) => has.every((part, i) => part === sought[i]));
            EventTarget.prototype.addEventListener = function (...args) {
              const added = key(this, args);
              if (pages.includes(added[0]) && find(added) < 0) kept.push(added);
              return add.apply(this, args);
            };
            EventTarget.prototype.removeEventListener = function (...args) {
              const index = find(key(this, args));
              if (index >= 0) kept.splice(index, 1);
              return remove.apply(this, args);
            };
            window.listeners = {
              left: () => kept.length,
              stop: () => Object.assign(EventTarget.prototype, { addEventListener: add, removeEventListener: remove }),
            };
            ",
            &[],
        );
        Self(())
    }

    /// Returns the number of listeners that were added and not removed.
    ///
    /// # Panics
    /// When another count has started.
    #[must_use]
    pub fn left(&self) -> f64 {
        let left = page::run("", "return listeners.left()", &[]);
        left.as_f64().expect("a number")
    }
}

impl Drop for Listeners {
    fn drop(&mut self) {
        page::run("", "listeners.stop()", &[]);
    }
}
