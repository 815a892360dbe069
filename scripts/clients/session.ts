// A session of all operations with the client of openapi-generator's typescript-fetch.
import assert from "node:assert/strict";
import {
  Configuration,
  ErrorCode,
  EventName,
  IncidentsApi,
  Interval,
  LogsApi,
  MonitorsApi,
  MonitorStatus,
  ResponseError,
  StatusApi,
  WebhooksApi,
  type ErrorBody,
} from "./client/index.js";

const options = new Configuration({
  basePath: process.env.STATUSPOOL_URL,
  accessToken: process.env.STATUSPOOL_API_KEY,
});
const monitors = new MonitorsApi(options);
const incidents = new IncidentsApi(options);
const webhooks = new WebhooksApi(options);

const { id, status } = await monitors.createMonitor({
  monitorInput: { name: "Shop", url: "https://perfect.test/", intervalSeconds: Interval.NUMBER_60 },
});
assert.equal(status, MonitorStatus.Up);
const changed = await monitors.updateMonitor({ id, monitorChanges: { intervalSeconds: Interval.NUMBER_30 } });
assert.equal(changed.intervalSeconds, 30);
assert.ok((await monitors.getMonitor({ id })).sla30d.target > 99);
assert.ok((await monitors.listMonitors({ limit: 5 })).results.length > 0);
assert.equal((await new StatusApi(options).getMonitorStatus({ id })).uptime30d, 100);
assert.ok((await new LogsApi(options).listMonitorLogs({ id })).results[0].timestamp instanceof Date);
const incident = await incidents.createIncident({ incidentInput: { monitorId: id, title: "Planned work" } });
assert.equal((await incidents.listIncidents({ monitorId: id })).results[0].id, incident.id);
const webhook = await webhooks.createWebhook({
  webhookInput: { url: "http://127.0.0.1:9/", events: [EventName.StatusChange], secret: "whsec_example" },
});
assert.ok((await webhooks.listWebhooks()).results.some((one) => one.id === webhook.id));
await monitors.deleteMonitor({ id });
const failure: unknown = await monitors.getMonitor({ id }).catch((error: unknown) => error);
assert.ok(failure instanceof ResponseError);
assert.equal(((await failure.response.json()) as ErrorBody).error, ErrorCode.NotFound);
