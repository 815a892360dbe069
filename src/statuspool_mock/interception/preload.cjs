// Loaded by `statuspool-mock run` into every Node process, through NODE_OPTIONS.
//
// Node honours proxy variables by itself from 22.21 and 24.5 on (NODE_USE_ENV_PROXY). For older ones this
// does what that does: fetch, http and https reach other hosts by a CONNECT through the proxy.
'use strict';

const http = require('node:http');
const https = require('node:https');
const tls = require('node:tls');

const proxy = process.env.HTTPS_PROXY && new URL(process.env.HTTPS_PROXY);
const direct = (process.env.NO_PROXY ?? '').toLowerCase().split(/[\s,]+/).filter(Boolean);

function isDirect(host) {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  return direct.some((entry) => name === entry || name.endsWith(`.${entry.replace(/^\*?\./, '')}`));
}

function tunnel(host, port, done) {
  const request = http.request({
    host: proxy.hostname,
    port: proxy.port,
    method: 'CONNECT',
    path: `${host}:${port}`,
    headers: { host: `${host}:${port}` },
    agent: false,
  });
  request.once('error', done);
  request.once('connect', (answer, socket) => {
    if (answer.statusCode === 200) return done(null, socket);
    socket.destroy();
    done(new Error(`${answer.statusCode} ${answer.statusMessage}`));
  });
  request.end();
}

function tunnelAgents({ Agent }, defaultPort) {
  const connect = Agent.prototype.createConnection;
  Agent.prototype.createConnection = function (options, callback) {
    const host = options.host ?? options.hostname ?? 'localhost';
    if (options.socketPath || options.socket || isDirect(host)) {
      return connect.call(this, options, callback);
    }
    tunnel(host, options.port ?? defaultPort, (error, socket) => {
      if (error) return callback(error);
      callback(null, defaultPort === 443 ? connect.call(this, { ...options, socket }) : socket);
    });
    return undefined;
  };
}

function tunnelFetch() {
  void globalThis.Response; // loads the fetch that comes with Node, and its dispatcher
  const dispatcher = Symbol.for('undici.globalDispatcher.1');
  const { constructor: Agent } = globalThis[dispatcher];
  const outside = new Agent({
    connect({ hostname, port, protocol, servername }, done) {
      const secure = protocol === 'https:';
      tunnel(hostname, port || (secure ? 443 : 80), (error, socket) => {
        if (error || !secure) return done(error, socket);
        const wrapped = tls.connect({ socket, servername: servername || hostname, ALPNProtocols: ['http/1.1'] });
        wrapped.once('error', done);
        wrapped.once('secureConnect', () => {
          wrapped.off('error', done);
          done(null, wrapped);
        });
      });
    },
  });
  const inside = new Agent();
  const dispatch = outside.dispatch.bind(outside);
  outside.dispatch = (options, handler) =>
    isDirect(new URL(options.origin).hostname) ? inside.dispatch(options, handler) : dispatch(options, handler);
  globalThis[dispatcher] = outside;
}

if (proxy && !process.allowedNodeEnvironmentFlags.has('--use-env-proxy')) {
  tunnelAgents(http, 80);
  tunnelAgents(https, 443);
  tunnelFetch();
}
