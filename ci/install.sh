#!/bin/sh
# Installs what ci/debian.packages names and is missing; where it cannot, says
# what to type. With CI=true or as root on Debian it installs by itself.
set -eu
here=$(dirname "$0")
packages=$(sed 's/#.*//' "$here/debian.packages" | tr -s ' \n' ' ')

missing=
for p in $packages; do
	if command -v dpkg-query >/dev/null 2>&1; then
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
	fi
done
if ! command -v dpkg-query >/dev/null 2>&1; then
	echo "This is no Debian: install what ci/debian.packages names, in your system's words."
	exit 0
fi
command -v node >/dev/null 2>&1 || missing="$missing nodejs npm"
if [ -z "$missing" ]; then exit 0; fi
if [ "$(id -u)" != 0 ]; then
	echo "Missing:$missing"
	echo "Type:    sudo apt-get install --no-install-recommends$missing"
	exit 2
fi
echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# apache2, openssh-server and prometheus would start their services: nothing may
# start while this installs. 101 is "forbidden by policy" (invoke-rc.d(8)). A
# machine that has a policy of its own keeps it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	trap 'rm -f "$policy"' EXIT
	trap 'exit 1' HUP INT TERM
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
fi
apt-get update -qq
# shellcheck disable=SC2086 # the list is meant to split
apt-get install -y -qq --no-install-recommends $missing >/dev/null
