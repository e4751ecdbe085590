use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::page;

/// What a page holds on to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Footprint {
    /// Frames in the page.
    pub frames: u32,
    /// Bytes of WebAssembly memory, which can only grow.
    pub wasm_bytes: f64,
    /// Bytes of JavaScript that are in use after a garbage collection.
    pub heap_bytes: f64,
}

/// How often garbage is collected before what is left counts as kept: a frame's remains go in several steps.
const ROUNDS: usize = 100;

/// What a page may hold on to more than before: less than a megabyte of JavaScript.
const GROWTH: f64 = 1_048_576.0;

impl Footprint {
    /// Collects the garbage and measures.
    ///
    /// # Panics
    /// When the browser was not started with `--js-flags=--expose-gc` and `--enable-precise-memory-info`.
    pub async fn measure() -> Self {
        for _ in 0..3 {
            // What is collected first lets go of what can be collected next.
            Self::collect().await;
        }
        Self::now()
    }

    /// Collects garbage until nothing has been left behind since.
    ///
    /// # Panics
    /// When a frame stays, more WebAssembly memory, or a megabyte more JavaScript.
    pub async fn comes_back(&self) {
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
        // From a task of its own, with nothing on the stack that could be taken for a reference.
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

/// Counts the listeners on the window, the document and the body, from its making until it is dropped.
#[derive(Debug)]
pub struct Listeners(());

impl Listeners {
    /// Begins to count.
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

    /// How many were added and not removed.
    ///
    /// # Panics
    /// When another count has begun meanwhile.
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
