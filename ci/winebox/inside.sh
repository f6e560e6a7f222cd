#!/bin/sh
# The third part of run.sh: process 1 inside the box. It starts what was asked
# for and waits until it is there, then runs the command. When this ends, the
# kernel ends everything else. Not for use by hand.
set -eu
if [ "${1:-}" = --help ]; then sed -n '2,4s/^# //p' "$0" && exit; fi

while [ "$1" != -- ]; do
	export "${1?}"
	shift
done
shift
ip link set lo up
mkdir -p /run/pcscd /tmp/.X11-unix
chmod 1777 /tmp /tmp/.X11-unix

# await waits up to ten seconds for a condition.
await() {
	tries=0
	until "$@" 2>/dev/null; do
		tries=$((tries + 1))
		if [ $tries -gt 200 ]; then
			echo "winebox: waited in vain for: $*" >&2
			exit 3
		fi
		sleep 0.05
	done
}

case " $WINEBOX_WANTS " in *" pcscd "*)
	pcscd --foreground --disable-polkit >/run/pcscd.log 2>&1 &
	await test -S /run/pcscd/pcscd.comm
	;;
esac
case " $WINEBOX_WANTS " in *" display "*)
	Xvfb :1 -screen 0 1024x768x24 -nolisten tcp >/run/xvfb.log 2>&1 &
	await test -S /tmp/.X11-unix/X1
	;;
esac
record=
case " $WINEBOX_WANTS " in *" screens "*)
	shot --every & record=$!
	;;
esac

cd "$WINEBOX_CD"
status=0
"$@" || status=$?
if [ -n "$record" ]; then
	kill "$record"
	shot last || true
fi
exit $status
