"""A user's program, with requests: it knows nothing of any mock."""

import requests

API = "https://api.statuspool.io/v1"
MONITOR = f"{API}/monitors/4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907"
DAY = {"from": "2025-01-14T00:00:00Z", "to": "2025-01-15T00:00:00Z", "limit": 20}

with requests.Session() as session:
    session.headers["Authorization"] = "Bearer YOUR_API_KEY"

    status = session.get(f"{MONITOR}/status", timeout=60).json()
    print(
        status["status"], status["last_check_at"], status["response_time_ms"], status["uptime_30d"]
    )

    listed = session.get(
        f"{API}/monitors", params={"page": 1, "limit": 50, "status": "up"}, timeout=10
    ).json()
    for monitor in listed["results"][:3]:
        print(f"{monitor['name']}: {monitor['status']}")
    print(f"Page {listed['page']} of {listed['total_pages']}")

    for row in session.get(f"{MONITOR}/logs", params=DAY, timeout=60).json()["results"]:
        if row["status_code"] != 200:
            took = f"{row['response_time_ms']}ms"
            print(row["timestamp"], row["region"], row["status_code"], took, sep=" | ")

    webhook = session.post(
        f"{API}/webhooks",
        json={
            "url": "https://hooks.myapp.io/statuspool",
            "events": ["status_change", "incident_created"],
            "secret": "whsec_a8f3k29d0s1lfj4m7xqwz",
        },
        timeout=60,
    ).json()
    print(f"Active: {webhook['active']}")
