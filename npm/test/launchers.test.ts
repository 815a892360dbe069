import { expect, test } from "vitest";
import { launchers, leftOut } from "../src/launchers.js";
import { serveArguments } from "../src/mock.js";

const whats = async (...given: Parameters<typeof launchers>) =>
  (await launchers(...given)).map(({ what }) => what);

test("a command that is named is the only one that is tried", async () => {
  const environment = { STATUSPOOL_MOCK: "/opt/mock", STATUSPOOL_MOCK_IMAGE: "mock" };
  expect(await whats({}, environment)).toEqual(["/opt/mock"]);
  expect(await whats({ command: ["python", "-m", "statuspool_mock"] }, environment)).toEqual([
    "python -m statuspool_mock",
  ]);
  expect(leftOut({}, environment)).toEqual([]);
});

test("nothing is downloaded because of a name alone", async () => {
  expect(await whats({}, {})).toEqual(["statuspool-mock"]);
  expect(leftOut({}, {})).toEqual([
    "uvx, pipx run: not tried; name a package with `package` or STATUSPOOL_MOCK_PACKAGE",
    "docker, podman: not tried; name an image with `image` or STATUSPOOL_MOCK_IMAGE",
  ]);
});

test("a package is run with uvx or pipx, an image with docker or podman, in this order", async () => {
  expect(await whats({ package: "/clone" }, { STATUSPOOL_MOCK_IMAGE: "mock:1" })).toEqual([
    "statuspool-mock",
    "uvx --from /clone",
    "pipx run --spec /clone",
    "docker run mock:1",
    "podman run mock:1",
  ]);
});

test("a container publishes its port on this machine only, and gets a token that is no argument", async () => {
  const [, docker] = await launchers({ image: "mock:1" }, {});
  const port = docker?.port;
  expect(docker?.arguments).toContain(`127.0.0.1:${port}:${port}`);
  expect(docker?.token).toMatch(/^[0-9a-f]{48}$/);
  expect(docker?.environment).toEqual({ STATUSPOOL_CONTROL_TOKEN: docker?.token });
  expect(docker?.arguments.join(" ")).not.toContain(docker?.token);
});

test("options become options of serve", () => {
  expect(serveArguments({})).toEqual(["--scenario", "empty"]);
  expect(
    serveArguments({
      scenario: "docs",
      seed: 7,
      clock: "x60",
      rateLimit: "off",
      arguments: ["--strict"],
    }),
  ).toEqual([
    "--scenario",
    "docs",
    "--seed",
    "7",
    "--clock",
    "x60",
    "--rate-limit",
    "off",
    "--strict",
  ]);
});
