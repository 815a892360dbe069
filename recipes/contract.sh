#!/bin/sh
# Verify the server at STATUSPOOL_URL with the key STATUSPOOL_API_KEY, in any pipeline that has Python
# 3.11 or newer and a shell. Reports are written to the folder REPORTS. Exit code 0: the server conforms;
# 1: findings; 2: it could not be tested. SOURCE is what pip installs: a clone of statuspool-mock, or
# git+https://HOST/PATH. The default is the clone that contains this script; set SOURCE if you copied it.
set -eu
reports=${REPORTS:-statuspool-report}
source=${SOURCE:-$(dirname "$0")/..}
case $source in
  *://*) requirement="statuspool-mock[verify] @ $source" ;;
  *)
    if ! [ -f "$source/openapi/statuspool.yaml" ]; then
      echo "$0: $source is not a clone of statuspool-mock; set SOURCE to one, or to git+https://HOST/PATH" >&2
      exit 2
    fi
    requirement="$(cd "$source" && pwd)[verify]"
    ;;
esac
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT

python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$requirement"
mkdir -p "$reports"
"$venv/bin/statuspool-mock" verify "$STATUSPOOL_URL" \
  --report "junit=$reports/junit.xml" --report "html=$reports/report.html" \
  --report "json=$reports/report.json" --report "md=$reports/report.md"
