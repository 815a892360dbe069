// What the types allow and what they refuse. `tsc` checks this file; it does not run.
import { type Fact, type Sandbox, type SandboxEvent, startMock } from "statuspool-mock";

export async function allowed(): Promise<Sandbox> {
  await using mock = await startMock({ scenario: "docs", seed: 7, clock: "x60", rateLimit: "off" });
  const sandbox = mock.sandbox("checkout-test");
  const shop = await sandbox.monitors.create("Shop", {
    interval_seconds: 30,
    tags: ["production"],
  });
  const status: "up" | "down" | "degraded" | "paused" = (await shop.down({ for: "10m" })).status;
  await sandbox.play([{ name: "global-outage", tag: status }], { pace: "step" });
  for (const event of await sandbox.webhooks.received()) {
    if (event.event === "incident_created") console.log(event.data.incident.id);
  }
  return sandbox;
}

export async function refused(sandbox: Sandbox): Promise<void> {
  // @ts-expect-error: the API has no such status
  await sandbox.faults.add({ operation: "listMonitors", status: 418 });
  // @ts-expect-error: the API knows four intervals
  await sandbox.monitors.create("Shop", { interval_seconds: 45 });
  // @ts-expect-error: there is no such event
  await sandbox.webhooks.trigger("monitor_deleted");
  // @ts-expect-error: there is no such field
  await sandbox.journal.verify({ operatoin: "listMonitors" });
}

export function factOf(event: SandboxEvent): Fact | undefined {
  return event.kind === "fact" ? event.data : undefined;
}
