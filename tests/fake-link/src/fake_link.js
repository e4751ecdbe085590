// A Link that does what it is told: it records each call, and says what a test makes it say.
(() => {
  const calls = [];
  const instances = [];
  const refusals = new Map();
  let echo = null;

  const asked = (number, method, argument) => {
    if (refusals.has(method)) throw refusals.get(method);
    const written = argument === undefined ? "" : ` ${JSON.stringify(argument)}`;
    calls.push(`${number} ${method}${written}`);
  };

  const make = (method, config, parent) => {
    const number = instances.length + 1;
    asked(number, method, config);
    const frame = document.createElement("iframe");
    frame.title = "Plaid Link";
    parent.appendChild(frame);
    // Link remembers this when it is created, and puts it back when it closes.
    const overflow = document.body.style.overflow;
    const instance = { config, frame, overflow, isOpen: false };
    instances.push(instance);
    return { number, instance };
  };

  const open = (instance) => {
    // It shows one visit at a time, and says nothing of the others.
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
    asked(number, "destroy");
    instance.frame.remove();
    // As a browser may, when a frame goes that had the focus.
    window.scrollTo(0, 0);
  };

  window.fakeLink = {
    calls: () => calls.splice(0),
    keys: (number) => Object.keys(instances[number - 1].config).sort(),
    // Nothing more will be said to a handler: what it was created with can go.
    forget: (number) => void (instances[number - 1] = null),
    refuse: (method, thrown) => void refusals.set(method, thrown),
    accept: (method) => void refusals.delete(method),
    // From now on `destroy` and a forced `exit` call back at once, rather than later.
    answerAtOnce: (callback) => void (echo = callback),
    say: (number, callback, first, second) => {
      const instance = instances[number - 1];
      if (callback === "onSuccess" || callback === "onExit") close(instance);
      // Whoever chooses a bank in the embedded search opens Link.
      if (callback === "onEvent" && first === "OPEN" && instance.isEmbedded) open(instance);
      instance.config[callback](first, second);
    },
  };

  window.Plaid = {
    create(config) {
      const { number, instance } = make("create", config, document.body);
      return {
        open() {
          asked(number, "open");
          open(instance);
        },
        exit(options) {
          asked(number, "exit", options);
          if (echo && options.force) window.fakeLink.say(number, echo, null, {});
        },
        submit(data) {
          asked(number, "submit", data);
        },
        destroy: () => destroy(number, instance),
      };
    },
    createEmbedded(config, element) {
      const { number, instance } = make("createEmbedded", config, element);
      instance.isEmbedded = true;
      return {
        destroy() {
          if (echo) window.fakeLink.say(number, echo, null, {});
          destroy(number, instance);
        },
      };
    },
  };
})();
