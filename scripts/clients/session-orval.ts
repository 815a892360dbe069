// A session of all operations with orval's client, against the mock, then against orval's own handlers for MSW.
import assert from "node:assert/strict";
import { setupServer } from "msw/node";
import * as api from "./generated/statuspool";
import { getStatuspoolRESTAPIMock } from "./generated/statuspool.msw";

interface Answered {
  status: number;
  data: unknown;
}

const options = { headers: { Authorization: `Bearer ${process.env.STATUSPOOL_API_KEY}` } };

/** Return the data of a response, whose type follows from its status. */
function found<R extends Answered, S extends R["status"]>(response: R, status: S): Extract<R, { status: S }>["data"] {
  assert.equal(response.status, status, JSON.stringify(response.data));
  return response.data;
}

const shop = { name: "Shop", url: "https://perfect.test/", interval_seconds: 60 } as const;
const made = found(await api.createMonitor(shop, options), 201);
assert.equal(found(await api.updateMonitor(made.id, { interval_seconds: 30 }, options), 200).interval_seconds, 30);
assert.ok(found(await api.getMonitor(made.id, options), 200).sla_30d.target > 99);
assert.ok(found(await api.listMonitors({ status: "up", limit: 5 }, options), 200).results.length > 0);
assert.equal(found(await api.getMonitorStatus(made.id, options), 200).uptime_30d, 100);
assert.ok(found(await api.listMonitorLogs(made.id, {}, options), 200).results.length > 0);
const work = { monitor_id: made.id, title: "Planned work" };
const incident = found(await api.createIncident(work, options), 201);
const listed = found(await api.listIncidents({ monitor_id: made.id }, options), 200);
assert.equal(listed.results[0].id, incident.id);
const hook = { url: "http://127.0.0.1:9/", events: ["status_change" as const], secret: "whsec_example" };
const webhook = found(await api.createWebhook(hook, options), 201);
assert.ok(found(await api.listWebhooks({}, options), 200).results.some((one) => one.id === webhook.id));
found(await api.deleteMonitor(made.id, options), 204);
assert.equal(found(await api.getMonitor(made.id, options), 404).error, "NOT_FOUND");

// The handlers answer whatever the schemas allow, and know no state: the monitor is there again.
const handlers = setupServer(...getStatuspoolRESTAPIMock());
handlers.listen({ onUnhandledRequest: "error" });
const invented = found(await api.getMonitor(made.id), 200);
assert.notEqual(invented.id, made.id);
assert.ok(invented.sla_30d.checks >= 0);
assert.ok(found(await api.listMonitors(), 200).results.every((one) => one.regions.length > 0));
assert.equal(typeof found(await api.createMonitor(shop), 201).interval_seconds, "number");
assert.ok(found(await api.updateMonitor(made.id, { interval_seconds: 30 }), 200).name.length >= 2);
assert.ok(["up", "down", "degraded"].includes(found(await api.getMonitorStatus(made.id), 200).status));
assert.ok(found(await api.listMonitorLogs(made.id), 200).results.every((one) => one.region !== ""));
assert.ok(found(await api.createIncident(work), 201).id);
assert.ok(found(await api.listIncidents(), 200).results.every((one) => one.monitor_id !== made.id));
assert.ok(found(await api.createWebhook(hook), 201).verification_token);
assert.ok(found(await api.listWebhooks(), 200).results.every((one) => Array.isArray(one.events)));
found(await api.deleteMonitor(made.id), 204);
handlers.close();
