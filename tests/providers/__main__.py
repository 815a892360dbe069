"""`python -m tests.providers DIALECT`: serve one until Ctrl-C, told in a line of JSON."""

import argparse
import contextlib
import json
import threading

from tests.providers.dialects import DIALECTS
from tests.providers.serving import DOCUMENTED_LIMIT, providing


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.providers")
    dialects = {dialect.name: dialect for dialect in DIALECTS}
    parser.add_argument("dialect", choices=dialects)
    parser.add_argument("--no-limit", action="store_true")
    arguments = parser.parse_args()
    limit = None if arguments.no_limit else DOCUMENTED_LIMIT
    with providing(dialects[arguments.dialect], limit=limit) as served:
        print(json.dumps({"url": served.url, **served.keys._asdict()}), flush=True)  # noqa: T201
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
