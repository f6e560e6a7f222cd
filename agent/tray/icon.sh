#!/bin/sh
# Draws the program's icon with ImageMagick: icon.png for Linux, icon.ico for
# Windows, and icon-256.png, from which the Windows programs' resources are made.
set -eu
cd "$(dirname "$0")"
if [ "${1:-}" = --help ]; then sed -n '2,3s/^# //p' "$0" && exit; fi

convert -size 256x256 xc:none \
	-fill '#ffffff' -draw 'roundrectangle 6,38 249,217 30,30' \
	-fill '#005eb8' -draw 'roundrectangle 16,48 239,207 22,22' \
	-fill '#ffd23f' -draw 'roundrectangle 44,88 116,148 10,10' \
	-fill '#8a6d00' -draw 'rectangle 77,88 83,148' -draw 'rectangle 44,115 116,121' \
	-fill '#ffffff' -draw 'roundrectangle 140,96 212,114 9,9' -draw 'roundrectangle 140,128 188,146 9,9' \
	-draw 'roundrectangle 44,172 212,186 7,7' \
	-strip -define png:exclude-chunks=date,time PNG32:icon-256.png
convert icon-256.png -resize 64x64 -strip -define png:exclude-chunks=date,time PNG32:icon.png
convert icon-256.png -define icon:auto-resize=48,32,24,20,16 icon.ico
