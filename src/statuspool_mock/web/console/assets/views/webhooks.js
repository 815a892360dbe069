/** Webhooks: endpoints, deliveries and their responses, and the built-in receiver. */

import { button, element } from "../element.js";
import { card, choice, grid, line } from "../elements/card.js";
import { MonitorField } from "../elements/monitor-field.js";
import { Names } from "../names.js";
import { inOrder, keepUp, renew, restfully } from "../refresh.js";
import { timeFilter } from "../times.js";
import { deliveryTable } from "./deliveries.js";
import { endpointTable, EVENTS, registration } from "./endpoints.js";

const LIMIT = 100;
const OUTCOMES = ["pending", "delivered", "failed", "withheld", "lost"];

export default function open({ place, app, signal }) {
  const endpoints = element("div");
  const deliveries = element("div");
  const shown = element("span", { class: "hint" });
  const names = new Names(app, signal);
  const filter = new Filter(app, () => refresh());
  place.append(
    element("header", {}, element("h1", {}, "Webhooks")),
    grid(
      card("Endpoints", { wide: true }, registration(app, () => refresh()), endpoints),
      card(
        "Deliveries",
        { wide: true, controls: sending(app, () => refresh()) },
        line(filter.fields, shown),
        deliveries,
      ),
    ),
  );

  async function ask() {
    const found = await Promise.all([
      app.client.get("webhooks", { signal }),
      app.client.get("deliveries", { query: { ...filter.query, limit: LIMIT }, signal }),
    ]);
    await names.learn(found[1].results.map((one) => one.monitor_id));
    return found;
  }

  const refresh = inOrder(ask, async ([hooks, sent]) => {
    shown.textContent = `${sent.results.length} of ${sent.total}`;
    await renew(endpoints, endpointTable(app, hooks.results, () => refresh()));
    await renew(deliveries, deliveryTable(app, sent.results, names, filter.isOn));
  });

  app.stream.addEventListener("delivery", restfully(400, refresh), { signal });
  keepUp(app, signal, refresh);
  return refresh;
}

/** Which deliveries are shown. */
class Filter {
  constructor(app, changed) {
    const of = (word, values) =>
      choice({ "aria-label": word, on: { input: changed } }, [
        ["", `Any ${word.toLowerCase()}`],
        ...values.map((value) => [value, value]),
      ]);
    this._outcome = of("Outcome", OUTCOMES);
    this._event = of("Event of the delivery", EVENTS);
    this._event.options[0].textContent = "Any event";
    this._monitor = new MonitorField(app, { id: "delivery-monitor", changed });
    this._time = timeFilter(app, changed);
    this.fields = [this._outcome, this._event, this._monitor.parts, this._time.field];
  }

  get query() {
    return {
      outcome: this._outcome.value,
      event: this._event.value,
      monitor_id: this._monitor.value,
      from: this._time.since(),
    };
  }

  get isOn() {
    return Object.values(this.query).some(Boolean);
  }
}

function sending(app, changed) {
  const event = choice(
    { "aria-label": "Event" },
    EVENTS.map((name) => [name, name]),
  );
  const trigger = async () => {
    const { webhooks } = await app.client.post("webhooks/trigger", { event: event.value });
    app.toasts.done(`Sent to ${webhooks.length}.`);
    await changed();
  };
  const redeliver = async () => {
    const { redelivered } = await app.client.post("deliveries/redeliver");
    app.toasts.done(`${redelivered} sent again.`);
  };
  return [event, button("Trigger", trigger), button("Redeliver failed", redeliver)];
}
