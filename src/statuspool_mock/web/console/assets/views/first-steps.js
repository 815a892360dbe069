/** What to do in a world without monitors: three things, each also as code. */

import { asCurl } from "../clipboard.js";
import { button, element } from "../element.js";
import { card, verbatim } from "../elements/card.js";
import { address, go } from "../router.js";
import { editMonitor } from "./monitor-form.js";

const SHOP = { name: "Shop", url: "https://down.test/", interval_seconds: 60 };
const HOOK = { url: "http://127.0.0.1:8000/hooks", events: ["status_change"], secret: "whsec_example" };

/** Return the steps. */
export function firstSteps(app) {
  const load = async () => {
    await app.client.post("reset", { scenario: "default" });
    app.toasts.done("The scenario default is loaded.");
  };
  return element(
    "div",
    { class: "steps" },
    element("p", {}, "This world has no monitors yet. Three ways to begin:"),
    step(
      app,
      "Create a monitor",
      "It is checked at once. On the host down.test every check fails.",
      button("New monitor", () => editMonitor(app), { class: "primary" }),
      { path: "/v1/monitors", body: SHOP },
      'const shop = await sandbox.monitors.create("Shop");\nawait shop.down();',
    ),
    step(
      app,
      "Load a scenario",
      "Twelve monitors with a history of outages.",
      button("Load the scenario default", load),
      { path: "/_mock/reset", body: { scenario: "default" } },
      'await sandbox.reset({ scenario: "default" });',
    ),
    step(
      app,
      "Receive webhooks",
      "Register your receiver, or the one that is built in.",
      button("Open Webhooks", () => go(address("webhooks"))),
      { path: "/v1/webhooks", body: HOOK },
      'await sandbox.webhooks.register({ url: "http://127.0.0.1:8000/hooks", events: ["status_change"] });',
    ),
  );
}

function step(app, title, about, action, { path, body }, lines) {
  const headers = { "Content-Type": "application/json" };
  const curl = asCurl(app.client.key, { method: "POST", path, body: JSON.stringify(body), headers });
  const code = element(
    "details",
    {},
    element("summary", {}, "Show as code"),
    verbatim(`${title}: curl`, curl),
    verbatim(`${title}: TypeScript`, `${opened(app)}\n${lines}`),
  );
  return card(title, {}, element("p", { class: "hint" }, about), action, code);
}

/** Return how the npm package opens this world. */
function opened({ client: { key } }) {
  const name = key.replace("sp_test_", "");
  return [
    'import { connect } from "statuspool-mock";',
    "",
    `const mock = await connect(${JSON.stringify(`${location.origin}/v1`)});`,
    `const sandbox = mock.sandbox(${JSON.stringify(name)});`,
  ].join("\n");
}
