// A session of all operations with the client of @hey-api/openapi-ts.
import assert from "node:assert/strict";
import { client } from "./hey/client.gen.js";
import * as api from "./hey/sdk.gen.js";

client.setConfig({ baseUrl: process.env.STATUSPOOL_URL, auth: process.env.STATUSPOOL_API_KEY, throwOnError: true });

const { data: made } = await api.createMonitor({
  body: { name: "Shop", url: "https://perfect.test/", interval_seconds: 60 },
  throwOnError: true,
});
const path = { id: made.id };
const { data: changed } = await api.updateMonitor({ path, body: { interval_seconds: 30 }, throwOnError: true });
assert.equal(changed.interval_seconds, 30);
assert.ok((await api.getMonitor({ path, throwOnError: true })).data.sla_30d.target > 99);
assert.ok((await api.listMonitors({ query: { limit: 5 }, throwOnError: true })).data.results.length > 0);
assert.equal((await api.getMonitorStatus({ path, throwOnError: true })).data.uptime_30d, 100);
assert.ok((await api.listMonitorLogs({ path, throwOnError: true })).data.results.length > 0);
const { data: incident } = await api.createIncident({
  body: { monitor_id: made.id, title: "Planned work" },
  throwOnError: true,
});
const { data: listed } = await api.listIncidents({ query: { monitor_id: made.id }, throwOnError: true });
assert.equal(listed.results[0].id, incident.id);
const { data: webhook } = await api.createWebhook({
  body: { url: "http://127.0.0.1:9/", events: ["status_change"], secret: "whsec_example" },
  throwOnError: true,
});
assert.ok((await api.listWebhooks({ throwOnError: true })).data.results.some((one) => one.id === webhook.id));
await api.deleteMonitor({ path, throwOnError: true });
const { error } = await api.getMonitor({ path, throwOnError: false });
assert.equal(error?.error, "NOT_FOUND");
