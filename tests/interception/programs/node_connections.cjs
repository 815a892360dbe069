// A user's program: every way in which Node itself connects. Each prints the status of the response.
const dns = require("node:dns");
const http = require("node:http");
const http2 = require("node:http2");
const https = require("node:https");
const net = require("node:net");
const tls = require("node:tls");
const { once } = require("node:events");
const { spawnSync } = require("node:child_process");
const { Worker } = require("node:worker_threads");

const host = "api.statuspool.io";
const path = "/v1/monitors?limit=1";
const headers = { Authorization: "Bearer YOUR_API_KEY" };
const raw = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${headers.Authorization}\r\nConnection: close\r\n\r\n`;

const get = (options) =>
  new Promise((resolve, reject) => {
    https
      .get({ host, path, headers, ...options }, (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode));
      })
      .on("error", reject);
  });

async function exchange(socket) {
  socket.write(raw);
  let text = "";
  for await (const part of socket.setEncoding("utf8")) text += part;
  return Number(text.split(" ")[1]);
}

async function rawTls(options) {
  const socket = tls.connect({ port: 443, servername: host, ...options });
  await once(socket, "secureConnect");
  return exchange(socket);
}

async function overNet(...args) {
  const inner = net.connect(...args);
  await once(inner, "connect");
  return rawTls({ socket: inner });
}

const ways = {
  default: () => get({}),
  "an agent that keeps alive": async () => {
    const agent = new https.Agent({ keepAlive: true });
    const codes = [await get({ agent }), await get({ agent })];
    agent.destroy();
    return codes.every((code) => code === 200) && 200;
  },
  "no agent": () => get({ agent: false }),
  "an agent with a lookup": () => get({ agent: new https.Agent(), lookup: dns.lookup, family: 4 }),
  "a name with a dot at its end": () => get({ host: `${host}.`, servername: host }),
  http: () =>
    new Promise((resolve) => {
      http.get({ host, path, headers, agent: false }, (response) => resolve(response.resume().statusCode));
    }),
  fetch: async () => (await fetch(`https://${host}${path}`, { headers })).status,
  "a tls socket": () => rawTls({ host }),
  "tls with port and host": async () => {
    const socket = tls.connect(443, host);
    await once(socket, "secureConnect");
    return exchange(socket);
  },
  "tls over a socket": () => overNet({ host, port: 443 }),
  "tls over port and host": () => overNet(443, host),
  "a socket of its own": async () => {
    const inner = new net.Socket();
    inner.connect("443", host);
    await once(inner, "connect");
    return rawTls({ socket: inner });
  },
  "a name that is looked up": async () => {
    const { address } = await dns.promises.lookup(host);
    return rawTls({ host: address });
  },
  "a name that is resolved": async () => rawTls({ host: (await dns.promises.resolve4(host))[0] }),
  "http2, which the mock does not speak": async () => {
    const session = http2.connect(`https://${host}`);
    const error = await new Promise((resolve) => session.once("error", resolve));
    return error.code;
  },
  "another process": () => {
    const code = `fetch("https://${host}${path}", { headers: ${JSON.stringify(headers)} }).then((r) => console.log(r.status))`;
    return Number(spawnSync(process.execPath, ["-e", code], { encoding: "utf8" }).stdout);
  },
  "a worker": async () => {
    const code = `fetch("https://${host}${path}", { headers: ${JSON.stringify(headers)} })
      .then((r) => require("node:worker_threads").parentPort.postMessage(r.status))`;
    return (await once(new Worker(code, { eval: true }), "message"))[0];
  },
  "another host": () => get({ host: "example.com", agent: false }).catch((error) => error.message),
};

(async () => {
  for (const [name, way] of Object.entries(ways)) {
    console.log(`${name}: ${await Promise.resolve().then(way).catch((error) => error)}`);
  }
})();
