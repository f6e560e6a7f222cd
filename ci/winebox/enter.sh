#!/bin/sh
# The second part of run.sh, as process 1 of the run's namespaces: mounts, then
# the box. Not for use by hand.
set -eu
if [ "${1:-}" = --help ]; then sed -n '2,3s/^# //p' "$0" && exit; fi
here=$(cd "$(dirname "$0")" && pwd)
cd "$cache"
mount -t tmpfs -o size=75% winebox mount
mkdir mount/upper mount/work mount/root
root=$cache/mount/root
mount -t overlay -o "lowerdir=${box##*/},upperdir=mount/upper,workdir=mount/work" winebox "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mkdir -p "$root/usr/local/libexec"
cp "$here/inside.sh" "$root/usr/local/libexec/winebox"
cp "$here/shot.sh" "$root/usr/local/bin/shot"

# show binds one folder or file; inside it may be anywhere.
show() {
	mkdir -p "$root$2"
	mount --rbind "$1" "$root$2"
}
old=$IFS
IFS='
'
for pair in $mounts; do show "${pair%%=*}" "${pair#*=}"; done
# shellcheck disable=SC2086 # one word per line
set -- $words -- "$@"
IFS=$old
exec env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TZ=UTC \
	XDG_RUNTIME_DIR=/run DISPLAY=:1 WINEPREFIX=/opt/wineprefix WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' \
	WINEBOX_CD="$cd" WINEBOX_WANTS="$wants" chroot "$root" /usr/local/libexec/winebox "$@"
