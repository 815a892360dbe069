// A small server on openapi-backend: routes, keys and validation from the document, responses from a table.
// Arguments: document (JSON), responses (JSON), port.
"use strict";
const fs = require("node:fs");
const http = require("node:http");
const { OpenAPIBackend } = require("openapi-backend");
const addFormats = require("ajv-formats");

const [document, answers, port] = process.argv.slice(2);
const canned = JSON.parse(fs.readFileSync(answers, "utf8"));

// Its validation of the document rejects links with a literal requestBody. It does not use links.
const definition = JSON.parse(
  fs.readFileSync(document, "utf8"),
  (name, value) => (name === "links" ? undefined : value),
);

const answering = (status, body) => () => ({ status, body });
const refusing = (status, error) => (context) => ({
  status,
  body: { error, message: error, details: context.validation?.errors },
});

const api = new OpenAPIBackend({
  definition,
  apiRoot: "/v1",
  ajvOpts: { strict: false },
  customizeAjv: (ajv) => addFormats(ajv, { mode: "fast" }),
  securityHandlers: {
    bearer: (context) => /^Bearer sp_test_[\w-]+$/.test(context.request.headers.authorization ?? ""),
  },
  handlers: {
    listMonitors: answering(200, canned.list),
    createMonitor: answering(201, canned.create),
    getMonitorStatus: answering(200, canned.status),
    listMonitorLogs: answering(200, canned.logs),
    unauthorizedHandler: refusing(401, "UNAUTHORIZED"),
    validationFail: refusing(400, "INVALID_REQUEST"),
    notFound: refusing(404, "NOT_FOUND"),
    methodNotAllowed: refusing(405, "METHOD_NOT_ALLOWED"),
    notImplemented: refusing(501, "NOT_IMPLEMENTED"),
  },
});

const answer = async (request, response, body) => {
  const [path, query] = request.url.split("?");
  const reply = await api.handleRequest(
    { method: request.method, path, query, headers: request.headers, body },
    request,
    response,
  );
  const text = JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
  });
  response.end(text);
};

api.init().then(() =>
  http
    .createServer((request, response) => {
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        answer(request, response, text ? JSON.parse(text) : undefined);
      });
    })
    .listen(Number(port), "127.0.0.1"),
);
