import type { Journal } from "./journal.js";
import type { Webhooks } from "./webhooks.js";

/** A kind of problem in the background of a test. */
export type ProblemKind = "errors" | "deliveries";

const MOST = 2000;

/** Return what went wrong in a sandbox without a client asking for it. */
export async function problemsOf(
  journal: Journal,
  webhooks: Webhooks,
  tolerated: ReadonlySet<ProblemKind>,
): Promise<string[]> {
  const errors = tolerated.has("errors") ? [] : await unexpectedErrors(journal);
  const deliveries = tolerated.has("deliveries") ? [] : await missingDeliveries(webhooks);
  return [...errors, ...deliveries];
}

/** Return the errors 500 that no fault and no `Prefer` caused. */
async function unexpectedErrors(journal: Journal): Promise<string[]> {
  const problems: string[] = [];
  for (const exchange of await journal.all({ status: 500, limit: MOST })) {
    if (exchange.faults.length > 0) continue;
    const { request_headers } = await journal.get(exchange.number);
    if (request_headers.some(([name]) => name === "prefer")) continue;
    problems.push(`${exchange.method} ${exchange.path} failed: ${exchange.request_id}`);
  }
  return problems;
}

async function missingDeliveries(webhooks: Webhooks): Promise<string[]> {
  const problems: string[] = [];
  for (const outcome of ["failed", "withheld"] as const) {
    for (const delivery of await webhooks.deliveries({ outcome, limit: MOST })) {
      const reason = delivery.reason ?? delivery.error ?? "no reason is known";
      problems.push(`${delivery.event} to ${delivery.url} ${outcome}: ${reason}`);
    }
  }
  return problems;
}
