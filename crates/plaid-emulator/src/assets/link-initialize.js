// The emulator's link-initialize.js: the same interface to a page as Plaid's script.
//
// The page and the panes exchange messages with postMessage. Every message is `{ plaidLink: <type>, … }`.
//   page → panes   open { visit, token, key, receivedRedirectUri, institutionId }
//                  exit { force } · submit { token, phone_number | date_of_birth }
//   panes → page   loaded · event { eventName, metadata } · redirect { url } · pick { institutionId }
//                  done { visit, events: [{ eventName, metadata }], success: [token, metadata] | exit: [error, metadata] }
// Each side accepts messages only from the other's window and origin.
(() => {
  "use strict";

  const PATH = "/link/v2/stable/";
  const scripts = Array.from(document.scripts).filter((script) =>
    /^https?:\/\/[^/?#]+\/link\/v2\/stable\/link-initialize\.js$/.test(script.src),
  );
  if (scripts.length === 0) throw new Error("Failed to find script");
  if (scripts.length > 1 || window.Plaid) {
    console.warn(
      "Warning: The Plaid link-initialize.js script was embedded more than once. This is an unsupported " +
        "configuration and may lead to unpredictable behavior. Please ensure Plaid Link is embedded only once per page.",
    );
  }
  if (window.Plaid) return;

  const origin = new URL(scripts[0].src).origin;
  let count = 0;
  let visible = null; // The handler whose panes are visible, at most one.

  window.Plaid = { create, createEmbedded };

  function create(config) {
    const options = checked(config);
    const bodyOverflow = document.body.style.overflow; // Restored on close, as Plaid does.
    const frame = createFrame("link.html", `plaid-link-iframe-${++count}`, "Plaid Link");
    Object.assign(frame.style, {
      position: "fixed", inset: "0", width: "100%", height: "100%", border: "0",
      zIndex: "9999999999", display: "none", background: "transparent", colorScheme: "normal",
    });

    const self = {};
    let loaded = false;
    let destroyed = false;
    let waiting = []; // Commands before the panes have loaded.
    let focused = null;
    let visit = 0; // Identifies messages of earlier visits.

    const stopListening = listen(frame, {
      loaded() {
        if (loaded) return;
        loaded = true;
        call(options.onLoad);
        for (const command of waiting.splice(0)) command();
      },
      event({ eventName, metadata }) {
        call(options.onEvent, eventName, metadata);
      },
      redirect({ url }) {
        const bank = new URL(url, origin);
        if (visible === self && bank.origin === origin) window.location.assign(bank);
      },
      done({ visit: ended, events, success, exit }) {
        if (ended === visit) hide();
        for (const { eventName, metadata } of events) call(options.onEvent, eventName, metadata);
        if (success) call(options.onSuccess, ...success);
        else call(options.onExit, ...exit);
      },
    });
    document.body.appendChild(frame);

    function whenLoaded(command) {
      if (destroyed) return;
      if (loaded) command();
      else waiting.push(command);
    }

    function show() {
      if (visible) return;
      visible = self;
      focused = document.activeElement;
      document.body.style.overflow = "hidden";
      frame.style.display = "block";
      frame.focus();
      visit += 1;
      post(frame, "open", {
        visit,
        token: options.token,
        key: options.key,
        receivedRedirectUri: options.receivedRedirectUri,
        institutionId: options.institutionId,
      });
    }

    function hide() {
      if (visible !== self) return;
      visible = null;
      frame.style.display = "none";
      document.body.style.overflow = bodyOverflow;
      window.focus();
      if (focused && focused.isConnected) focused.focus();
      focused = null;
    }

    return {
      open() {
        whenLoaded(show);
      },
      exit(how) {
        const force = Boolean(how && how.force);
        whenLoaded(() => {
          if (visible !== self) return;
          post(frame, "exit", { force });
          if (force) hide();
        });
      },
      submit({ phone_number, date_of_birth }) {
        whenLoaded(() => post(frame, "submit", { token: options.token, phone_number, date_of_birth }));
      },
      destroy() {
        if (destroyed) return;
        if (visible === self) throw new Error("Do not call destroy() when Link is open");
        destroyed = true;
        waiting = [];
        stopListening();
        frame.remove();
      },
    };
  }

  function createEmbedded(config, element) {
    const options = checked(config);
    const frame = createFrame("embedded.html", `plaid-embedded-link-iframe-${++count}`, "Plaid Embedded Link");
    Object.assign(frame.style, { width: "100%", height: "100%", border: "0", background: "transparent" });

    const inner = { current: null };
    const stopListening = listen(frame, {
      loaded() {
        post(frame, "open", { token: options.token });
        call(options.onLoad);
      },
      pick({ institutionId }) {
        if (visible) return;
        if (inner.current) inner.current.destroy();
        inner.current = create({ ...options, onLoad: undefined, institutionId });
        inner.current.open();
      },
    });
    element.appendChild(frame);

    return {
      destroy() {
        stopListening();
        frame.remove();
        if (inner.current) inner.current.destroy();
        inner.current = null;
      },
    };
  }

  function checked(config) {
    const options = config || {};
    if (!options.token && !options.key) {
      throw new Error("Missing Link parameter. Link requires a key or token to be provided.");
    }
    if (options.token && !/^link-(sandbox|development|production)-/.test(options.token)) {
      throw new Error("Invalid env: env cannot be missing.");
    }
    return options;
  }

  function createFrame(file, id, title) {
    const frame = document.createElement("iframe");
    frame.id = id;
    frame.title = title;
    frame.src = `${origin}${PATH}${file}?origin=${encodeURIComponent(window.location.origin)}`;
    return frame;
  }

  // Calls the handler of each message from this frame with the emulator's origin.
  function listen(frame, handlers) {
    function onMessage(event) {
      if (event.source !== frame.contentWindow || event.origin !== origin || !event.data) return;
      const type = event.data.plaidLink;
      if (Object.hasOwn(handlers, type)) handlers[type](event.data);
    }
    window.addEventListener("message", onMessage);
    return () => window.removeEventListener("message", onMessage);
  }

  function post(frame, type, body) {
    frame.contentWindow.postMessage({ ...body, plaidLink: type }, origin);
  }

  // An error in the page's callback is reported to the page, and Link continues.
  function call(callback, ...args) {
    if (typeof callback !== "function") return;
    try {
      callback(...args);
    } catch (error) {
      window.reportError(error);
    }
  }
})();
