#!/bin/sh
# Builds the Wine box once and prints where it is. See README.md.
#
# Everything runs in namespaces of its own: however it ends, no mount and no
# process is left. What it makes gets its name only when it is whole.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/box.sh"

packages="wine wine64 libwine fonts-wine pcscd vsmartcard-vpcd pcsc-tools xvfb xauth xdotool openbox
imagemagick wixl msitools osslsigncode iproute2 procps"

usage() {
	cat <<END
usage: ci/winebox/build.sh [--check | --where]

Builds the box that Windows programs are tested in: Debian $suite with Wine,
made of packages from this machine's own Debian mirror. Takes a minute or two and 3 GB, once;
afterwards it only prints the box's folder.

  --check   say whether a box can be here, build nothing (exit 3: it cannot)
  --where   print the folder the box is in or would be in

The folder is in \$SMARTCARD_CONNECT_CACHE, or the user's cache.
END
}

# mirror is where this machine's apt gets Debian's own packages from.
mirror() {
	# shellcheck disable=SC2016 # apt's variables, not the shell's
	apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
		sed -n 's/^Debian|Debian|//p' | head -n 1
}

step() { echo "winebox: $(date +%T) $*" >&2; }

# inside runs a command in the box being made.
inside() {
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive chroot "$made" "$@"
}

bootstrap() {
	from=$(mirror)
	if [ -z "$from" ]; then
		apt-get update -qq >&2
		from=$(mirror)
	fi
	if [ -z "$from" ]; then
		echo "winebox: not available: the apt sources of this machine name no Debian mirror" >&2
		exit 3
	fi
	keys=/usr/share/keyrings/debian-archive-keyring.gpg
	eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
	export http_proxy="${http_proxy:-}"
	step "Debian $suite (1 of 5)"
	debootstrap --variant=minbase --include=ca-certificates --keyring="$keys" "$suite" "$made" "$from" >"$made.log" 2>&1 ||
		fail "debootstrap"
	# The machine's ways to its mirror: proxies, certificates, names.
	apt-config dump | grep -E '^Acquire::(http|https|Check|Retries|ForceIPv)' >"$made/etc/apt/apt.conf.d/90machine" || true
	mkdir -p "$made/etc/ssl/certs"
	cp -L /etc/ssl/certs/ca-certificates.crt "$made/etc/ssl/certs/ca-certificates.crt" 2>/dev/null || true
	cp -L /etc/resolv.conf /etc/hosts "$made/etc/"
	echo "deb $from $suite main" >"$made/etc/apt/sources.list"
	printf '#!/bin/sh\nexit 101\n' >"$made/usr/sbin/policy-rc.d" # nothing starts
	chmod 755 "$made/usr/sbin/policy-rc.d"
	mount --bind /dev "$made/dev"
	mount -t proc proc "$made/proc"
	mount --rbind /sys "$made/sys"
}

fail() {
	tail -n 20 "$made.log" >&2
	echo "winebox: $* failed; nothing is kept, run it again" >&2
	exit 1
}

logged() { "$@" >>"$made.log" 2>&1 </dev/null || fail "$*"; }

install_wine() {
	step "Wine and its company (2 of 5)"
	logged inside apt-get update
	# shellcheck disable=SC2086 # the list is meant to split
	logged inside apt-get install -y --no-install-recommends $packages
}

# only_pe_files brings what 32-bit programs need. The package wine32 would bring
# an i386 winscard.so, whose calls do not fit pcsc-lite's 32-bit longs. The
# zlib1.dll that is there already must stay.
only_pe_files() {
	step "32-bit parts (3 of 5)"
	logged inside dpkg --add-architecture i386
	logged inside apt-get update
	# shellcheck disable=SC2016 # for the shell in the box
	logged inside sh -euc 'mkdir /tmp/pe && cd /tmp/pe && apt-get -o APT::Sandbox::User=root download libwine:i386 && dpkg-deb -x *.deb . &&
		cp -n usr/lib/i386-linux-gnu/wine/i386-windows/* /usr/lib/x86_64-linux-gnu/wine/i386-windows/ && rm -r /tmp/pe'
	logged inside dpkg --remove-architecture i386
}

prepare_prefix() {
	step "a prepared Windows (4 of 5)"
	# shellcheck disable=SC2016 # for the shell in the box
	logged inside env WINEPREFIX=/opt/wineprefix WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' sh -euc '
		wine wineboot -i
		wine reg add "HKCU\\Software\\Wine\\X11 Driver" /v Managed /d N /f
		wineserver -w
		test -s /opt/wineprefix/drive_c/windows/syswow64/kernel32.dll'
}

tidy() {
	step "tidying (5 of 5)"
	inside apt-get clean
	rm -rf "$made"/var/lib/apt/lists/* "$made"/usr/share/doc/* "$made"/usr/share/man/*
	mkdir -p "$made/job" "$made/src" "$made/screens"
	umount -R "$made/dev" "$made/proc" "$made/sys"
}

# make runs in namespaces of its own, as process 1 of them.
make() {
	made=$1
	bootstrap
	install_wine
	only_pe_files
	prepare_prefix
	tidy
	mv -T "$made" "$box"
	rm -f "$made.log"
	step "done: $(du -sh "$box" | cut -f1)"
}

case ${1:-} in
"") ;;
--where) echo "$box" && exit ;;
--check) demand_machine && exit ;;
--make) make "$2" && exit ;;
--help | -h) usage && exit ;;
*) usage >&2 && exit 64 ;;
esac

demand_machine
if [ ! -d "$box" ]; then
	if ! command -v debootstrap >/dev/null; then
		echo "winebox: not available: debootstrap is missing; make install brings it" >&2
		exit 3
	fi
	mkdir -p "$cache"
	exec 9>"$cache/lock"
	flock 9 # held until everything made here is gone
	rm -rf --one-file-system "$cache"/making.* # of builds that were interrupted
	# Boxes nobody used for two weeks: each is 3 GB.
	find "$cache" -maxdepth 1 -name "*-????????????" -type d -mtime +14 -exec rm -rf --one-file-system {} +
fi
if [ ! -d "$box" ]; then
	unshare --mount --propagation private --pid --fork --kill-child "$here/build.sh" --make "$cache/making.$stamp" >&2
fi
touch "$box"
echo "$box"
