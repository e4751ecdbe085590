#![doc = include_str!("../README.md")]

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use futures_util::stream::{Stream, StreamExt, unfold};
use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{QueuingStrategy, ReadableStreamDefaultController, ReadableStreamDefaultReader};

/// A JavaScript `ReadableStream` that converts from and to a Rust stream.
#[derive(Debug)]
pub struct ReadableStream {
    raw: web_sys::ReadableStream,
}

type Chunk = Result<JsValue, JsValue>;

/// The Rust stream that JavaScript reads; `None` while its next chunk is awaited, and after its end.
type Source = Rc<RefCell<Option<Pin<Box<dyn Stream<Item = Chunk>>>>>>;

impl ReadableStream {
    /// Wraps a JavaScript stream.
    #[must_use]
    pub fn from_raw(raw: web_sys::ReadableStream) -> Self {
        Self { raw }
    }

    /// Wraps a Rust stream. It is polled only when JavaScript requests a chunk.
    #[must_use]
    pub fn from_stream(stream: impl Stream<Item = Chunk> + 'static) -> Self {
        let source: Source = Rc::new(RefCell::new(Some(Box::pin(stream))));
        let pulled = source.clone();
        let pull =
            Closure::<dyn Fn(ReadableStreamDefaultController) -> Promise>::new(move |controller| {
                future_to_promise(pull(pulled.clone(), controller))
            });
        let cancel = Closure::<dyn Fn()>::new(move || drop(source.take()));
        let underlying = Object::new();
        let _ = Reflect::set(&underlying, &"pull".into(), &pull.into_js_value());
        let _ = Reflect::set(&underlying, &"cancel".into(), &cancel.into_js_value());
        let strategy = QueuingStrategy::new();
        strategy.set_high_water_mark(0.0);
        let raw = web_sys::ReadableStream::new_with_underlying_source_and_strategy(
            &underlying,
            &strategy,
        );
        Self {
            raw: raw.unwrap_throw(),
        }
    }

    /// Returns the JavaScript stream.
    #[must_use]
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.raw
    }

    /// Converts it into a Rust stream. Dropping that releases the JavaScript stream without cancelling it.
    ///
    /// # Panics
    ///
    /// Panics if the stream already has a reader.
    pub fn into_stream(self) -> impl Stream<Item = Chunk> {
        let reader = ReadableStreamDefaultReader::new(&self.raw).unwrap_throw();
        unfold(Some(Reader(reader)), |reader| async {
            let reader = reader?;
            let read = JsFuture::from(reader.0.read()).await;
            let is_done = |read: &JsValue| Reflect::get(read, &"done".into());
            match read.and_then(|read| Ok((is_done(&read)?.is_truthy(), read))) {
                Ok((true, _)) => None,
                Ok((false, read)) => Some((Reflect::get(&read, &"value".into()), Some(reader))),
                Err(error) => Some((Err(error), None)),
            }
        })
    }
}

/// A reader that releases its lock on the stream when it is dropped.
struct Reader(ReadableStreamDefaultReader);

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.release_lock();
    }
}

/// Enqueues the next chunk. JavaScript requests no other until this one has arrived.
async fn pull(source: Source, controller: ReadableStreamDefaultController) -> Chunk {
    let Some(mut stream) = source.take() else {
        return Ok(JsValue::UNDEFINED);
    };
    match stream.next().await {
        Some(chunk) => {
            controller.enqueue_with_chunk(&chunk?)?;
            source.replace(Some(stream));
        }
        None => controller.close()?,
    }
    Ok(JsValue::UNDEFINED)
}
