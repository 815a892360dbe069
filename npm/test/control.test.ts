import { afterAll, beforeAll, expect, test, vi } from "vitest";
import {
  BackgroundProblems,
  type Mock,
  MockError,
  RequestRefused,
  type Sandbox,
  type SandboxEvent,
  startMock,
  VerificationFailed,
} from "../src/index.js";

let mock: Mock;
let opened = 0;

beforeAll(async () => {
  mock = await startMock();
});
afterAll(() => mock.close());

/** A frozen sandbox that no other test uses. */
async function frozen(): Promise<Sandbox> {
  const sandbox = mock.sandbox(`test-${(opened += 1)}`);
  await sandbox.clock.freeze();
  return sandbox;
}

test("a monitor goes down, is degraded, and recovers", async () => {
  const sandbox = await frozen();
  const shop = await sandbox.monitors.create("Shop", { tags: ["production"] });
  expect((await shop.down({ for: "10m" })).status).toBe("down");
  const { facts } = await sandbox.clock.advance("2h");
  const changes = facts.filter(({ kind }) => kind === "status_changed");
  expect(changes.map(({ monitor_name, current }) => [monitor_name, current])).toEqual([
    ["Shop", "up"],
  ]);
  const { status, overlays } = await shop.degrade({ regions: ["us-east-1"] });
  expect([status, overlays.at(-1)?.regions]).toEqual(["degraded", ["us-east-1"]]);
  await shop.release();
  expect((await shop.up()).overlays.at(-1)?.forced).toBe(true);
  expect((await shop.pause()).status).toBe("paused");
  expect((await shop.resume()).status).not.toBe("paused");
  expect((await shop.addOutage({ for: "5m", status_code: 503 })).overlays).not.toEqual([]);
  await shop.clearOutages();
  expect(await shop.read()).toMatchObject({ name: "Shop", tags: ["production"] });
});

test("a monitor is found by id, by name, and by a part of its name that is unique", async () => {
  const sandbox = await frozen();
  const shop = await sandbox.monitors.create("Shop");
  await sandbox.monitors.create("Shop, checkout");
  for (const wanted of ["Shop", shop.id, shop.id.toUpperCase()]) {
    expect((await sandbox.monitors.find(wanted)).id).toBe(shop.id);
  }
  expect((await sandbox.monitors.find("check")).name).toBe("Shop, checkout");
  await expect(sandbox.monitors.find("sho")).rejects.toThrow('2 monitors are called "sho"');
  await expect(sandbox.monitors.find("mail")).rejects.toThrow(
    'No monitor is called "mail"; there are: Shop',
  );
});

test("the clock is frozen, scaled, set and advanced", async () => {
  const { clock, monitors } = await frozen();
  expect((await clock.live()).mode).toBe("live");
  expect((await clock.scale(60)).rate).toBe(60);
  const { now } = await clock.freeze();
  const later = new Date(Date.parse(now) + 3_600_000).toISOString();
  expect(Date.parse((await clock.set(later)).now)).toBe(Date.parse(later));
  await monitors.create("Flapping", { url: "https://flapping.test/" });
  expect((await clock.advanceToNextEvent({ within: "2h" })).facts.length).toBeGreaterThan(0);
  expect((await clock.read()).mode).toBe("frozen");
});

test("a fault breaks responses until it is removed", async () => {
  const { api, faults } = await frozen();
  const fault = await faults.add({ operation: "listMonitors", status: 500 });
  expect((await api.GET("/monitors")).response.status).toBe(500);
  expect((await faults.all()).map(({ id }) => id)).toEqual([fault.id]);
  await faults.remove(fault);
  expect((await api.GET("/monitors")).response.status).toBe(200);
  await faults.add({ status: 429, retry_after: 5 });
  await faults.clear();
  expect(await faults.all()).toEqual([]);
});

test("the journal verifies requests, and lists near misses", async () => {
  const { api, journal } = await frozen();
  await api.GET("/monitors", { params: { query: { status: "down" } } });
  await journal.verify({ operation: "listMonitors", query: { status: "down" }, times: 1 });
  const wrong = journal.verify({ operation: "listMonitors", query: { status: "up" } });
  await expect(wrong).rejects.toThrow(VerificationFailed);
  await expect(wrong).rejects.toThrow("near: GET /v1/monitors → 200");
  const [row] = await journal.all({ operation: "listMonitors" });
  expect((await journal.get(row?.number ?? 0)).response_body).toContain('"results"');
  expect(await journal.count({ status: 200 })).toBe(1);
  expect((await journal.coverage()).met).toBeGreaterThan(0);
  expect(Object.keys((await journal.har()).log)).toContain("entries");
  await journal.clear();
  expect(await journal.count()).toBe(0);
});

test("webhooks deliver to the receiver of the mock", async () => {
  const sandbox = await frozen();
  const shop = await sandbox.monitors.create("Shop");
  const { id } = await sandbox.webhooks.register({ events: ["status_change"] });
  await shop.down();
  await sandbox.webhooks.trigger("status_change", { monitor_id: shop.id, webhook_id: id });
  const received = await sandbox.webhooks.received();
  expect(received.map(({ event }) => event)).toEqual(["status_change", "status_change"]);
  expect(await sandbox.webhooks.received({ event: "sla_breach" })).toEqual([]);
  const [change] = await sandbox.webhooks.received({ event: "status_change" });
  if (change?.event !== "status_change") throw new Error("expected a status change");
  expect(change.data.monitor.name).toBe("Shop");
  const [newest] = await sandbox.webhooks.deliveries({ outcome: "delivered" });
  expect(await sandbox.webhooks.redeliver(newest?.number)).toBe(1);
  expect(await sandbox.webhooks.redeliver()).toBe(0);
  expect((await sandbox.webhooks.all()).map((webhook) => webhook.id)).toEqual([id]);
  expect((await sandbox.webhooks.disable(id)).active).toBe(false);
  expect((await sandbox.webhooks.enable(id)).active).toBe(true);
  await sandbox.webhooks.delete(id);
  expect(await sandbox.webhooks.all()).toEqual([]);
});

test("a request is held at a breakpoint, and its response edited", async () => {
  const sandbox = await frozen();
  await sandbox.breakpoints.add({ operation: "listMonitors", hold_for: "5m" });
  const asked = sandbox.api.GET("/monitors");
  const isHeld = async () => expect(await sandbox.breakpoints.held()).toHaveLength(1);
  await vi.waitFor(isHeld, 30_000);
  const [held] = await sandbox.breakpoints.held();
  if (held === undefined) throw new Error("expected a held request");
  expect((await sandbox.breakpoints.get(held.id)).response_body).toContain("results");
  await sandbox.breakpoints.release(held, { status: 503, body: "{}" });
  expect((await asked).response.status).toBe(503);
  await sandbox.breakpoints.add();
  await sandbox.breakpoints.clear();
  expect(await sandbox.breakpoints.all()).toEqual([]);
});

test("an outage script is played step by step and stopped", async () => {
  const sandbox = await frozen();
  await sandbox.monitors.create("Shop", { tags: ["production"] });
  expect((await sandbox.outageScripts()).map(({ name }) => name)).toContain("global-outage");
  const { steps } = await sandbox.play(
    { name: "global-outage", tag: "production" },
    { pace: "step", seed: 3 },
  );
  expect(steps.length).toBeGreaterThan(0);
  expect((await sandbox.step()).complete).toBe(true);
  await sandbox.stop();
  expect((await sandbox.play(["global-outage", "flapping"])).scripts).toEqual([
    "global-outage",
    "flapping",
  ]);
});

test("checkpoints and snapshots restore the state", async () => {
  const sandbox = await frozen();
  await sandbox.checkpoints.keep("empty");
  await sandbox.monitors.create("Shop");
  const snapshot = await sandbox.snapshot();
  await sandbox.checkpoints.rewind("empty");
  expect(await sandbox.monitors.all()).toEqual([]);
  await sandbox.restore(snapshot);
  expect((await sandbox.monitors.all()).length).toBe(1);
  expect((await sandbox.checkpoints.all()).map(({ name }) => name)).toEqual(["empty"]);
  await sandbox.checkpoints.delete("empty");
  await sandbox.reset({ scenario: "outage", seed: 3 });
  expect((await sandbox.monitors.all()).length).toBeGreaterThan(1);
});

test("events arrive as they happen, and a stream ends when it is left or aborted", async () => {
  const sandbox = await frozen();
  const shop = await sandbox.monitors.create("Shop");
  const seen: SandboxEvent[] = [];
  for await (const event of sandbox.events({ lastEventId: 0 })) {
    seen.push(event);
    if (event.kind === "exchange") await shop.down();
    if (event.kind === "fact" && event.data.current === "down") break;
  }
  expect(seen.map(({ id }) => id)).toEqual(seen.map((_, index) => index + 1));
  const leaving = new AbortController();
  setTimeout(() => leaving.abort(), 200);
  for await (const event of sandbox.events({ signal: leaving.signal })) seen.push(event);
});

test("keys have roles", async () => {
  const sandbox = await frozen();
  const status = async (key: string) =>
    (await fetch(`${sandbox.url}/monitors`, { headers: { Authorization: `Bearer ${key}` } }))
      .status;
  expect(await status(sandbox.key)).toBe(200);
  expect(await status(sandbox.keyAs("ro"))).toBe(200);
  expect(await status(sandbox.keyAs("revoked"))).toBe(401);
});

test("what the mock refuses is an error with every invalid field", async () => {
  const { monitors } = await frozen();
  const refused = await monitors.create("x", { url: "nowhere" }).catch((error: unknown) => error);
  if (!(refused instanceof RequestRefused)) throw refused;
  expect([refused.status, refused.code, refused.name]).toEqual([
    400,
    "INVALID_REQUEST",
    "RequestRefused",
  ]);
  expect(refused.details.map(({ field }) => field).sort()).toEqual(["name", "url"]);
  expect(() => mock.sandbox("Ä")).toThrow(MockError);
});

test("problems in the background are raised unless they are tolerated", async () => {
  const sandbox = await mock.newSandbox();
  await sandbox.raiseForProblems();
  await sandbox.monitors.create("Shop");
  await sandbox.webhooks.register({ url: "https://elsewhere.example.com/hook" });
  await sandbox.webhooks.trigger("sla_breach");
  await expect(sandbox.raiseForProblems()).rejects.toThrow(BackgroundProblems);
  await expect(sandbox.raiseForProblems()).rejects.toThrow(
    "sla_breach to https://elsewhere.example.com/hook withheld",
  );
  sandbox.tolerate("deliveries");
  await sandbox.raiseForProblems();
  await sandbox.close();
});
