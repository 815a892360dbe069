# make serve: the API on http://127.0.0.1:4747/v1      make test: the tests      make help: all targets
# Needs Python 3.11 or newer; PYTHON=python3.12 chooses another than python3.

PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
# Only the plugins that are used: pytest would rewrite every module of those that are installed.
PYTEST := $(BIN)/python -m pytest --disable-plugin-autoload -p hypothesispytest -p randomly \
	-p statuspool -p xdist
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(2 * (os.cpu_count() or 1))')

unexport PYTHONDONTWRITEBYTECODE   # the tests start hundreds of Pythons, and each would compile all of it

.PHONY: serve test test-fast test-long hostile lint package docs ordinary sent site matrix sweep seeds compare score bench profile waits soak fleet workers nemesis kills clean help

help:
	@echo "make serve   run the API (ARGS='--scenario outage --port 0' passes options)"
	@echo "make test    run the tests, on twice as many workers as there are cores: many wait for a"
	@echo "             program (ARGS='-k docs' passes options, WORKERS=1 takes one)"
	@echo "make test-fast  only the tests that start neither a program nor a browser: a minute"
	@echo "make test-long  the tests that take minutes: recipes and tutorials in fresh environments"
	@echo "make hostile   the tests of hostile input with many more examples (HOSTILE_SEED=7 for others)"
	@echo "make ordinary  the tests of both APIs, without the quick path: its responses are the same"
	@echo "make lint    ruff, mypy and the import rules"
	@echo "make package build the wheel and the sdist into dist/, and test them"
	@echo "make docs    update the pages that are generated from the code"
	@echo "make site    build the documentation into build/site; it works without a server"
	@echo "make sent    record what each clause sends, for verify --explain"
	@echo "make matrix  run verify against every mutant, and write the kill matrix (ARGS=--jobs=4)"
	@echo "make sweep   check every clause alone, on the mock and on a mutant that it detects, and the"
	@echo "             programs that repeat findings, on every mutant: an hour"
	@echo "make seeds   verify every right server with fifty seeds in each profile: hours"
	@echo "make compare compare verify with stock Schemathesis (ARGS='--every 1 --jobs 4')"
	@echo "make score   the same on every mutant, and write the page of mutation scores: hours"
	@echo "make waits   measure how long a key waits while another one does heavy things"
	@echo "make soak    let several keys do heavy things for ten minutes (ARGS='--minutes 2')"
	@echo "make fleet   run the tests of the API, the control plane, webhooks and the console against"
	@echo "             three replicas"
	@echo "make workers run the tests of the API, the control plane, webhooks, hostile input and the"
	@echo "             console against two workers"
	@echo "make nemesis  kill, stop and cut off the replicas of a fleet for twenty minutes, and check every"
	@echo "             response (ARGS='--minutes 2 --only kill pause')"
	@echo "make kills   kill replicas of a fleet a hundred times under 500 writes a second, and check the same"
	@echo "make bench   compare the speed of the API with other servers"
	@echo "make profile  draw where a server under load spends its time, into build/profile"
	@echo "make clean   remove the virtual environment and the files of tools"

serve: .venv/installed
	@$(BIN)/statuspool-mock serve $(ARGS)

test: .venv/developing
	$(PYTEST) -n $(WORKERS) --dist worksteal $(ARGS)

test-fast: .venv/developing
	$(PYTEST) -n $(WORKERS) --dist worksteal -m "not (long or slow or process or browser)" $(ARGS)

test-long: .venv/developing
	$(PYTEST) -n $(WORKERS) --dist loadgroup -m long $(ARGS)

hostile: .venv/developing
	HOSTILE_EXAMPLES=$${HOSTILE_EXAMPLES:-2000} $(PYTEST) -n auto -m "long or not long" tests/hostile $(ARGS)

ordinary: .venv/developing
	ORDINARY_PATH=1 $(PYTEST) -n $(WORKERS) --dist worksteal tests/vendor tests/control tests/webhooks \
		tests/mutants tests/hostile/test_raw_http.py tests/hostile/test_connections.py $(ARGS)

lint: .venv/developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

package: .venv/packaging
	PYTHON=$(BIN)/python scripts/package $(ARGS)

docs: .venv/installed
	$(BIN)/python scripts/mutants_page.py > docs/mutants.md
	$(BIN)/python scripts/clauses_page.py > docs/verify.md.new
	mv docs/verify.md.new docs/verify.md

sent: .venv/developing
	$(BIN)/python scripts/sent_requests.py > sent.json.new
	mv sent.json.new src/statuspool_mock/cli/verify/sent.json

site: .venv/documenting
	PYTHON=$(BIN)/python scripts/site $(ARGS)

matrix: .venv/developing
	$(BIN)/statuspool-mock mutants --matrix --kills src/statuspool_mock/cli/verify/kills.json \
		$(ARGS) > docs/kill-matrix.md.new; \
		code=$$?; mv docs/kill-matrix.md.new docs/kill-matrix.md; exit $$code

sweep: .venv/developing
	STATUSPOOL_SWEEP=1 $(PYTEST) -n auto -m "long or not long" $(ARGS) \
		tests/conformance/active/test_alone.py tests/conformance/active/test_reproduction.py

seeds: .venv/developing
	STATUSPOOL_SEEDS=$${STATUSPOOL_SEEDS:-50} $(PYTEST) -n auto -m "long or not long" \
		tests/conformance/active/test_right_servers.py $(ARGS)

compare: .venv/developing
	$(BIN)/python benchmarks/compare.py $(ARGS) > docs/schemathesis.md.new
	mv docs/schemathesis.md.new docs/schemathesis.md

score: .venv/developing
	$(BIN)/python benchmarks/compare.py --every 1 --score docs/mutation-score.md $(ARGS) \
		> docs/schemathesis.md.new
	mv docs/schemathesis.md.new docs/schemathesis.md

bench: .venv/developing
	$(BIN)/python benchmarks/run.py $(ARGS)

profile: .venv/profiling
	$(BIN)/python benchmarks/flame_graphs.py $(ARGS)

waits: .venv/developing
	$(BIN)/python benchmarks/waits.py $(ARGS)

soak: .venv/developing
	$(BIN)/python benchmarks/soak.py $(ARGS)

fleet: .venv/developing
	FLEET_SUITES=1 $(PYTEST) -m long tests/fleet/test_same_suites.py $(ARGS)

workers: .venv/developing
	WORKERS_SUITES=1 $(PYTEST) -m long tests/workers/test_same_suites.py $(ARGS)

nemesis: .venv/developing
	$(BIN)/python -m tests.fleet.nemesis $(ARGS)

kills: .venv/developing
	$(BIN)/python -m tests.fleet.nemesis --kills 100 --minutes 60 --clients 4 $(ARGS)

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is older than 3.11; name another: make PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check "pip>=25.1"  # for --group
	@touch $@

.venv/installed: .venv/python pyproject.toml constraints.txt src/statuspool_mock/__init__.py
	$(BIN)/python -m pip install -q -c constraints.txt -e ".[verify]"
	@touch $@

.venv/developing: .venv/installed
	$(BIN)/python -m pip install -q -c constraints.txt --group dev
	@touch $@

.venv/packaging: .venv/developing
	$(BIN)/python -m pip install -q -c constraints.txt --group package
	@touch $@

.venv/profiling: .venv/developing
	$(BIN)/python -m pip install -q -c constraints.txt --group profile
	@touch $@

.venv/documenting: .venv/installed
	$(BIN)/python -m pip install -q -c constraints.txt --group docs
	@touch $@
