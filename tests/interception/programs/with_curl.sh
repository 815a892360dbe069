#!/bin/sh
# A user's script: it knows nothing of any mock.
set -eu
monitor=https://api.statuspool.io/v1/monitors/4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907

curl -fsS "$monitor/status" -H "Authorization: Bearer YOUR_API_KEY"
echo
curl -fsS -X PUT "$monitor" -H "Authorization: Bearer YOUR_API_KEY" -H "Content-Type: application/json" \
  -d '{"interval_seconds": 30, "tags": ["production", "api-gateway", "critical"]}'
