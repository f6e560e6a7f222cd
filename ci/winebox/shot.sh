#!/bin/sh
# Takes a picture of the box's screen: shot NAME makes /screens/NAME.png;
# shot --every keeps taking one whenever the screen has changed, as
# /screens/NNNN.png.
set -eu

# take makes a picture whole or not at all.
take() {
	import -silent -window root "/screens/.$1.new.png"
	mv "/screens/.$1.new.png" "/screens/$1.png"
}

case ${1:---help} in
--help) sed -n '2,4s/^# //p' "$0" ;;
--every)
	n=0 before=
	trap 'rm -f /screens/.next.png; exit' TERM
	while sleep 0.5; do
		import -silent -window root /screens/.next.png 2>/dev/null || continue
		now=$(identify -format '%#' /screens/.next.png)
		if [ "$now" = "$before" ]; then continue; fi
		before=$now n=$((n + 1))
		mv /screens/.next.png "/screens/$(printf %04d $n).png"
	done
	;;
*) take "$1" ;;
esac
