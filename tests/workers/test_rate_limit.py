"""The limit of a key is exact, whichever connections its requests come on."""

import httpx
import pytest

from tests.mock_process import serving
from tests.workers.worlds import keys

pytestmark = pytest.mark.process


def test_a_key_has_its_limit_over_all_connections():
    with serving("--workers", "2", "--clock", "live", "--rate-limit", "120") as served:
        for key in keys():
            statuses = []
            for number in range(130):
                close = {"Connection": "close"} if number % 3 == 0 else {}
                headers = {"Authorization": f"Bearer {key}", **close}
                with httpx.Client() as client:
                    found = client.get(f"{served.url}/monitors?limit=1", headers=headers)
                statuses.append(found.status_code)
            assert statuses == [200] * 120 + [429] * 10
