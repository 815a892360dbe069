// Loaded by `statuspool-mock run` into every Node process, through NODE_OPTIONS.
//
// Agents, dispatchers and sockets of a program's own ignore proxy variables. But all of them connect by
// `net.Socket`, so connections to the vendor are led to the mock there. Those to other machines are refused, unless
// the network is allowed.
'use strict';

const dns = require('node:dns');
const http = require('node:http');
const net = require('node:net');
const { syncBuiltinESMExports } = require('node:module');

const { host: vendor, tlsPort, plainPort, network } = JSON.parse(process.env.STATUSPOOL_MOCK_RUN ?? '{}');
const proxy = process.env.HTTPS_PROXY && new URL(process.env.HTTPS_PROXY);
const STAND_IN = '127.83.80.1'; // what the vendor's name resolves to; nothing listens there
const LOOPBACK = /^(localhost|.+\.localhost|127\..*|::1|::ffff:127\..*|0\.0\.0\.0|::)$/;

const plain = (host) => String(host).toLowerCase().replace(/^\[|\]$/g, '').replace(/\.$/, '');
const isVendor = (host) => [vendor, STAND_IN].includes(plain(host));

// The arguments of connect: what net.connect passes on, options, a path, or a port and perhaps a host.
function optionsOf([first, second]) {
  if (Array.isArray(first)) return first[0];
  if (first !== null && typeof first === 'object') return first;
  if (typeof first === 'string' && Number.isNaN(Number(first))) return { path: first };
  return { port: first, host: typeof second === 'string' ? second : undefined };
}

function replaced(args, options) {
  const [first, ...rest] = args;
  if (Array.isArray(first)) {
    first[0] = options;
    return args;
  }
  if (first !== null && typeof first === 'object') return [options, ...rest];
  return [options, ...rest.filter((each) => typeof each === 'function')];
}

function refuse(socket, host, port) {
  const message = `statuspool-mock run refuses ${host}:${port}: other hosts need --allow-network`;
  const done = () => socket.destroy(Object.assign(new Error(message), { code: 'ECONNREFUSED', host, port }));
  // The proxy refuses it as well, and reports that on the terminal.
  const path = `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
  const request = http.request({
    host: proxy.hostname, port: proxy.port, method: 'CONNECT', path, agent: false,
  });
  for (const event of ['connect', 'response', 'error']) {
    request.once(event, () => {
      request.destroy();
      done();
    });
  }
  request.on('error', () => {});
  request.end();
  return socket;
}

function leadConnections() {
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...args) {
    const options = optionsOf(args);
    const { host, port, path } = options;
    if (path || host === undefined || host === null) return connect.apply(this, args);
    if (isVendor(host)) {
      const local = { host: '127.0.0.1', port: Number(port) === 80 ? plainPort : tlsPort };
      const cleared = { family: undefined, lookup: undefined, localAddress: undefined };
      return connect.apply(this, replaced(args, { ...options, ...cleared, ...local }));
    }
    if (network || LOOPBACK.test(plain(host))) return connect.apply(this, args);
    return refuse(this, plain(host), port);
  };
}

// A program that resolves the name itself connects to an address, which must not be the vendor's.
function leadNames() {
  const answers = { lookup: (options) => (options?.all ? [{ address: STAND_IN, family: 4 }] : STAND_IN) };
  answers.resolve4 = answers.resolve = () => [STAND_IN];
  answers.resolve6 = () => [];
  for (const [name, answer] of Object.entries(answers)) {
    const { [name]: asked } = dns;
    dns[name] = function (host, ...rest) {
      if (!isVendor(host)) return asked.call(dns, host, ...rest);
      const callback = rest.pop();
      const [options] = rest;
      const family = name === 'lookup' && !options?.all ? [4] : [];
      return process.nextTick(callback, null, answer(options), ...family);
    };
    const { [name]: promised } = dns.promises;
    dns.promises[name] = async function (host, ...rest) {
      if (!isVendor(host)) return promised.call(dns.promises, host, ...rest);
      const found = answer(rest[0]);
      return name === 'lookup' && !rest[0]?.all ? { address: found, family: 4 } : found;
    };
  }
  syncBuiltinESMExports();
}

if (vendor && proxy) {
  leadConnections();
  leadNames();
}
