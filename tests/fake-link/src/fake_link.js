// A fake of Link that records each call and calls back on request of a test.
(() => {
  const calls = [];
  const instances = [];
  const refusals = new Map();
  let echo = null;
  let framesAreBlocked = false;

  const record = (number, method, argument) => {
    if (refusals.has(method)) throw refusals.get(method);
    const written = argument === undefined ? "" : ` ${JSON.stringify(argument)}`;
    calls.push(`${number} ${method}${written}`);
  };

  const make = (method, config, parent) => {
    const number = instances.length + 1;
    record(number, method, config);
    const frame = document.createElement("iframe");
    frame.title = "Plaid Link";
    parent.appendChild(frame);
    // Link restores this value when it closes.
    const overflow = document.body.style.overflow;
    const instance = { config, frame, overflow, isOpen: false };
    instances.push(instance);
    return { number, instance };
  };

  const open = (instance) => {
    // Link defers the call until its frame has loaded.
    if (framesAreBlocked) return;
    // Link shows one visit at a time, and ignores other calls without an error.
    if (instances.some((other) => other?.isOpen)) return;
    instance.isOpen = true;
    document.body.style.overflow = "hidden";
    window.scrollTo(0, 0);
    instance.frame.focus();
  };

  const close = (instance) => {
    if (!instance.isOpen) return;
    instance.isOpen = false;
    document.body.style.overflow = instance.overflow;
  };

  const destroy = (number, instance) => {
    if (instance.isOpen) throw new Error("Do not call destroy() when Link is open");
    record(number, "destroy");
    instance.frame.remove();
    // A browser may do so when it removes a frame with the focus.
    window.scrollTo(0, 0);
  };

  window.fakeLink = {
    calls: () => calls.splice(0),
    keys: (number) => Object.keys(instances[number - 1].config).sort(),
    // Releases the configuration of a handler that is not called back any longer.
    forget: (number) => void (instances[number - 1] = null),
    refuse: (method, thrown) => void refusals.set(method, thrown),
    accept: (method) => void refusals.delete(method),
    blockFrames: (areBlocked) => void (framesAreBlocked = areBlocked),
    // Makes `destroy` and a forced `exit` call back before they return.
    callBackAtOnce: (callback) => void (echo = callback),
    callBack: (number, callback, first, second) => {
      const instance = instances[number - 1];
      if (callback === "onSuccess" || callback === "onExit") close(instance);
      // A click on a bank of the embedded search opens Link.
      if (callback === "onEvent" && first === "OPEN" && instance.isEmbedded) open(instance);
      instance.config[callback](first, second);
    },
  };

  window.Plaid = {
    create(config) {
      const { number, instance } = make("create", config, document.body);
      return {
        open() {
          record(number, "open");
          open(instance);
        },
        exit(options) {
          record(number, "exit", options);
          if (echo && options.force) window.fakeLink.callBack(number, echo, null, {});
        },
        submit(data) {
          record(number, "submit", data);
        },
        destroy: () => destroy(number, instance),
      };
    },
    createEmbedded(config, element) {
      const { number, instance } = make("createEmbedded", config, element);
      instance.isEmbedded = true;
      return {
        destroy() {
          if (echo) window.fakeLink.callBack(number, echo, null, {});
          destroy(number, instance);
        },
      };
    },
  };
})();
