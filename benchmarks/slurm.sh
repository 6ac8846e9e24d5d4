#!/usr/bin/env bash
# The script of `tune deploy slurm` on a real Slurm: three tasks of an array work on one study in PostgreSQL, which they
# reach by an ssh tunnel alone. In mid-trial one is cancelled, one is requeued by an administrator, and the time of all is
# up, more than once; no trial is lost, doubled or stuck, and none is trained twice.
#
#   benchmarks/slurm.sh [TRIALS] [EPOCHS]      30, 40: about ten minutes on two cores, of which Slurm waits four: what is
#                                              queued again it begins after two minutes
#
# Needs what Debian has as slurm-wlm, munge, postgresql and openssh-server; installs nothing. All of it is started here,
# with configurations in a temporary folder and on 127.0.0.0/8, and ended here, by process id. /etc stays as it is.
set -euo pipefail
cd "$(dirname "$0")/.."
trials=${1:-30} epochs=${2:-40}
python=${PYTHON:-python3}
postgres=$(ls -d /usr/lib/postgresql/*/bin | tail -1) || true
for need in munged slurmctld slurmd sbatch sshd ssh "$postgres/initdb"; do
  command -v "$need" >/dev/null || { echo "needs $need: apt-get install slurm-wlm munge postgresql openssh-server"; exit 2; }
done

work=$(mktemp -d "${TMPDIR:-/tmp}/slurm-check-XXXXXX")
chmod 711 "$work"
pids=()
finish() {
  code=$?
  scancel --user="$(id -un)" >/dev/null 2>&1 || true
  for _ in $(seq 20); do [ -z "$(squeue --noheader 2>/dev/null)" ] && break; sleep 1; done
  # By SIGINT PostgreSQL ends without waiting for those who are connected.
  [ -z "${database_pid:-}" ] || kill -INT "$database_pid" 2>/dev/null || true
  for ((each = ${#pids[@]} - 1; each >= 0; each--)); do kill "${pids[each]}" 2>/dev/null || true; done
  for each in "${pids[@]}"; do wait "$each" 2>/dev/null || true; done
  if [ "$code" = 0 ]; then rm -rf "$work"; else echo "failed; what it wrote is in $work"; fi
}
trap finish EXIT
trap 'exit 143' TERM
say() { printf '%4ds  %s\n' "$SECONDS" "$*"; }
fail() { echo "$*"; squeue -o '%i %T %r %S' || true; tail -n 5 "$work"/jobs/*.log || true; exit 1; }
free_port() { "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
as_postgres=()
if [ "$(id -u)" = 0 ]; then as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups); fi

# PostgreSQL, with a password, on an address of its own.
db_address=127.0.0.2 db_port=$(free_port) password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
mkdir "$work/database"
(umask 077; echo "$password" >"$work/password")
if [ "$(id -u)" = 0 ]; then chown postgres "$work/database" "$work/password"; fi
"${as_postgres[@]}" "$postgres/initdb" -D "$work/database" -U tuner -A scram-sha-256 --pwfile="$work/password" >"$work/initdb.log" 2>&1
"${as_postgres[@]}" "$postgres/postgres" -D "$work/database" -p "$db_port" -c listen_addresses=$db_address -c unix_socket_directories= \
  >"$work/postgres.log" 2>&1 &
pids+=($!) database_pid=$!
until "$postgres/pg_isready" --quiet --host $db_address --port "$db_port"; do sleep 0.2; done
export PGPASSWORD=$password
sql() { "$postgres/psql" --host $db_address --port "$db_port" --username tuner --dbname "${database:-tuner}" --no-align --tuples-only --command "$1"; }
database=postgres sql 'create database tuner' >/dev/null

# The gateway: an sshd for this user alone.
ssh_port=$(free_port)
mkdir -m 700 "$work/ssh"
ssh-keygen -q -t ed25519 -N '' -f "$work/ssh/host"
ssh-keygen -q -t ed25519 -N '' -f "$work/ssh/key"
cp "$work/ssh/key.pub" "$work/ssh/authorized"
mkdir -p /run/sshd 2>/dev/null || true
"$(command -v sshd)" -D -e -f /dev/null -p "$ssh_port" -o ListenAddress=127.0.0.1 -o HostKey="$work/ssh/host" -o PidFile=none \
  -o AuthorizedKeysFile="$work/ssh/authorized" -o StrictModes=no -o UsePAM=no -o PasswordAuthentication=no 2>"$work/sshd.log" &
pids+=($!)
cat >"$work/ssh/config" <<CONFIG
Host gateway
  HostName 127.0.0.1
  Port $ssh_port
  IdentityFile $work/ssh/key
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR
CONFIG

# Slurm: munged, slurmctld and a slurmd with more CPUs than there may be, so that three tasks run at once.
mkdir -p "$work/munge" "$work/state" "$work/spool" "$work/jobs"
dd if=/dev/urandom of="$work/munge/key" bs=1 count=1024 2>/dev/null
chmod 400 "$work/munge/key"
munged --foreground --force --socket="$work/munge/socket" --key-file="$work/munge/key" --log-file="$work/munge/log" \
  --pid-file="$work/munge/pid" --seed-file="$work/munge/seed" >"$work/munged.log" 2>&1 &
pids+=($!)
export SLURM_CONF=$work/slurm.conf
cat >"$SLURM_CONF" <<CONFIG
ClusterName=check
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
CredType=cred/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
MpiDefault=none
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=4
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONFIG
until [ -S "$work/munge/socket" ]; do sleep 0.2; done
slurmctld -D >"$work/slurmctld.out" 2>&1 &
pids+=($!)
slurmd -D >"$work/slurmd.out" 2>&1 &
pids+=($!)
for _ in $(seq 60); do sinfo --noheader -o %T 2>/dev/null | grep -q '^idle' && break; sleep 0.5; done
sinfo --noheader -o %T | grep -q '^idle' || fail "Slurm did not start"
say "$(sinfo --version), PostgreSQL $(sql 'show server_version' | cut -d' ' -f1) and an ssh gateway run"

# A study of trials of some ten seconds each, and the job for it.
export TUNER_STORAGE=postgresql://tuner:$password@$db_address:$db_port/tuner MLFLOW_TRACKING_URI=sqlite:///$work/mlflow.db
cat >"$work/long.yaml" <<YAML
dataset: digits
parameters:
  hidden_layers: 2
  units: 128
  batch_size: 1
  learning_rate: {float: [1e-4, 1e-2], log: true}
  epochs: $epochs
search: {sampler: tpe, pruner: none, seed: 3, finalists: 0}
YAML
tune() { "$python" -m tuner.cli.main "$@"; }
study="it's \$HOME; a study"
tune start --space "$work/long.yaml" --study "$study" --trials "$trials" --detach >/dev/null 2>&1
(umask 077; echo "TUNER_STORAGE='$TUNER_STORAGE'" >"$work/env")
tune deploy slurm --study "$study" --workers 3 --time 4 --env-file "$work/env" --tunnel gateway \
  --setup "ssh() { exec $(command -v ssh) -F $work/ssh/config \"\$@\"; }" >"$work/job.sh"
if grep -q "$password" "$work/job.sh"; then fail "the password is in the job's file"; fi
cd "$work/jobs"
array=$(env -u TUNER_STORAGE -u PGPASSWORD sbatch --parsable "$work/job.sh")
if ps -eo args | grep -v grep | grep -q "$password"; then fail "the password is in this machine's ps"; fi
say "the array $array of three tasks is queued; the password is neither in its file nor in ps"

# ordinal and epochs of what the worker of a task holds, once it has ended two epochs of it
held() { sql "select r.ordinal, count(e.*) from tuner_runs r left join tuner_epochs e on e.study_name = r.study_name
  and e.role = r.role and e.ordinal = r.ordinal and e.worker_id = r.worker_id where r.worker_id like 'slurm-${array}_$1-$2-%'
  and r.state = 'running' and not r.finalized group by r.ordinal having count(e.*) between 2 and $((epochs - 5)) limit 1"; }
mid_trial() { # TASK RESTARTS
  for _ in $(seq 400); do found=$(held "$1" "$2"); [ -n "$found" ] && return; sleep 0.5; done
  fail "task $1 is in no trial"
}
attempt() { sql "select attempt from tuner_runs where ordinal = $1"; }
state_of() { squeue --noheader --array --jobs="${array}_$1" -o %T 2>/dev/null || true; }

mid_trial 1 0
cancelled=${found%|*}
scancel "${array}_1"
say "task 1 was cancelled in trial $cancelled, after ${found#*|} epochs"
mid_trial 2 0
requeued=${found%|*}
scontrol requeue "${array}_2"
say "task 2 was requeued in trial $requeued, after ${found#*|} epochs"
for _ in $(seq 120); do
  [ "$(sql "select count(*) from tuner_workers where worker_id like 'slurm-${array}_[12]-0-%' and stopped_at is null")" = 0 ] && break
  sleep 0.5
done
say "both workers have left"
mid_trial 3 0
until grep -q "the time of this task is up" "$work/jobs"/*_3.log; do
  [ "$SECONDS" -lt 900 ] || fail "the time of task 3 is never up"
  [ "$(sql "select finished_at is null from tuner_studies")" = t ] || fail "the study ended before the time was up: give more trials"
  found=$(held 3 0) && [ -n "$found" ] && late=${found%|*}
  sleep 0.5
done
say "the time of task 3 was up, last seen in trial $late"
[ -z "$(state_of 1)" ] || fail "the cancelled task is back: $(state_of 1)"

until [ "$(sql "select finished_at is not null from tuner_studies")" = t ]; do
  [ "$SECONDS" -lt "${LIMIT_S:-1800}" ] || fail "the study does not end"
  # Slurm keeps what was queued again for two minutes.
  sleep 2
done
say "the study has ended"
for _ in $(seq 300); do [ -z "$(squeue --noheader --states=running)" ] && break; sleep 1; done

check() { # WORDS SQL EXPECTED
  found=$(sql "$2")
  [ "$found" = "$3" ] || fail "$1: $found, and not $3"
  say "$1: $found"
}
check "trials that are final and complete" "select count(*) from tuner_runs where role = 'search' and finalized and state = 'complete'" "$trials"
check "places of the budget" "select count(*), count(distinct ordinal), count(distinct trial_number) from tuner_runs" "$trials|$trials|$trials"
check "trials in Optuna, complete" "select count(*) from trials where state = 'COMPLETE'" "$trials"
check "trials with other epochs than 1 to $epochs" "select count(*) from (select ordinal from tuner_epochs group by ordinal
  having array_agg(epoch order by epoch) <> array(select generate_series(1, $epochs))) wrong" 0
check "whole epochs trained twice" "select sum(repeated) from tuner_runs" 0
check "trials held by somebody" "select count(*) from tuner_runs where lease_until > 0 and not finalized" 0
check "strikes" "select sum(strikes) from tuner_runs" 0
for each in "$cancelled" "$requeued" "$late"; do
  [ "$(attempt "$each")" -ge 2 ] || fail "trial $each was not adopted"
done
if grep -hE 'Address already in use|Could not request' "$work"/jobs/*.log | grep .; then fail "a tunnel could not be made"; fi
if grep -h ' died ' "$work"/jobs/*.log | grep .; then fail "a worker died"; fi
say "trials adopted: $(sql "select count(*) from tuner_runs where attempt > 1"), attempts in all: $(sql "select sum(attempt) from tuner_runs")"
say "workers: $(sql "select string_agg(distinct substring(worker_id from '_([0-9]+-[0-9]+)-'), ', ') from tuner_workers") (task-restarts)"
left=$(pgrep -f "$array.*tuner.cli.main worker" || true)
[ -z "$left" ] || fail "workers are left: $left"
