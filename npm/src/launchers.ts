import { randomBytes } from "node:crypto";
import { createServer } from "node:net";

/** How a server is found; by default `statuspool-mock` on the `PATH`. */
export interface LaunchOptions {
  /** The program to start, with arguments before `serve` if it is a list. */
  readonly command?: string | readonly string[];
  /** What `uvx` and `pipx run` install: a folder, a wheel, a URL or a requirement. */
  readonly package?: string;
  /** The container image to run. */
  readonly image?: string;
}

/** One way of starting a server. */
export interface Launcher {
  /** What it is, for messages. */
  readonly what: string;
  readonly program: string;
  /** The arguments before the options of `serve`. */
  readonly arguments: readonly string[];
  readonly port: number;
  /** The token that the control plane of the server will require, if any. */
  readonly token?: string;
  readonly environment: Readonly<Record<string, string>>;
}

const PORT_OF_ITS_OWN = 0;

/**
 * Return the ways of starting a server, the first choice first.
 *
 * A command that was named, by an option or by `STATUSPOOL_MOCK`, is the only one. Otherwise
 * `statuspool-mock` on the `PATH` comes first. A package and an image are used only if they are
 * named: nobody may have something downloaded and run because of a name alone.
 */
export async function launchers(
  options: LaunchOptions,
  environment: NodeJS.ProcessEnv,
): Promise<Launcher[]> {
  const named = options.command ?? (environment["STATUSPOOL_MOCK"] || undefined);
  if (named !== undefined) {
    const [program = "", ...before] = [named].flat() as string[];
    return [direct(program, before)];
  }
  const from = options.package ?? environment["STATUSPOOL_MOCK_PACKAGE"];
  const image = options.image ?? environment["STATUSPOOL_MOCK_IMAGE"];
  return [
    direct("statuspool-mock", []),
    ...(from ? installers(from) : []),
    ...(image ? await containers(image) : []),
  ];
}

function direct(program: string, before: readonly string[]): Launcher {
  const what = [program, ...before].join(" ");
  return { what, program, arguments: [...before, "serve"], port: PORT_OF_ITS_OWN, environment: {} };
}

function installers(from: string): Launcher[] {
  const common = { port: PORT_OF_ITS_OWN, environment: {} };
  return [
    {
      ...common,
      what: `uvx --from ${from}`,
      program: "uvx",
      arguments: ["--from", from, "statuspool-mock", "serve"],
    },
    {
      ...common,
      what: `pipx run --spec ${from}`,
      program: "pipx",
      arguments: ["run", "--spec", from, "statuspool-mock", "serve"],
    },
  ];
}

/** In a container the server listens on all addresses, so its control plane needs a token. */
async function containers(image: string): Promise<Launcher[]> {
  const port = await freePort();
  const token = randomBytes(24).toString("hex");
  const published = `127.0.0.1:${port}:${port}`;
  return ["docker", "podman"].map((program) => ({
    what: `${program} run ${image}`,
    program,
    arguments: ["run", "--rm", "-i", "-p", published, "-e", "STATUSPOOL_CONTROL_TOKEN", image],
    port,
    token,
    environment: { STATUSPOOL_CONTROL_TOKEN: token },
  }));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("A TCP server has a port.");
  return address.port;
}

/** Return what `launchers` left out, and how to have it tried. */
export function leftOut(options: LaunchOptions, environment: NodeJS.ProcessEnv): string[] {
  if (options.command !== undefined || environment["STATUSPOOL_MOCK"]) return [];
  const notes: string[] = [];
  if (!(options.package ?? environment["STATUSPOOL_MOCK_PACKAGE"])) {
    notes.push(
      "uvx, pipx run: not tried; name a package with `package` or STATUSPOOL_MOCK_PACKAGE",
    );
  }
  if (!(options.image ?? environment["STATUSPOOL_MOCK_IMAGE"])) {
    notes.push("docker, podman: not tried; name an image with `image` or STATUSPOOL_MOCK_IMAGE");
  }
  return notes;
}
