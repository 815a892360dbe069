/** @type {import("jest").Config} */
export default {
  globalSetup: "statuspool-mock/setup",
  testEnvironment: "node",
  testMatch: ["<rootDir>/jest/*.test.{js,cjs}"],
  testTimeout: 30_000,
  transform: {},
};
