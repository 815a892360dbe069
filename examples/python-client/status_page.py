"""A tiny client of the Statuspool API: what a status page wants to know."""

import time

import requests


class StatusPage:
    """Reads monitors, page by page, and waits when it is told to."""

    def __init__(self, url: str, api_key: str, *, sleep=time.sleep) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {api_key}"
        self._sleep = sleep

    def monitors(self) -> list[dict]:
        """Return every monitor."""
        found, page = [], 1
        while True:
            answer = self._get("/monitors", page=page, limit=100)
            found += answer["results"]
            if page >= answer["total_pages"]:
                return found
            page += 1

    def worst(self) -> str:
        """Return the status that the page should shout: down, degraded or up."""
        statuses = {monitor["status"] for monitor in self.monitors()}
        return next((status for status in ("down", "degraded") if status in statuses), "up")

    def _get(self, path: str, **params: int) -> dict:
        for _ in range(5):
            answer = self._session.get(f"{self._url}{path}", params=params, timeout=10)
            if answer.status_code != 429:
                answer.raise_for_status()
                return answer.json()
            self._sleep(int(answer.headers["Retry-After"]))
        raise RuntimeError("the API is busy")
