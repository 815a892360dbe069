"""A small client of the Statuspool API for a status page."""

import time

import requests


class StatusPage:
    """Reads monitors page by page, and respects Retry-After."""

    def __init__(self, url: str, api_key: str, *, sleep=time.sleep) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {api_key}"
        self._sleep = sleep

    def monitors(self) -> list[dict]:
        """Return every monitor."""
        found, page = [], 1
        while True:
            response = self._get("/monitors", page=page, limit=100)
            found += response["results"]
            if page >= response["total_pages"]:
                return found
            page += 1

    def worst(self) -> str:
        """Return the worst status of all monitors: down, degraded or up."""
        statuses = {monitor["status"] for monitor in self.monitors()}
        return next((status for status in ("down", "degraded") if status in statuses), "up")

    def _get(self, path: str, **params: int) -> dict:
        for _ in range(5):
            response = self._session.get(f"{self._url}{path}", params=params, timeout=10)
            if response.status_code != 429:
                response.raise_for_status()
                return response.json()
            self._sleep(int(response.headers["Retry-After"]))
        raise RuntimeError("the API is busy")
