// A user's program, with the fetch that comes with Node: it knows nothing of any mock.
const api = "https://api.statuspool.io/v1";
const monitor = `${api}/monitors/4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907`;
const headers = { Authorization: "Bearer YOUR_API_KEY" };
const get = async (url) => (await fetch(url, { headers })).json();

const status = await get(`${monitor}/status`);
console.log(status.status, status.last_check_at, status.response_time_ms, status.uptime_30d);

const listed = await get(`${api}/monitors?page=1&limit=50&status=up`);
for (const { name, status } of listed.results.slice(0, 3)) console.log(`${name}: ${status}`);
console.log(`Page ${listed.page} of ${listed.total_pages}`);

const logs = await get(`${monitor}/logs?from=2025-01-14T00:00:00Z&to=2025-01-15T00:00:00Z&limit=20`);
for (const row of logs.results.filter(({ status_code }) => status_code !== 200)) {
  console.log(`${row.timestamp} | ${row.region} | ${row.status_code} | ${row.response_time_ms}ms`);
}

const registered = await fetch(`${api}/webhooks`, {
  method: "POST",
  headers: { ...headers, "Content-Type": "application/json" },
  body: JSON.stringify({
    url: "https://hooks.myapp.io/statuspool",
    events: ["status_change", "incident_created"],
    secret: "whsec_a8f3k29d0s1lfj4m7xqwz",
  }),
});
const { active } = await registered.json();
console.log(`Active: ${active ? "True" : "False"}`);
