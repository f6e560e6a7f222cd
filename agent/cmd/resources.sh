#!/bin/sh
# Makes the resources of the Windows programs, rsrc_windows_*.syso, which go build
# links by itself: icon, version, and the manifest that asks for the common
# controls 6, per-monitor scaling and no further rights. Each program's are in
# its winres/winres.json. VERSION, as 1.2.3.4, stamps a release's own.
set -eu
cd "$(dirname "$0")"
if [ "${1:-}" = --help ]; then sed -n '2,5s/^# //p' "$0" && exit; fi

for program in smartcard-connect port-service; do
	(cd "$program" && go run github.com/tc-hib/go-winres@v0.3.3 make --arch amd64,386,arm64 \
		--file-version "${VERSION:-1.0.0.0}" --product-version "${VERSION:-1.0.0.0}")
done
