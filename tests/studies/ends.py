"""A process that is asked something and ends instead of answering: `python -m tests.studies.ends`."""

import json
import os
import signal
import sys

how = json.load(sys.stdin)["how"]
print("I0000 a chatty line of a framework", file=sys.stderr)
if how == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
if how == "crash":
    print("F0000 file.cc:1] Check failed: 1 == 2", file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGABRT)
if how == "bug":
    raise ValueError("a bug")
os._exit(7)
