import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: "statuspool-mock/setup",
    include: ["vitest/*.test.ts", "msw/*.test.ts"],
    testTimeout: 30_000,
  },
});
