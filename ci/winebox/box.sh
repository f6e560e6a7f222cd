# What build.sh, run.sh and exec.sh share; sourced, never run.
# The box is named after what makes it: another build.sh makes another box.

suite=trixie
cache=${SMARTCARD_CONNECT_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/smartcard-connect/winebox}
stamp=$(sha256sum <"$here/build.sh" | cut -c1-12)
box=$cache/$suite-$stamp

# unavailable prints why there is no box on this machine, or nothing.
unavailable() {
	if [ "$(uname -s)" != Linux ] || [ "$(uname -m)" != x86_64 ]; then
		echo "not available: the Wine box needs Linux on x86_64"
	elif [ "$(id -u)" != 0 ]; then
		echo "not available: the Wine box needs root"
	elif ! unshare --mount --pid --net --fork --kill-child true 2>/dev/null; then
		echo "not available: this machine allows no new namespaces (unshare)"
	fi
}

# demand_machine ends the script with 3 where a box cannot be.
demand_machine() {
	reason=$(unavailable)
	if [ -n "$reason" ]; then
		echo "winebox: $reason" >&2
		exit 3
	fi
}
