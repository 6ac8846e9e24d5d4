"""Workers that Slurm starts: the script of a job array, a task a worker.

Owns: the script - what it asks Slurm for, how it hands on that the time is nearly up, which ends are begun again.
Leaves to others: the workers of a task, and who takes a dead one's place there (`tune worker --workers`), whether a
study can be run by it (service.deploying).

A task that runs out of time is told 90 seconds before by SIGUSR1, and not by SIGTERM, which is what `scancel` and
preemption send too: what was cancelled must not come back. For the same reason the script does not `exec` the worker:
somebody has to be there afterwards who asks for the task to be queued again.
"""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from tuner.formatting import one_line

_GRACE_S = 90
"""Before the end of its time a task is told: enough for an epoch, and to hand the trial back."""

_LONGEST_NAME = 60


@dataclass(frozen=True)
class Tunnel:
    """How nodes reach the database that see it only from another machine: by ssh through a gateway.

    gateway: as ssh has it, such as ``ada@login.example.org``. host, port: of the database, as the gateway sees it.
    """

    gateway: str
    host: str
    port: int


@dataclass(frozen=True)
class SlurmJob:
    """An array of tasks, each of which has workers of one study.

    program: the words that start `tune` on a node. tasks: how many. gpus: of each task, with a worker each; 0 for one
    worker on the CPU. cpus: cores of a task. memory, time, partition, account: as Slurm has them, empty for its own.
    directives: further options of sbatch. setup: lines of shell that make the environment, such as ``module load``.
    options: further ones of `tune worker`. env_file: with what is secret, for its owner's eyes alone.
    """

    study_name: str
    program: Sequence[str]
    tasks: int
    gpus: int = 0
    cpus: int = 1
    memory: str = ""
    time: str = ""
    partition: str = ""
    account: str = ""
    directives: Sequence[str] = ()
    setup: Sequence[str] = ()
    options: Sequence[str] = ()
    env_file: str = ""
    tunnel: Tunnel | None = None


def script(job: SlurmJob) -> str:
    """The text of the job, for `sbatch`."""
    parts = [_head(job), _environment(job)]
    parts += [_tunnel(job.tunnel)] if job.tunnel is not None else []
    parts += [_worker(job)]
    return "\n".join(parts)


def job_name(study_name: str) -> str:
    """A study's name in letters that Slurm makes nothing of."""
    return f"tune-{re.sub(r'[^A-Za-z0-9._]+', '-', study_name)[:_LONGEST_NAME]}"


def _head(job: SlurmJob) -> str:
    name = job_name(job.study_name)
    asked = {
        "job-name": name,
        "array": f"1-{job.tasks}",
        "ntasks": "1",
        "cpus-per-task": str(job.cpus),
        "gres": f"gpu:{job.gpus}" if job.gpus else "",
        "mem": job.memory,
        "time": job.time,
        "partition": job.partition,
        "account": job.account,
        "output": f"{name}-%A_%a.log",
        "open-mode": "append",
        "signal": f"B:USR1@{_GRACE_S}",
    }
    lines = [f"#SBATCH --{option}={value}" for option, value in asked.items() if value]
    lines += ["#SBATCH --requeue", *(f"#SBATCH {each}" for each in job.directives)]
    return "\n".join(
        ["#!/bin/bash", f"# Workers of the study {one_line(job.study_name)}: sbatch THIS_FILE", *lines, ""]
    )


def _environment(job: SlurmJob) -> str:
    lines = [*job.setup]
    if job.env_file:
        # A ~ is of whoever runs the job.
        lines += [_ENV_FILE.replace("@FILE", _path(job.env_file))]
    lines += [
        _NEEDS_STORAGE,
        f'export TUNER_THREADS="$(( ${{SLURM_CPUS_PER_TASK:-{job.cpus}}} / {max(1, job.gpus)} ))"',
        '[ "$TUNER_THREADS" -gt 0 ] || TUNER_THREADS=1',
        'export TUNER_WORKER_NAME="slurm-${SLURM_ARRAY_JOB_ID:-0}_${SLURM_ARRAY_TASK_ID:-0}-${SLURM_RESTART_COUNT:-0}"',
        # Slurm numbers GPUs as nvidia-smi does.
        *(["export CUDA_DEVICE_ORDER=PCI_BUS_ID"] if job.gpus else []),
        "",
    ]
    return "\n".join(lines)


def _path(path: str) -> str:
    return f'"$HOME"/{shlex.quote(path[2:])}' if path.startswith("~/") else shlex.quote(path)


_NEEDS_STORAGE = """\
[ -n "${TUNER_STORAGE:-}" ] || { echo "tune: TUNER_STORAGE is not set: the studies' database" >&2; exit 2; }"""

_ENV_FILE = """\
env_file=@FILE
case "$(stat -Lc %a "$env_file" 2>/dev/null)" in
  600 | 400) ;;
  *) echo "tune: $env_file is not there, or others can read it: chmod 600 it" >&2; exit 2 ;;
esac
set -a
. "$env_file"
set +a"""

_TUNNEL = """\
# Tasks of one node each have a loopback address of their own, and so the database's own port.
export PGHOSTADDR="127.$(( 1 + SLURM_JOB_ID / 65536 % 254 )).$(( SLURM_JOB_ID / 256 % 256 )).$(( SLURM_JOB_ID % 256 ))"
keep_tunnel() {
  # What ends a job tells each of its processes by SIGTERM: the tunnel stays until the trials are handed back.
  trap '' TERM
  over= ssh=
  trap 'over=1; [ -z "$ssh" ] || kill -KILL "$ssh" 2>/dev/null' USR2
  while [ -z "$over" ]; do
    ssh -o BatchMode=yes -o ExitOnForwardFailure=yes -o ServerAliveInterval=10 -o ServerAliveCountMax=3 \\
      -N -L "$PGHOSTADDR":@PORT:@HOST:@PORT @GATEWAY &
    ssh=$!
    # It may have been told to go before it knew whom to end.
    [ -z "$over" ] || kill -KILL "$ssh" 2>/dev/null
    wait "$ssh"
    ssh=
    [ -n "$over" ] || sleep 3
  done
}
keep_tunnel &
tunnel=$!
trap 'kill -USR2 "$tunnel" 2>/dev/null' EXIT
"""


def _tunnel(tunnel: Tunnel) -> str:
    host = f"[{tunnel.host}]" if ":" in tunnel.host else tunnel.host
    words = {"@PORT": str(tunnel.port), "@HOST": shlex.quote(host), "@GATEWAY": shlex.quote(tunnel.gateway)}
    return re.sub("|".join(words), lambda found: words[found[0]], _TUNNEL)


_WORKER = """\
worker= told= time_is_up=
tell() { told=1; [ -z "$worker" ] || kill -TERM "$worker" 2>/dev/null; }
trap tell TERM INT
trap 'time_is_up=1; tell' USR1
@COMMAND &
worker=$!
[ -z "$told" ] || tell
# A signal ends a wait, and not the worker. Where both come at once bash may lose the end of it, and wait for ever.
while kill -0 "$worker" 2>/dev/null; do
  if [ -z "$told" ]; then wait "$worker"; else sleep 0.2; fi
done
if [ -n "$told" ]; then
  trap : ALRM
  (sleep 2; kill -ALRM $$) >/dev/null 2>&1 &
fi
wait "$worker"
code=$?
[ "$code" != 142 ] || code=143

# 0: the study has ended. 2, 3: bad input, or no such study, which another try would not change.
if [ -n "$time_is_up" ] && [ "$code" != 0 ] && [ "$code" != 2 ] && [ "$code" != 3 ]; then
  echo "tune: the time of this task is up; it is queued again" >&2
  # By the task: the job id of an array's last task is that of the whole array.
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}" && exit 0
fi
exit "$code"
"""


def _worker(job: SlurmJob) -> str:
    words = [*job.program, "worker", "--study", job.study_name, "--workers", str(max(1, job.gpus))]
    words += ["--device", "gpu" if job.gpus else "cpu", *job.options]
    return _WORKER.replace("@COMMAND", shlex.join(words))
