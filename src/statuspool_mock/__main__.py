"""Let `python -m statuspool_mock` be the command line."""

from statuspool_mock.cli import main

raise SystemExit(main())
