//! The app's page compared with the smallest page of React and react-plaid-link, on a slow phone.

use anyhow::Result;

use super::Effort;
use super::chrome::Chrome;
use super::program::{Program, Programs, link_script};
use super::report::{Goal, Table};
use crate::build::Packaging;
use crate::workspace::Workspace;
use crate::{build, npm, size};

/// Records, on the page's clock, when the button can be clicked, when a handler exists, and when `open` is called. It also
/// keeps a reference to the memory of a WebAssembly module.
const WATCH: &str = "(() => {
  const seen = (window.seen = {});
  const note = (name) => { seen[name] ??= performance.now(); };
  const look = () => {
    const buttons = Array.from(document.querySelectorAll('button'));
    const connect = buttons.find((button) => button.textContent.trim() === 'Connect a bank account');
    if (connect && !connect.disabled) note('enabled');
  };
  new MutationObserver(look).observe(document, { attributes: true, childList: true, characterData: true, subtree: true });
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const instantiate = WebAssembly[name];
    WebAssembly[name] = async (...args) => {
      const made = await instantiate.apply(WebAssembly, args);
      seen.memory = (made.instance ?? made).exports.memory;
      return made;
    };
  }
  let link;
  Object.defineProperty(window, 'Plaid', {
    configurable: true,
    get: () => link,
    set: (plaid) => {
      const create = plaid.create;
      plaid.create = (options) => {
        const handler = create(options);
        const open = handler.open;
        handler.open = () => { note('opened'); return open(); };
        note('created');
        return handler;
      };
      link = plaid;
    },
  });
})()";

const READY: &str = "new Promise((done) => {
  const look = () => (seen.enabled && seen.created ? done(Math.max(seen.enabled, seen.created)) : setTimeout(look, 5));
  look();
})";

const FIRST_PAINT: &str = "new Promise((done) => {
  const look = () => {
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    if (paint) done(paint.startTime); else setTimeout(look, 5);
  };
  look();
})";

const CLICK_TO_OPEN: &str = "new Promise((done) => {
  const buttons = Array.from(document.querySelectorAll('button'));
  const connect = buttons.find((button) => button.textContent.trim() === 'Connect a bank account');
  const clicked = performance.now();
  connect.click();
  const look = () => (seen.opened ? done(seen.opened - clicked) : setTimeout(look, 1));
  look();
})";

/// Bytes, first paint, the button, memory and the click; cold and warm.
pub(crate) fn tables(workspace: &Workspace, effort: Effort) -> Result<Vec<Table>> {
    let programs = Programs::build(workspace, effort)?;
    build::app(workspace, Packaging::Optimized)?;
    let peer_dist = workspace.target.join("xtask/bench-peer-react");
    npm::build_page(workspace, "index", &peer_dist)?;
    size::precompress(&peer_dist)?;

    let plaid = programs.plaid()?;
    let ours = programs
        .connect(&plaid, Some(&workspace.root.join("dist")), "ours")?
        .program;
    let peer = programs.connect(&plaid, Some(&peer_dist), "peer")?.program;
    let (mut our_visits, mut peer_visits) = (Visits::default(), Visits::default());
    for round in 0..effort.rounds {
        let mut sides = [(&ours, &mut our_visits), (&peer, &mut peer_visits)];
        if round % 2 == 1 {
            sides.reverse();
        }
        for (server, visits) in sides {
            let mut chrome = Chrome::start(workspace)?;
            chrome.slow_down()?;
            chrome.run_first(WATCH)?;
            visits.cold.visit(&mut chrome, server, &plaid)?;
            visits.warm.visit(&mut chrome, server, &plaid)?;
        }
    }

    let mut table = Table::comparison(
        "Page",
        "Chromium with a processor four times slower, a round trip of 150 ms, and 1.6 Mbit/s; a fresh profile each time. The peer \
         is a page\nwith only a heading and the button, from the same server. The button is *enabled* once it is visible and accepts a \
         click. Ours records\na click that comes before the app, and opens Link afterwards. *Ready* is when a click opens Link \
         immediately; for the peer that is\nthe same moment.",
    );
    for (when, ours, peer, ready) in [
        (
            "cold",
            &our_visits.cold,
            &peer_visits.cold,
            Goal::AtMost(0.75),
        ),
        ("warm", &our_visits.warm, &peer_visits.warm, Goal::None),
    ] {
        let is_cold = when == "cold";
        let goal = |most| {
            if is_cold {
                Goal::AtMost(most)
            } else {
                Goal::None
            }
        };
        let mut row = |label: &str, unit, ours: &[f64], peer: &[f64], goal| {
            table.compare(&format!("{when}: {label}"), unit, ours, peer, goal);
        };
        row("received", "kB", &ours.received, &peer.received, Goal::None);
        row(
            "first contentful paint",
            "ms",
            &ours.painted,
            &peer.painted,
            goal(0.7),
        );
        row(
            "button enabled",
            "ms",
            &ours.enabled,
            &peer.enabled,
            goal(0.75),
        );
        row("ready", "ms", &ours.ready, &peer.ready, ready);
        row("JavaScript heap", "kB", &ours.heap, &peer.heap, goal(0.8));
        row(
            "WebAssembly memory",
            "kB",
            &ours.wasm,
            &peer.wasm,
            Goal::None,
        );
        row(
            "click to Link's open()",
            "ms",
            &ours.click,
            &peer.click,
            Goal::None,
        );
    }
    Ok(vec![table])
}

#[derive(Default)]
struct Visits {
    cold: Figures,
    warm: Figures,
}

#[derive(Default)]
struct Figures {
    received: Vec<f64>,
    painted: Vec<f64>,
    enabled: Vec<f64>,
    ready: Vec<f64>,
    heap: Vec<f64>,
    wasm: Vec<f64>,
    click: Vec<f64>,
}

impl Figures {
    fn visit(&mut self, chrome: &mut Chrome, server: &Program, plaid: &Program) -> Result<()> {
        let origin = format!("http://{}", server.at);
        chrome.open(&format!("{origin}/?script={}", link_script(plaid)))?;
        self.ready.push(chrome.number(READY)?);
        let painted = chrome.number(FIRST_PAINT)?;
        self.painted.push(painted);
        // A button cannot be clicked before it is painted.
        self.enabled
            .push(chrome.number("seen.enabled")?.max(painted));
        // Link's own requests are the same for both.
        chrome.evaluate("new Promise((done) => setTimeout(done, 1000))")?;
        self.received.push(chrome.received_from(&origin));
        self.heap.push(chrome.heap()?);
        self.wasm
            .push(chrome.number("(seen.memory?.buffer.byteLength ?? 0) / 1000")?);
        self.click.push(chrome.number(CLICK_TO_OPEN)?);
        Ok(())
    }
}
