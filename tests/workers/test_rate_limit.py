"""The limit of a key is exact, whichever connections its requests come on."""

import httpx

from statuspool_mock.sandbox import RateLimit
from statuspool_mock.settings import Settings
from tests.workers.on_threads import WorkersOnThreads
from tests.workers.worlds import keys


def test_a_key_has_its_limit_over_all_connections():
    settings = Settings(port=0, scenario="docs", rate_limit=RateLimit(120, even_frozen=True))
    with WorkersOnThreads(settings) as server:  # the clock of this scenario stands still
        for key in keys():
            statuses = []
            for number in range(130):
                close = {"Connection": "close"} if number % 3 == 0 else {}
                headers = {"Authorization": f"Bearer {key}", **close}
                with httpx.Client() as client:
                    found = client.get(f"{server.url}/monitors?limit=1", headers=headers)
                statuses.append(found.status_code)
            assert statuses == [200] * 120 + [429] * 10
