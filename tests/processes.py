"""Processes of their own for tests, each with connections and locks of its own, that need not import everything anew.

They are forked from one that has imported what takes long and has done nothing else: it has neither threads nor
connections.
"""

import multiprocessing

forking = multiprocessing.get_context("forkserver")
forking.set_forkserver_preload(["psycopg", "pytest", "optuna", "optuna.storages", "tuner.studies.status"])
