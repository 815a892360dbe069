// Compiled, not run: types made from the document fit a typed client.
import createClient from "openapi-fetch";
import type { components, paths } from "./statuspool.js";

type Monitor = components["schemas"]["Monitor"];

const client = createClient<paths>({ baseUrl: "http://127.0.0.1:4747/v1" });

export async function firstDown(): Promise<Monitor | undefined> {
  const { data, error } = await client.GET("/monitors", {
    params: { query: { status: "down", limit: 1 } },
  });
  if (error) throw new Error(`${error.error}: ${error.message}`);
  return data.results[0];
}

export async function watch(url: string): Promise<string> {
  const { data } = await client.POST("/monitors", {
    body: { name: "Checkout", url, interval_seconds: 60 },
  });
  if (data === undefined) throw new Error("not created");
  const seen: "up" | "down" | "degraded" | "paused" = data.status;
  return `${data.id} is ${seen}, last checked ${data.last_check_at ?? "never"}`;
}
