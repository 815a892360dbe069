// A user's program, with Node's https module and an agent of its own.
const https = require("node:https");

const agent = new https.Agent({ keepAlive: true });
const headers = { Authorization: "Bearer YOUR_API_KEY" };
const url = "https://api.statuspool.io/v1/monitors?page=1&limit=50&status=up";

https.get(url, { headers, agent }, async (answer) => {
  let text = "";
  for await (const part of answer.setEncoding("utf8")) text += part;
  const { page, total_pages } = JSON.parse(text);
  console.log(`Page ${page} of ${total_pages}`);
  agent.destroy();
});
