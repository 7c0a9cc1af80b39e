#!/usr/bin/env bash
# Asks the built gateway what its own description of the API allows and what it does not, and fails on any answer that the description
# does not have: an unknown status, another shape, a server's error, a route that forgets to ask who is there. (https://schemathesis.readthedocs.io)
# usage: scripts/schemathesis.sh                    the same questions every time, so that the same code gets the same verdict
#        scripts/schemathesis.sh SECONDS [OPTION…]  others every time; it prints the seed, and --seed N repeats a run
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# = 0 ]; then
  extent=(--seed 1 --max-examples 10)
else
  extent=(--max-time "$1" "${@:2}")
fi
version=4.32.5
tools=${XDG_CACHE_HOME:-$HOME/.cache}/earshot/schemathesis-$version

if [ ! -x "$tools/bin/schemathesis" ]; then
  python3 -m pip install --quiet --disable-pip-version-check --target "$tools" "schemathesis==$version"
fi

work=$(mktemp -d)
pid=''
llm_pid=''
stop () {
  [ -n "$llm_pid" ] && kill "$llm_pid" 2>/dev/null
  [ -n "$pid" ] && kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
  rm -rf "$work"
}
trap stop EXIT

port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close() })")
url=http://127.0.0.1:$port
# A language model that always says the same.
llm_port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close() })")
node -e "require('http').createServer((request, response) => {
  request.resume()
  response.setHeader('content-type', 'text/event-stream')
  response.end('data: ' + JSON.stringify({ id: '1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content: 'Hello.' }, finish_reason: 'stop' }] }) + '\\n\\ndata: [DONE]\\n\\n')
}).listen($llm_port, '127.0.0.1')" &
llm_pid=$!
# A stand-in for Twilio that refuses, and no speech: nothing here speaks.
env -i PATH="$PATH" PORT="$port" DATA_DIR="$work/data" VAD=energy LOG_LEVEL=error OPENAI_API_KEY=unused LLM_BASE_URL="http://127.0.0.1:$llm_port/v1" TWILIO_API_URL=http://127.0.0.1:1 \
  node dist/main.js >"$work/server.log" 2>&1 &
pid=$!
for _ in $(seq 600); do curl -sf "$url/ready" >/dev/null && break; sleep 0.1; done

json () { curl -sf -H 'content-type: application/json' "$@"; }
field () { node -pe "JSON.parse(require('fs').readFileSync(0, 'utf8')).$1"; }
json -c "$work/cookies" "$url/api/auth/register" -d '{ "email": "owner@example.com", "password": "correct horse battery" }' >/dev/null
secret=$(json -b "$work/cookies" "$url/api/api-keys" -d '{ "name": "schemathesis" }' | field secret)

# Left out: positive_data_acceptance, since a well-formed request may still name a phone that is not there; revoking API keys, since the key it asks with is one;
# and watching calls, which does not end.
cd "$work"
PYTHONPATH=$tools "$tools/bin/schemathesis" run "$url/documentation/json" --header "Authorization: Bearer $secret" --request-timeout 60 --generation-database none \
  --exclude-checks positive_data_acceptance --exclude-operation-id revokeApiKey --exclude-operation-id watchAllCalls --exclude-operation-id watchCall --continue-on-failure --no-shrink --warnings off "${extent[@]}" || failed=$?

# What it asked for may have revoked its key: from then on it would only have been turned away.
curl -sf -H "Authorization: Bearer $secret" "$url/api/auth/me" >/dev/null || { echo 'The API key was revoked on the way.'; failed=1; }
cat "$work/server.log"
exit "${failed:-0}"
