#!/usr/bin/env bash
# The compose file on a real engine: three workers of one hostname, held as the Helm chart holds its pods, one of them
# killed in the middle, and the study completes. A study whose data are missing says so; no process has the password among
# its arguments. A second study is started, stopped, resumed and deleted over HTTP, with nothing but a token, and its model
# downloaded.
#
#   benchmarks/compose.sh [SPACE] [TRIALS] [FOLDER]      fashion_mnist, 6, none
#
# FOLDER: of the data set's files, to be put into the cache volume where nothing can be downloaded.
# PYTHON_IMAGE, POSTGRES_IMAGE: as in .env.example. Everything that it makes has a project name of its own and is removed.
set -euo pipefail
cd "$(dirname "$0")/.."
space=${1:-fashion_mnist} trials=${2:-6} folder=${3:-}

if docker compose version >/dev/null 2>&1; then compose=(docker compose); else compose=(docker-compose); fi
export COMPOSE_PROJECT_NAME=tuner-check-$$ POSTGRES_PASSWORD MLFLOW_PORT=${MLFLOW_PORT:-5055} POSTGRES_PORT=${POSTGRES_PORT:-5455}
export SERVE_PORT=${SERVE_PORT:-8755} SERVE_URL=http://127.0.0.1:${SERVE_PORT:-8755}
POSTGRES_PASSWORD=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
# Containers of one name, such as those of two machines: nobody may take another's workers for dead.
same=$(mktemp --suffix=.yml)
# And held as the Helm chart holds them: not root, no capability, a file system that is read-only but for some folders.
held='read_only: true, cap_drop: [ALL], security_opt: ["no-new-privileges:true"], tmpfs: [/tmp, /home/tuner, /app]'
printf 'services:\n  worker: {hostname: worker, %s}\n  tune: {hostname: worker}\n  serve: {%s}\n  mlflow: {%s}\n' \
  "$held" "$held" "$held" >"$same"
compose+=(--file docker-compose.yml --file "$same")
trap '"${compose[@]}" down --volumes --timeout 20 >/dev/null 2>&1; rm -f "$same" "$same.keras"' EXIT

tune() { "${compose[@]}" run --rm -T tune "$@" 2>/dev/null; }
api() { curl --silent --show-error --fail-with-body --header "Authorization: Bearer $token" \
  --header 'Content-Type: application/json' --request "$1" "$SERVE_URL/api/v1$2" "${@:3}"; }
field() { python3 -c 'import json, sys
found = json.load(sys.stdin)
for name in sys.argv[1].split("."): found = found[name]
print(found)' "$1"; }
say() { printf '%4ds  %s\n' "$SECONDS" "$*"; }
states() { tune status "$study" --json | python3 -c 'import json, sys
status = json.load(sys.stdin)
print(status["state"], len(status["running"]), *("%s=%d" % each for each in sorted(status["counts"].items())))'; }

if (POSTGRES_PASSWORD='' "${compose[@]}" config >/dev/null 2>&1); then
  echo "without a password the file should be refused"
  exit 1
fi
"${compose[@]}" build --quiet >/dev/null 2>&1 || "${compose[@]}" build
say "the image is built"
"${compose[@]}" up --detach --scale worker=3 >/dev/null 2>&1
say "$("${compose[@]}" ps --quiet | wc -l) containers run"

if [ -n "$folder" ]; then
  worker=$("${compose[@]}" ps --quiet worker | sed -n 1p)
  docker exec "$worker" mkdir -p /data/datasets/datasets
  tar -C "$(dirname "$folder")" -ch "$(basename "$folder")" | docker exec --interactive "$worker" tar -C /data/datasets/datasets -x --no-same-owner
  say "the data are in the cache volume"
fi
if [ "$(docker exec "$("${compose[@]}" ps --quiet worker | sed -n 1p)" id -u)" = 0 ]; then
  echo "the containers run as root"
  exit 1
fi

until curl --silent --fail "$SERVE_URL/api/v1/ready" >/dev/null; do
  [ "$SECONDS" -lt "${LIMIT_S:-1500}" ] || { echo "the service does not answer"; "${compose[@]}" logs --tail 40 serve; exit 1; }
  sleep 1
done
[ "$(curl --silent --output /dev/null --write-out '%{http_code}' "$SERVE_URL/api/v1/studies")" = 401 ] ||
  { echo "the service lets somebody in without a token"; exit 1; }
curl --silent --location "$SERVE_URL/" | grep -q "Nobody has a token yet" || { echo "its page does not say what to do"; exit 1; }
token=$(tune token create ada --role admin | tail -1 | tr -d '\r')
[ "$(api GET /me | field name)" = ada ] || { echo "the token does not let in"; exit 1; }
say "the service waited for a token, and lets in who has it"

study=$(tune start --space "$space" --trials "$trials" --detach | tail -1 | tr -d '\r')
say "study $study is stored"
until read -r state running _ < <(states) && [ "$state" = running ] && [ "${running:-0}" -ge 2 ]; do sleep 1; done
sleep 3

buried=$("${compose[@]}" run --rm -T --entrypoint python tune - 2>/dev/null <<'PYTHON'
import os
import socket

from tuner.database import workers
from tuner.database.connection import open_database

db = open_database(os.environ["TUNER_STORAGE"])
print(workers.reap_local_workers(db), len(workers.view_workers(db)), {each.host for each in workers.view_workers(db)} == {socket.gethostname()})
PYTHON
)
[ "$(tr -d '\r' <<<"$buried")" = "0 3 True" ] || { echo "three workers of this hostname should live: $buried"; exit 1; }
say "a container of the same hostname finds three workers, and none of them dead"

for container in $("${compose[@]}" ps --quiet); do
  if docker top "$container" -eo pid,args | grep -q "$POSTGRES_PASSWORD"; then
    echo "a process has the password among its arguments:"
    docker top "$container" -eo pid,args | sed "s/$POSTGRES_PASSWORD/***/"
    exit 1
  fi
done
if ps -eo args | grep -v grep | grep -q "$POSTGRES_PASSWORD"; then echo "the password is in this machine's ps"; exit 1; fi
say "no process has the password among its arguments"

docker exec --interactive "$("${compose[@]}" ps --quiet worker | sed -n 1p)" sh -c 'cat >/data/artifacts/missing.yaml' <<'YAML'
dataset: {idx: /nowhere}
parameters: {epochs: [1, 2]}
search: {trials: 1}
YAML
missing=$(tune start --space /data/artifacts/missing.yaml --detach | tail -1 | tr -d '\r')
until tune status "$missing" | tr -d '\r' | grep "pass.* it over"; do
  [ "$SECONDS" -lt "${LIMIT_S:-1500}" ] || { echo "nobody said why $missing waits"; tune status "$missing"; exit 1; }
  sleep 3
done
tune stop "$missing"
say "a study whose data are missing says why"
victim=$("${compose[@]}" ps --quiet worker | tail -1)
docker kill --signal KILL "$victim" >/dev/null
say "a worker was killed: $(states)"
# `docker kill` by hand is not restarted by the engine: what runs on are the other two.
until read -r state _ < <(states) && [ "$state" = finished ]; do
  [ "$SECONDS" -lt "${LIMIT_S:-1500}" ] || { say "not finished in time: $(states)"; "${compose[@]}" logs --tail 40; exit 1; }
  sleep 5
done
say "$(states)"

"${compose[@]}" run --rm -T tune status "$study" 2>&1 | grep -q "its page is $SERVE_URL/studies/$study" ||
  { echo "no command names the page"; exit 1; }
new='{"space": "digits", "trials": 60, "timeout_s": 900}'
mine=$(api POST /studies --header 'Idempotency-Key: compose-1' --data "$new" | field study_name)
[ "$(api POST /studies --header 'Idempotency-Key: compose-1' --data "$new" | field study_name)" = "$mine" ] ||
  { echo "a request that was sent twice started two studies"; exit 1; }
of() { api GET "/studies/$mine" | field "$1"; }
wait_for() { # FIELD VALUE
  until [ "$(of "$1")" = "$2" ]; do
    [ "$SECONDS" -lt "${LIMIT_S:-1500}" ] || { echo "$mine does not come to $1 $2"; api GET "/studies/$mine"; exit 1; }
    sleep 1
  done
}
wait_for state running
until [ "$(api GET "/studies/$mine/trials?state=complete" | field total)" -ge 2 ]; do sleep 1; done
api POST "/studies/$mine/stop" >/dev/null
wait_for state stopped
begun=$(api GET "/studies/$mine/trials" | field total)
say "over HTTP: $mine was started, and stopped with $begun trials"
api POST "/studies/$mine/resume" --data "{\"trials\": $((begun + 2))}" >/dev/null
wait_for state finished
[ "$(api GET "/studies/$mine/trials" | field total)" = $((begun + 2)) ] || { echo "N trials are not N"; exit 1; }
api GET "/studies/$mine/model" --output "$same.keras"
python3 -c 'import sys, zipfile; assert "model.weights.h5" in zipfile.ZipFile(sys.argv[1]).namelist()' "$same.keras"
say "over HTTP: it was resumed, ended, and its model downloaded ($(wc -c <"$same.keras") bytes)"
until [ "$(api GET "/studies/$mine/workers" | field workers)" = "[]" ]; do sleep 1; done
api DELETE "/studies/$mine" >/dev/null
[ "$(api GET "/studies/$mine" 2>/dev/null | field status)" = 404 ] || { echo "it is still there"; exit 1; }
api GET "/audit?study=$mine" | python3 -c 'import json, sys
done = [each["action"] for each in json.load(sys.stdin)["lines"]]
assert done == ["delete", "resume", "stop", "start"], done'
say "over HTTP: it is deleted, and every change has its line"

"${compose[@]}" stop --timeout 60 worker >/dev/null 2>&1
"${compose[@]}" run --rm -T --entrypoint python tune - "$study" "$trials" <<'PYTHON'
"""Every trial of the study is final in Optuna and has its run, with all its epochs, on the MLflow server."""
import os
import sys

import mlflow
import optuna

from tuner.database.connection import open_database
from tuner.studies.status import study_status

study_name, n_trials = sys.argv[1], int(sys.argv[2])
db = open_database(os.environ["TUNER_STORAGE"])
status = study_status(db, study_name, epochs=True)
theirs = optuna.load_study(study_name=study_name, storage=db.storage).trials
assert len(theirs) == n_trials and all(trial.state.is_finished() for trial in theirs)
client = mlflow.MlflowClient()
experiment = client.get_experiment_by_name(status.study.space_name)
runs = client.search_runs([experiment.experiment_id], f"tags.study_name = '{study_name}' and tags.role = 'trial'")
found = {int(run.data.tags["trial_number"]): run for run in runs}
assert len(runs) == len(found) == n_trials, (len(runs), n_trials)
for trial in status.trials:
    run = found[trial.trial_number]
    steps = [each.step for each in client.get_metric_history(run.info.run_id, "val_accuracy")]
    assert steps == [each.epoch for each in trial.epochs], (trial.trial_number, steps)
    assert run.data.tags["state"] == trial.state and run.info.status != "RUNNING"
    print(f"trial {trial.trial_number}: {trial.state}, {len(trial.epochs)} epochs, attempts {trial.attempt}, "
          f"repeated {trial.repeated}, worker {trial.worker_id}")
test = (status.study.outcome.test if status.study.outcome else None) or {}
print(f"{sum(trial.attempt > 1 for trial in status.trials)} adopted; test accuracy {test.get('accuracy')}")
PYTHON
say "every trial is final, and its run has all its epochs"
