/** The base URL of the API: the application knows no other. */
const API = "https://api.statuspool.io/v1";

/**
 * Return what the status page says.
 *
 * @param {string} key
 * @returns {Promise<string>}
 */
export async function headline(key) {
  const headers = { Authorization: `Bearer ${key}` };
  const read = async (/** @type {string} */ path) => {
    const response = await fetch(`${API}${path}`, { headers });
    const body = await response.json();
    if (!response.ok) throw new Error(body.message);
    return body.results;
  };
  try {
    const [down] = await read("/monitors?status=down");
    if (down === undefined) return "All systems are up";
    const [incident] = await read(`/incidents?resolved=false&monitor_id=${down.id}`);
    return `Down: ${down.name} since ${incident.started_at}`;
  } catch (error) {
    return `Status unknown: ${error instanceof Error ? error.message : error}`;
  }
}
