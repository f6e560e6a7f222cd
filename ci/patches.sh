#!/bin/sh
# Shows that the gate stops a bad agent: for each patch in ci/patches, which makes
# the agent wrong in one way, builds the agent with it, runs the specs that must
# notice in one cell, signs what was found, and lets the gate judge. The verdict
# must be FAIL, for exactly those specs. Prints a table and leaves everything in
# out/patches.
#
#   ci/patches.sh [NAME...]    # such as no-card-reset; none is all
#
# Only a few specs run, so the gate also says what is absent; but FAIL comes from a
# required spec that failed, and never from absence, which is inconclusive. Exit
# codes: 0 every patch got its FAIL, 1 one did not, 2 a bench broke.
set -eu
cd "$(dirname "$0")/.."
. ci/desk.sh
root=$PWD
out=$root/out/patches
hil=$root/bin/hil
mkdir -p "$out"
scratch=$(mktemp -d)
open_desk
stamp=$ldflags

# field prints a line of a patch's header.
field() { sed -n "s/^$1: //p" "$patch" | head -n 1; }

# build makes the agent with the patch, beside the programs that judge it.
build() {
	rm -rf "$scratch/tree"
	mkdir -p "$scratch/tree/bin"
	git archive HEAD | tar -x -C "$scratch/tree"
	(cd "$scratch/tree" && git apply "$patch")
	cp bin/hil bin/cardemu bin/mockcis2 bin/conformance bin/scripted-pinentry "$scratch/tree/bin/"
	# shellcheck disable=SC2086 # one word per package
	(cd "$scratch/tree" && go build -buildvcs=false -trimpath -ldflags "$stamp" -o bin/ $products)
	flags="--artifact $scratch/tree/bin/smartcard-connect --artifact $scratch/tree/bin/port-service"
	rig=virtual
	case $cell in *-windows-*) ;; *) return ;; esac
	rig=release
	for arch in amd64 386; do # the rig has cells of both
		if [ ! -e "bin/conformance-windows-$arch.exe" ]; then windows . "$root/bin" $arch $judges; fi
		cp bin/conformance-windows-$arch.exe bin/scripted-pinentry-windows-$arch.exe "$scratch/tree/bin/"
		# shellcheck disable=SC2086 # one word per package
		windows "$scratch/tree" "$scratch/tree/bin" $arch $products
		for p in smartcard-connect port-service; do flags="$flags --artifact $scratch/tree/bin/$p-windows-$arch.exe"; done
	done
}

# judge brings the patched agent to the gate, whose exit code it returns.
# shellcheck disable=SC2086 # flags are meant to split
judge() {
	rm -rf "$dir" && mkdir -p "$dir/attestations"
	run=$(new_run)
	$hil plan --rig $rig --bin "$scratch/tree/bin" --release "$version+$name" $flags >"$dir/plan.json"
	$hil sign $sign --as plan "$dir/plan.json"
	"$scratch/tree/bin/hil" run --rig $rig $sign --host bench --plan "$dir/plan.json" --run-id "$run" --no-index --attestations "$dir/attestations" \
		--cells "$cell" --only "$(echo $fails | tr ' ' ,)" --out "$dir/runs" >"$dir/run.log" 2>&1 || true # the gate says what it means
	$hil index $sign --plan "$dir/plan.json" --hosts "$out/hosts" "$dir/attestations" >>"$dir/run.log" 2>&1
	code=0
	$hil gate --owner "$out/owner.pem" --policy "$out/policy.json" --plan "$dir/plan.json" --explain \
		--attestations "$dir/attestations" --attestations "$out/hosts" $flags >"$dir/verdict.txt" 2>&1 || code=$?
}

# noticed says whether the gate's failures are those of the header, all and alone.
noticed() {
	sed -n "s/^reason  Cell $cell, spec \([^ ]*\) failed: .*/\1/p" "$dir/verdict.txt" | sort >"$dir/failed"
	grep '^reason .* failed' "$dir/verdict.txt" | grep -vc "^reason  Cell $cell, spec" >/dev/null && return 1
	echo "$fails" | tr ' ' '\n' | sort | cmp -s - "$dir/failed"
}

bad=0 broken=0 table=$out/table.md
bin/conformance list --json >"$out/specs.json"
printf '| patch | what is wrong | cell | verdict | requirement that failed |\n|---|---|---|---|---|\n' >"$table.new"
if [ $# = 0 ]; then set -- $(cd ci/patches && ls -- *.patch | sed 's/\.patch$//'); fi
for name in "$@"; do
	patch=$root/ci/patches/$name.patch dir=$out/$name
	fails=$(field Fails) cell=$(field Cell)
	began=$(date +%s)
	build && judge
	word=$(tail -n 1 "$dir/verdict.txt" | sed 's/ .*//')
	if [ $code = 1 ] && noticed; then
		:
	elif [ $code = 1 ] || [ $code = 0 ] || grep -q "^cell    PASS" "$dir/verdict.txt"; then
		word="$word, WRONG" bad=1
	else
		word="$word, BROKEN" broken=1
	fi
	requirement=
	for spec in $fails; do
		title=$(tr -d '\n' <"$out/specs.json" | sed "s/.*\"id\": *\"$spec\", *\"title\": *\"\([^\"]*\)\".*/\1/")
		requirement="$requirement${requirement:+; }$spec: $title"
	done
	say "$name: $word ($(($(date +%s) - began)) s): $requirement"
	echo "| $name | $(head -n 1 "$patch") | $cell | $word | $requirement |" >>"$table.new"
done
mv "$table.new" "$table"
cat "$table"
if [ $bad = 1 ]; then exit 1; fi
if [ $broken = 1 ]; then exit 2; fi
