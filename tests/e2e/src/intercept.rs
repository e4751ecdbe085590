//! Requests of the page that JavaScript answers instead of the backend.

use serde_json::{Value, json};

use crate::Browser;

impl Browser {
    /// Answers the page's requests for this path, and for paths that begin with it, by JavaScript. It starts with the next page.
    ///
    /// `answer` is the body of an `async (request, ask, expire)`. `ask(request)` sends the request to the backend;
    /// `expire()` ends the request's timeout at once.
    pub async fn intercept(&self, path: &str, answer: &str) {
        let script = format!(
            "(() => {{
                let deadline;
                AbortSignal.timeout = (milliseconds) => {{
                    const controller = new AbortController();
                    deadline = () => controller.abort(new DOMException('too late', 'TimeoutError'));
                    setTimeout(deadline, milliseconds);
                    return controller.signal;
                }};
                const ask = window.fetch.bind(window);
                const answer = async (request, ask, expire) => {{ {answer} }};
                window.intercepts = true;
                window.fetch = (...call) => {{
                    const request = new Request(...call);
                    const isIntercepted = window.intercepts && new URL(request.url).pathname.startsWith({});
                    // The page sets the timeout just before it sends the request.
                    return isIntercepted ? answer(request, ask, deadline) : ask(request);
                }};
            }})()",
            json!(path)
        );
        let added = self
            .command(
                "Page.addScriptToEvaluateOnNewDocument",
                json!({ "source": script }),
            )
            .await;
        let former = self
            .interceptor
            .lock()
            .expect("no poisoned lock")
            .replace(added["identifier"].clone());
        if let Some(identifier) = former {
            let former = json!({ "identifier": identifier });
            self.command("Page.removeScriptToEvaluateOnNewDocument", former)
                .await;
        }
    }

    /// Adds these options to each request for a Link token, from the next page on. Connect's own page sends none.
    pub async fn override_link_options(&self, options: &Value) {
        let answer = format!(
            "const body = JSON.stringify({{ ...await request.clone().json(), ...{options} }});
            return ask(new Request(request, {{ body }}))"
        );
        self.intercept("/api/link/tokens", &answer).await;
    }

    /// Sends all requests of the current page to the backend again.
    pub async fn stop_intercepting(&self) {
        self.run("window.intercepts = false").await;
    }

    /// Keeps frames empty, as a content blocker does. It starts with the next page. Chromium's own blocking of URLs excludes
    /// frames.
    pub async fn block_frames(&self) {
        let script = "(() => {
            const src = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, 'src');
            const set = function (url) { src.set.call(this, window.blocks_frames ? 'about:blank' : url); };
            window.blocks_frames = true;
            Object.defineProperty(HTMLIFrameElement.prototype, 'src', { ...src, set });
        })()";
        let script = json!({ "source": script });
        self.command("Page.addScriptToEvaluateOnNewDocument", script)
            .await;
    }

    /// Stops blocking frames in the current page.
    pub async fn unblock_frames(&self) {
        self.run("window.blocks_frames = false").await;
    }

    /// Holds the stream of changes back, as some proxies do. It starts with the next page, in which `skip(milliseconds)` moves
    /// the clock, and checks that are due every ten seconds run at once.
    pub async fn mute_streams(&self) {
        let script = "(() => {
            window.EventSource = class {
                addEventListener() {}
                close() {}
            };
            const [later, now] = [window.setTimeout, Date.now];
            let skipped = 0;
            Date.now = () => now() + skipped;
            window.skip = (milliseconds) => void (skipped += milliseconds);
            window.setTimeout = (f, delay) => later(f, delay === 10_000 ? 100 : delay);
        })()";
        let script = json!({ "source": script });
        self.command("Page.addScriptToEvaluateOnNewDocument", script)
            .await;
    }
}
