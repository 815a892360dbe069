import createClient from "openapi-fetch";
import { inject } from "vitest";
import { type Api, connect } from "../src/api";
import type { paths } from "./control";

/** A world that no other test knows, and the control plane to drive it. */
export function openWorld(name: string) {
  const key = `sp_test_${name}`;
  return {
    key,
    api: connect(inject("url"), key),
    control: createClient<paths>({
      baseUrl: `${inject("controlUrl")}/_mock`,
      headers: { Authorization: `Bearer ${key}` },
    }),
  };
}

/** Watch a url; the mock's magic hosts decide how it fares. */
export async function watch(api: Api, name: string, url: string): Promise<string> {
  const { data } = await api.POST("/monitors", { body: { name, url, interval_seconds: 30 } });
  if (data === undefined) throw new Error(`${name} was not created`);
  return data.id;
}
