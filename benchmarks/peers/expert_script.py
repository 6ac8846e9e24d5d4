"""What an expert writes: Optuna's TPE and successive halving, two processes on one study, and epochs without Python.

Rows lie on the device and are gathered there by a permutation an epoch, an epoch is one call (`steps_per_execution`),
each process has one thread, a trial stops when it stands still and keeps its best weights.
"""

import multiprocessing
import time
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.peers import common

PROCESSES = 2
STUDY, JOURNAL = "expert", "journal.log"
PATIENCE = 4


def main(first: Mapping[str, Any] | None = None) -> None:
    """first: what its first trial tries."""
    options = common.arguments()
    import optuna

    study = optuna.create_study(study_name=STUDY, storage=_storage(), direction="maximize")
    if first is not None:
        study.enqueue_trial(dict(first))
    others = [
        multiprocessing.get_context("spawn").Process(target=search, args=(options, place))
        for place in range(1, PROCESSES)
    ]
    for other in others:
        other.start()
    search(options, 0)
    for other in others:
        other.join()
        if other.exitcode:
            raise SystemExit(f"a process of the search ended with {other.exitcode}")
    import keras

    saved = {path: float(path.stem.partition("-")[2]) for path in Path.cwd().glob("best-*.keras")}
    if saved:
        path = max(saved, key=lambda each: saved[each])
        _, _, test = common.rows()
        accuracy = keras.saving.load_model(path).evaluate(*test, batch_size=1000, verbose=0)[1]
        common.Log(options.log, options.began).test(accuracy, saved[path])


def _storage() -> Any:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    return JournalStorage(JournalFileBackend(JOURNAL))


def batches(x: Any, y: Any, size: int, seed: int) -> Any:
    """Batches in a new order each epoch, of tensors that stay where they are; the last, incomplete one is left out."""
    import tensorflow as tf

    steps = len(x) // size

    def order(_: Any) -> Any:
        rows = tf.random.shuffle(tf.range(len(x)), seed=seed)[: steps * size]
        return tf.data.Dataset.from_tensor_slices(tf.reshape(rows, (steps, size)))

    indices = tf.data.Dataset.range(1).flat_map(order)
    gathered = indices.map(lambda at: (tf.gather(x, at), tf.gather(y, at)))
    return gathered.apply(tf.data.experimental.assert_cardinality(steps)).prefetch(2)


def search(options: Namespace, place: int) -> None:
    """What each of the processes does."""
    import keras
    import optuna
    import tensorflow as tf
    from optuna_integration import KerasPruningCallback

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    log = common.Log(options.log, options.began)
    deadline = options.began + options.seconds - common.RESERVE_S
    (x, y), validation, _ = common.rows()
    rows, labels = tf.constant(x), tf.constant(y)
    best = 0.0

    class Epochs(keras.callbacks.Callback):
        def __init__(self, trial: optuna.Trial) -> None:
            super().__init__()
            self.trial = trial

        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            log.epoch(str(self.trial.number), epoch + 1, float((logs or {})["val_accuracy"]))
            if time.time() > deadline:
                self.model.stop_training = True

    def objective(trial: optuna.Trial) -> float:
        nonlocal best
        keras.backend.clear_session(free_memory=False)
        layers = trial.suggest_int("layers", 1, 5)
        size = trial.suggest_categorical("batch_size", common.BATCH_SIZES)
        model = common.network(
            units=[trial.suggest_int(f"units_{i}", 32, 512, log=True) for i in range(layers)],
            activation=trial.suggest_categorical("activation", common.ACTIVATIONS),
            initializer=trial.suggest_categorical("initializer", common.INITIALIZERS),
            optimizer=trial.suggest_categorical("optimizer", common.OPTIMIZERS),
            learning_rate=trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True),
            dropout=trial.suggest_float("dropout", 0.0, 0.5),
            steps_per_execution=len(x) // size,
        )
        keep = keras.callbacks.EarlyStopping(
            "val_accuracy", mode="max", patience=PATIENCE, restore_best_weights=True, start_from_epoch=0
        )
        history = model.fit(
            batches(rows, labels, size, options.seed + trial.number),
            epochs=common.EPOCHS,
            validation_data=tf.data.Dataset.from_tensor_slices(validation).batch(1000).cache(),
            callbacks=[Epochs(trial), keep, KerasPruningCallback(trial, "val_accuracy")],
            verbose=0,
        )
        value = float(max(history.history["val_accuracy"]))
        if value > best:
            best = value
            model.save(f"best-{value:.6f}.keras")
        return value

    sampler = optuna.samplers.TPESampler(
        seed=PROCESSES * options.seed + place, multivariate=True, group=True, constant_liar=True
    )
    study = optuna.load_study(
        study_name=STUDY,
        storage=_storage(),
        sampler=sampler,
        pruner=optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3),
    )
    study.optimize(objective, timeout=deadline - time.time())


if __name__ == "__main__":
    main()
