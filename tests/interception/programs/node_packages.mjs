// A user's program, with clients from npm, also with agents of their own. It prints the statuses of the responses.
import https from "node:https";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.PACKAGES}/`);
const axios = require("axios");
const superagent = require("superagent");
const undici = require("undici");
const { default: got } = await import(require.resolve("got"));
const { default: fetch } = await import(require.resolve("node-fetch"));

const origin = "https://api.statuspool.io";
const url = `${origin}/v1/monitors?limit=1`;
const headers = { Authorization: "Bearer YOUR_API_KEY" };
const agent = new https.Agent({ keepAlive: true });
const responses = [
  await axios.get(url, { headers }),
  await axios.get(url, { headers, proxy: false }),
  await axios.get(url, { headers, proxy: false, httpsAgent: agent }),
  await axios.get(url, { headers, adapter: "fetch" }),
  await superagent.get(url).set(headers),
  await superagent.get(url).set(headers).agent(agent),
  await got(url, { headers }),
  await got(url, { headers, http2: true }),
  await got(url, { headers, dnsCache: true }),
  await fetch(url, { headers }),
  await fetch(url, { headers, agent }),
  await undici.request(url, { headers }),
  await undici.request(url, { headers, dispatcher: new undici.Agent() }),
  await undici.request(url, { headers, dispatcher: new undici.Client(origin, { allowH2: true }) }),
  await undici.fetch(url, { headers, dispatcher: new undici.Pool(origin) }),
];
console.log(responses.map(({ status, statusCode }) => statusCode ?? status).join(" "));
process.exit(0);
