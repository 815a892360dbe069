// Starts a mock, prints its URL, and ends in some way. A program of lifetime.test.ts.
import { startMock } from "../dist/index.js";

const mock = await startMock();
console.log(mock.url);
const how = process.argv[2];
if (how === "waits") setInterval(() => undefined, 1000);
if (how === "crashes") {
  setTimeout(() => {
    throw new Error("a crash");
  });
}
