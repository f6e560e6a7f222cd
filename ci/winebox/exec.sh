#!/bin/sh
# Runs a Windows test program in the Wine box, for go test -exec. See README.md.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

usage() {
	cat <<END
usage: GOOS=windows GOARCH=amd64 go test -exec "\$PWD/ci/winebox/exec.sh" ./PACKAGE

Runs each test program in the Wine box, in its package's folder; the repository
is /src there (Z:\\src) and may be written to. \$WINEBOX_OPTIONS are further
options of run.sh, such as "--display" or "--pcscd".
END
}
case ${1:---help} in --help | -h) usage && exit ;; esac

program=$1
shift
root=$(cd "$here/../.." && pwd)
case $PWD/ in
"$root"/*) inside=/src${PWD#"$root"} ;;
*) echo "winebox: run this from inside $root" >&2 && exit 64 ;;
esac
# The program and go test's own files lie in one folder, named in the arguments.
folder=$(cd "$(dirname "$program")" && pwd)
# shellcheck disable=SC2086 # options are meant to split
exec "$here/run.sh" --bind "$root=/src" --bind "$folder=$folder" --cd "$inside" ${WINEBOX_OPTIONS:-} \
	-- wine "$folder/$(basename "$program")" "$@"
