//! A Chromium with a fresh profile and the speed of an ordinary phone, driven by the `DevTools` protocol.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use crate::setup;
use crate::setup::CHROME_FLAGS;
use crate::workspace::Workspace;

/// A browser with one page.
pub(crate) struct Chrome {
    child: Child,
    socket: WebSocket<TcpStream>,
    session: Option<String>,
    calls: u64,
    events: Vec<Value>,
    profile: PathBuf,
}

impl Chrome {
    pub(crate) fn start(workspace: &Workspace) -> Result<Self> {
        let profile = workspace.target.join("xtask/bench-profile");
        drop(fs::remove_dir_all(&profile));
        let mut child = Command::new(setup::browser()?.chrome)
            .args(CHROME_FLAGS)
            .args(["--remote-debugging-port=0", "--window-size=1280,1000"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("Chromium does not start")?;
        let stderr = child
            .stderr
            .take()
            .context("Chromium has a standard error")?;
        let mut lines = BufReader::new(stderr).lines();
        let url = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                line.strip_prefix("DevTools listening on ")
                    .map(str::to_owned)
            })
            .context("Chromium ended before it was listening")?;
        // Read the rest, because Chromium would block on a full pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let address = url
            .trim_start_matches("ws://")
            .split('/')
            .next()
            .unwrap_or_default();
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let (socket, _) =
            tungstenite::client(&url, stream).map_err(|error| anyhow::anyhow!("{error}"))?;
        let mut chrome = Self {
            child,
            socket,
            session: None,
            calls: 0,
            events: Vec::new(),
            profile,
        };
        let target = chrome.call("Target.createTarget", &json!({ "url": "about:blank" }))?;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = chrome.call("Target.attachToTarget", &attach)?;
        chrome.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Network", "Runtime", "HeapProfiler"] {
            chrome.call(&format!("{domain}.enable"), &json!({}))?;
        }
        Ok(chrome)
    }

    /// Makes the processor four times slower, and the network 150 ms and 1.6 Mbit/s.
    pub(crate) fn slow_down(&mut self) -> Result<()> {
        self.call("Emulation.setCPUThrottlingRate", &json!({ "rate": 4 }))?;
        let network = json!({
            "offline": false,
            "latency": 150,
            "downloadThroughput": 1_600_000 / 8,
            "uploadThroughput": 750_000 / 8,
        });
        self.call("Network.emulateNetworkConditions", &network)?;
        Ok(())
    }

    /// Runs a script in every page before the page's own.
    pub(crate) fn run_first(&mut self, script: &str) -> Result<()> {
        let script = json!({ "source": script });
        self.call("Page.addScriptToEvaluateOnNewDocument", &script)?;
        Ok(())
    }

    /// Sets a session's cookie.
    pub(crate) fn sign_in(&mut self, url: &str, cookie: &str) -> Result<()> {
        let (name, value) = cookie.split_once('=').context("a cookie has a value")?;
        let cookie = json!({
            "name": name, "value": value, "url": url, "path": "/", "secure": true, "httpOnly": true,
        });
        self.call("Network.setCookie", &cookie)?;
        Ok(())
    }

    /// Opens an address in the page.
    pub(crate) fn open(&mut self, url: &str) -> Result<()> {
        self.events.clear();
        let opened = self.call("Page.navigate", &json!({ "url": url }))?;
        match opened["errorText"].as_str() {
            None => Ok(()),
            Some(error) => bail!("{url}: {error}"),
        }
    }

    /// The value of an expression in the page, or of its promise.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Result<Value> {
        let evaluate =
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", &evaluate)?;
        if answer["exceptionDetails"].is_object() {
            bail!(
                "{expression}: {}",
                answer["exceptionDetails"]["exception"]["description"]
            );
        }
        Ok(answer["result"]["value"].clone())
    }

    /// The value of an expression that is a number.
    pub(crate) fn number(&mut self, expression: &str) -> Result<f64> {
        let value = self.evaluate(expression)?;
        value
            .as_f64()
            .with_context(|| format!("{expression} is {value}, not a number"))
    }

    /// The JavaScript heap after garbage collection, in kB, without the memory of WebAssembly.
    pub(crate) fn heap(&mut self) -> Result<f64> {
        self.call("HeapProfiler.collectGarbage", &json!({}))?;
        self.call("HeapProfiler.collectGarbage", &json!({}))?;
        let usage = self.call("Runtime.getHeapUsage", &json!({}))?;
        let bytes = usage["usedSize"].as_f64();
        Ok(bytes.context("Chromium reports its heap")? / 1000.0)
    }

    /// The kB received from this origin since the page was opened, with headers.
    pub(crate) fn received_from(&self, origin: &str) -> f64 {
        let params = |method: &'static str| {
            let events = self
                .events
                .iter()
                .filter(move |event| event["method"] == method);
            events.map(|event| &event["params"])
        };
        let from_origin: Vec<&Value> = params("Network.requestWillBeSent")
            .filter(|sent| {
                sent["request"]["url"]
                    .as_str()
                    .is_some_and(|url| url.starts_with(origin))
            })
            .map(|sent| &sent["requestId"])
            .collect();
        params("Network.loadingFinished")
            .filter(|finished| from_origin.contains(&&finished["requestId"]))
            .filter_map(|finished| finished["encodedDataLength"].as_f64())
            .sum::<f64>()
            / 1000.0
    }

    fn call(&mut self, method: &str, params: &Value) -> Result<Value> {
        self.calls += 1;
        let id = self.calls;
        let mut call = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = &self.session {
            call["sessionId"] = session.as_str().into();
        }
        self.socket.send(Message::text(call.to_string()))?;
        loop {
            let Message::Text(text) = self.socket.read().with_context(|| method.to_owned())? else {
                continue;
            };
            let mut answer: Value = serde_json::from_str(&text)?;
            if answer["id"] == id {
                return match answer.get("error") {
                    Some(error) => bail!("{method}: {error}"),
                    None => Ok(answer["result"].take()),
                };
            }
            self.events.push(answer);
        }
    }
}

impl Drop for Chrome {
    fn drop(&mut self) {
        self.session = None;
        if self.call("Browser.close", &json!({})).is_err() {
            drop(self.child.kill());
        }
        drop(self.child.wait());
        drop(fs::remove_dir_all(&self.profile));
    }
}
