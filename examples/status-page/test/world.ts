import createClient from "openapi-fetch";
import { inject } from "vitest";
import { type Api, connect } from "../src/api";
import type { paths } from "./control";

/** Open a sandbox that no other test uses, with its control plane. */
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

/** Create a monitor. The magic hosts of the mock determine its status. */
export async function watch(api: Api, name: string, url: string): Promise<string> {
  const { data } = await api.POST("/monitors", { body: { name, url, interval_seconds: 30 } });
  if (data === undefined) throw new Error(`${name} was not created`);
  return data.id;
}
