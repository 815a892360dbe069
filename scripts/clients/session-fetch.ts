// A session of all operations with openapi-fetch and the types of openapi-typescript.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./statuspool.js";

const client = createClient<paths>({
  baseUrl: process.env.STATUSPOOL_URL,
  headers: { Authorization: `Bearer ${process.env.STATUSPOOL_API_KEY}` },
});

function found<T>(result: { data?: T; error?: unknown }): T {
  assert.ok(result.data !== undefined, JSON.stringify(result.error));
  return result.data;
}

/** What a receiver does with a delivery: `event` tells which data there is. */
export function told(event: components["schemas"]["Event"]): string {
  switch (event.event) {
    case "status_change":
      return `${event.data.monitor.name} was ${event.data.previous_status}`;
    case "incident_created":
      return event.data.incident.title;
    case "sla_breach":
      return `${event.data.uptime_30d} % of ${event.data.target} %`;
  }
}

const made = found(
  await client.POST("/monitors", { body: { name: "Shop", url: "https://perfect.test/", interval_seconds: 60 } }),
);
const path = { id: made.id };
const changed = found(await client.PUT("/monitors/{id}", { params: { path }, body: { interval_seconds: 30 } }));
assert.equal(changed.interval_seconds, 30);
assert.ok(found(await client.GET("/monitors/{id}", { params: { path } })).sla_30d.target > 99);
assert.ok(found(await client.GET("/monitors", { params: { query: { status: "up", limit: 5 } } })).results.length > 0);
assert.equal(found(await client.GET("/monitors/{id}/status", { params: { path } })).uptime_30d, 100);
assert.ok(found(await client.GET("/monitors/{id}/logs", { params: { path } })).results.length > 0);
const incident = found(await client.POST("/incidents", { body: { monitor_id: made.id, title: "Planned work" } }));
const listed = found(await client.GET("/incidents", { params: { query: { monitor_id: made.id } } }));
assert.equal(listed.results[0].id, incident.id);
const webhook = found(
  await client.POST("/webhooks", {
    body: { url: "http://127.0.0.1:9/", events: ["status_change"], secret: "whsec_example" },
  }),
);
assert.ok(found(await client.GET("/webhooks")).results.some((one) => one.id === webhook.id));
assert.equal((await client.DELETE("/monitors/{id}", { params: { path } })).response.status, 204);
const { error } = await client.GET("/monitors/{id}", { params: { path } });
assert.equal(error?.error, "NOT_FOUND");
