#!/bin/sh
# Judge the server at STATUSPOOL_URL with the key STATUSPOOL_API_KEY, in any pipeline that has Python
# 3.11 and a shell. Reports go to REPORTS; the exit code is that of the judge: 0, 1 findings, 2 untested.
set -eu
reports=${REPORTS:-statuspool-report}
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT

python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${SOURCE:-statuspool-mock[verify]}"
mkdir -p "$reports"
"$venv/bin/statuspool-mock" verify "$STATUSPOOL_URL" \
  --report "junit=$reports/junit.xml" --report "html=$reports/report.html" \
  --report "json=$reports/report.json" --report "md=$reports/report.md"
