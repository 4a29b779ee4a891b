#!/usr/bin/env bash
# Deploys an environment, region by region: scripts/deploy.sh [--plan] ENV. With --plan it prints the commands and runs none.
#
# An environment is the section [ENV] of samconfig.toml, or all sections [ENV-<region>] in their order, the primary region first: its stack
# makes the global tables that the others use. The first failure ends the run; running again goes on where nothing has changed.
set -euo pipefail
cd "$(dirname "$0")/.."
plan=false
[ "${1:-}" != --plan ] || { plan=true; shift; }
env="${1:?which environment? make deploy ENV=dev}"

mapfile -t sections < <(sed -n "s/^\[\($env\(-[a-z0-9-]*\)\?\)\.deploy\.parameters\]$/\1/p" samconfig.toml)
[ ${#sections[@]} -gt 0 ] || { echo "samconfig.toml has no section [$env] and none [$env-<region>]" >&2; exit 1; }
setting() { # of a section: setting NAME SECTION
	awk -v section="$2" -v name="$1" -F ' = ' '/^\[/ { in_section = index($0, "[" section ".") == 1 } in_section && $1 == name { gsub(/"/, "", $2); print $2 }' samconfig.toml
}
regions=()
for section in "${sections[@]}"; do regions+=("$(setting region "$section")"); done

run() {
	$plan || { echo "+ $*"; "$@"; return; }
	local words=()
	for word in "$@"; do [[ $word == *" "* ]] && words+=("\"$word\"") || words+=("$word"); done
	echo "${words[*]}"
}
ask() { # a question to AWS, answered with one word
	if $plan; then printf '$(%s)' "$*"; else "$@"; fi
}

run env GOARCH=arm64 scripts/build.sh
$plan || command -v aws >/dev/null || { echo "the AWS CLI is needed" >&2; exit 1; }
for region in "${regions[@]}"; do
	run aws secretsmanager describe-secret --region "$region" --secret-id "lyceum-$env/keys" --query ARN --output text || {
		echo "the keys are not in $region: docs/OPERATIONS.md, Deploy, says how to make and replicate them" >&2
		exit 1
	}
done

# Rules of replication name buckets of other regions, which must exist: the first time, all stacks are made before any has rules.
account=$(ask aws sts get-caller-identity --query Account --output text)
missing_buckets() {
	for region in "${regions[@]}"; do
		for bucket in content uploads; do
			aws s3api head-bucket --region "$region" --bucket "lyceum-$env-$bucket-$account-$region" >/dev/null 2>&1 || return 0
		done
	done
	return 1
}
deploy() { # all regions, with what the parameters say besides samconfig.toml
	for i in "${!sections[@]}"; do
		parameters="$(setting parameter_overrides "${sections[$i]}") Version=$(git describe --always --dirty)${*:+ $*}"
		if [ "$i" -gt 0 ]; then
			for table in learning identity; do
				arn=$(ask aws dynamodb describe-table --region "${regions[$i]}" --table-name "lyceum-$env-$table" --query Table.LatestStreamArn --output text)
				parameters+=" ${table^}StreamArn=$arn"
			done
		fi
		run scripts/sam.sh deploy --config-env "${sections[$i]}" --parameter-overrides "$parameters"
	done
}

if [ ${#regions[@]} -eq 1 ]; then
	deploy
	exit
fi
if $plan; then
	echo "# the first time only, while a bucket is missing:"
	deploy ReplicateObjects=false
	echo "# then, and every other time:"
elif missing_buckets; then
	deploy ReplicateObjects=false
fi
deploy ReplicateObjects=true
