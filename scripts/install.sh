#!/usr/bin/env bash
# Installs what is missing of the tools named on the command line, with apt as root; elsewhere it says what to install.
set -euo pipefail
declare -A package=([java]=openjdk-17-jre-headless [mvn]=maven [dockerd]=docker.io [chromium]=chromium [node]=nodejs [npm]=npm)
missing=()
for tool in "$@"; do
	command -v "$tool" >/dev/null || missing+=("${package[$tool]:-$tool}")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
	echo "missing: ${missing[*]}; install them and run this again" >&2
	exit 1
fi
apt-get update -q
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
