// Serve the application on the port in the environment.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const FILES = {
  "/": ["index.html", "text/html"],
  "/headline.js": ["headline.js", "text/javascript"],
};

createServer(async ({ url }, response) => {
  const found = Object.entries(FILES).find(([path]) => path === url)?.[1];
  if (found === undefined) return response.writeHead(404).end();
  const [file = "", type = ""] = found;
  return response
    .writeHead(200, { "Content-Type": type })
    .end(await readFile(new URL(file, import.meta.url)));
}).listen(Number(process.env.PORT), "127.0.0.1");
