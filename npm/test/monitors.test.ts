import createClient from "openapi-fetch";
import { expect, test } from "vitest";
import { apiClient } from "../src/calls.js";
import type { paths } from "../src/generated/control.js";
import { Monitors } from "../src/monitors.js";

test("every monitor is listed, beyond one page", async () => {
  const asked: string[] = [];
  const control = createClient<paths>({
    baseUrl: "http://mock.test/_mock",
    fetch: ({ url }) => {
      const page = new URL(url).searchParams.get("page") ?? "";
      asked.push(page);
      return Promise.resolve(
        Response.json({ results: [{ id: page, name: `Shop ${page}` }], total_pages: 3 }),
      );
    },
  });
  const monitors = new Monitors(apiClient({ root: "http://mock.test" }, "sp_test_pages"), control);
  expect((await monitors.all()).map(({ name }) => name)).toEqual(["Shop 1", "Shop 2", "Shop 3"]);
  expect(asked).toEqual(["1", "2", "3"]);
});
