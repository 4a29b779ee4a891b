#!/bin/sh
# Starts Amazon's DynamoDB Local in memory, for the behaviour suite:
#
#     scripts/dynamodb-local.sh [port [-- command …]]      port 8010 if not given
#
# Prints "ready <url>" when it answers. Ends with the command, if one is given, else at SIGTERM or SIGINT or with the process that
# started it. The first start fetches
# the pinned version from Maven Central into build/dynamodb-local (about 55 MB) and checks its files.
# DynamoDB Local offers no option to listen on the loopback address alone.
set -eu

version=2.6.1
jar_sha256=a28d8b4919999b7dee6ffa9fd4e9a08744460657a9bd3e3499e3aad00e1f2cc4
all_sha256=8fe43568b36ee16456c61f7b0b9367035490b9e33282bfb29767178a7bae75a0 # of the list of all files with their checksums
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.6.1

port=${1:-8010}
parent=$PPID
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$root/build/dynamodb-local/$version
url=http://127.0.0.1:$port

fail() {
	echo "dynamodb-local: $*" >&2
	exit 1
}

sum() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi }

command -v java >/dev/null || fail "java is missing; DynamoDB Local needs version 17 or newer (Debian: apt install openjdk-17-jre-headless maven)"
command -v curl >/dev/null || fail "curl is missing"

if [ ! -d "$folder" ]; then
	command -v mvn >/dev/null || fail "mvn is missing; it fetches DynamoDB Local (Debian: apt install maven)"
	echo "fetching DynamoDB Local $version" >&2
	rm -rf "$folder.new"
	mkdir -p "$folder.new"
	cat >"$folder.new/pom.xml" <<-POM
		<project xmlns="http://maven.apache.org/POM/4.0.0">
		  <modelVersion>4.0.0</modelVersion>
		  <groupId>local</groupId><artifactId>dynamodb-local</artifactId><version>1</version><packaging>pom</packaging>
		  <dependencies><dependency>
		    <groupId>com.amazonaws</groupId><artifactId>DynamoDBLocal</artifactId><version>$version</version>
		  </dependency></dependencies>
		</project>
	POM
	mvn -q -B -f "$folder.new/pom.xml" "$plugin:copy-dependencies" -DincludeScope=runtime "-DoutputDirectory=$folder.new" >&2 ||
		fail "mvn could not fetch DynamoDB Local $version from Maven Central"
	rm "$folder.new/pom.xml"
	mv "$folder.new" "$folder"
fi

jar=DynamoDBLocal-$version.jar
[ "$(cd "$folder" && sum "$jar" | cut -d ' ' -f 1)" = "$jar_sha256" ] ||
	fail "$jar is not the pinned file; remove $folder and try again"
[ "$(cd "$folder" && sum ./* | LC_ALL=C sort | sum | cut -d ' ' -f 1)" = "$all_sha256" ] ||
	fail "$folder does not hold the pinned files; remove it and try again"

if curl -s -o /dev/null "$url"; then
	fail "something listens on port $port already"
fi
java -Xmx1g "-Djava.library.path=$folder" -cp "$folder/*" com.amazonaws.services.dynamodbv2.local.main.ServerRunner \
	-inMemory -disableTelemetry -port "$port" >"$root/build/dynamodb-local/$port.log" 2>&1 &
java=$!
trap 'kill "$java" 2>/dev/null || :' EXIT
trap 'exit 0' INT TERM

tries=0
until curl -s -o /dev/null "$url"; do
	kill -0 "$java" 2>/dev/null || fail "it did not start; see $root/build/dynamodb-local/$port.log"
	tries=$((tries + 1))
	[ "$tries" -lt 150 ] || fail "it does not answer on $url after 30 s"
	sleep 0.2
done
echo "ready $url"
if [ $# -gt 2 ] && [ "$2" = -- ]; then
	shift 2
	"$@"
	exit
fi
while kill -0 "$parent" 2>/dev/null && kill -0 "$java" 2>/dev/null; do
	sleep 0.5
done
