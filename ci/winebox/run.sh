#!/bin/sh
# Runs one command in the Wine box. See README.md.
#
# The box itself is never written to: each run sees it through an overlay in
# memory. Network, processes and mounts are the run's own and end with it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/box.sh"

usage() {
	cat <<END
usage: ci/winebox/run.sh [OPTION...] [--] COMMAND [ARGUMENT...]

Runs COMMAND, a Linux program of the box such as wine or sh, in the box: with a
loopback of its own and nothing else of a network, a fresh Windows each time,
and everything gone when it ends. Exit code: COMMAND's; of a Windows program
the low byte only.

  --bind DIR=INSIDE  show DIR in the box as INSIDE, writable; may be repeated
  --job DIR          the same as --bind DIR=/job, and start there
  --cd INSIDE        start in this folder
  --env NAME=VALUE   set a variable; may be repeated
  --pcscd            start pcscd with the virtual reader; a card connects to
                     127.0.0.1:35963
  --display          start an X screen, 1024x768, as :1
  --screens DIR      with --display: a picture for every change of the screen
                     as DIR/NNNN.png; in the box, shot NAME makes DIR/NAME.png

Example:

  ci/winebox/run.sh --job "\$PWD/bin" --pcscd wine smartcard-connect.exe card list
END
}

# absolute prints a folder's full path; it must be there.
absolute() { (cd "$1" && pwd) || exit 64; }

mounts= cd=/ wants= words=
while [ $# -gt 0 ]; do
	case $1 in
	--bind) mounts="$mounts$(absolute "${2%%=*}")=${2#*=}
" && shift 2 ;;
	--job) mounts="$mounts$(absolute "$2")=/job
" cd=/job && shift 2 ;;
	--cd) cd=$2 && shift 2 ;;
	--env) words="$words$2
" && shift 2 ;;
	--pcscd) wants="$wants pcscd" && shift ;;
	--display) wants="$wants display" && shift ;;
	--screens) mkdir -p "$2" && mounts="$mounts$(absolute "$2")=/screens
" wants="$wants display screens" && shift 2 ;;
	--help | -h) usage && exit ;;
	--) shift && break ;;
	-*) usage >&2 && exit 64 ;;
	*) break ;;
	esac
done
if [ $# = 0 ]; then usage >&2 && exit 64; fi

demand_machine
box=$("$here/build.sh")
mkdir -p "$cache/mount" # one empty folder for all runs: what is mounted there is private
export box cache mounts cd words wants
exec unshare --mount --propagation private --pid --net --fork --kill-child "$here/enter.sh" "$@"
