#!/usr/bin/env bash
# Runs the flow tests unchanged against a strict stand-in for GitHub (the folder is the argument),
# which judges every request against GitHub's own published description.
set -euo pipefail
simulator=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."

work=$(mktemp -d)
server=
cleanup() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

python3 -m venv target/conformance-venv
target/conformance-venv/bin/pip install --quiet --disable-pip-version-check -r "$simulator/requirements.txt"

echo '{}' >"$work/scenario.json"
target/conformance-venv/bin/python "$simulator/github_sim.py" \
  --port 0 --state "$work/state" --scenario "$work/scenario.json" >"$work/simulator.log" 2>&1 &
server=$!
for _ in $(seq 100); do
  [ -s "$work/state/url" ] && break
  kill -0 "$server" 2>/dev/null || { cat "$work/simulator.log"; exit 1; }
  sleep 0.2
done
url=$(cat "$work/state/url")
echo "conformance: the flow tests against $url"
GO_EXPERT_TEST_GITHUB=$url cargo test --locked --test it -- flow_ --test-threads=1
