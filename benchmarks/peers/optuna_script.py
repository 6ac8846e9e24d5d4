"""One Optuna script: TPE, the Hyperband pruner, `fit`, MLflow's callback, one process."""

import time

from benchmarks.peers import common


def main() -> None:
    options = common.arguments()
    import keras
    import optuna
    from optuna_integration import KerasPruningCallback, MLflowCallback

    log = common.Log(options.log, options.began)
    deadline = options.began + options.seconds - common.RESERVE_S
    (x, y), validation, test = common.rows()
    best = {"value": 0.0}

    class Epochs(keras.callbacks.Callback):
        def __init__(self, trial: optuna.Trial) -> None:
            super().__init__()
            self.trial = trial

        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            log.epoch(str(self.trial.number), epoch + 1, (logs or {})["val_accuracy"])
            if time.time() > deadline:
                self.model.stop_training = True

    def objective(trial: optuna.Trial) -> float:
        keras.backend.clear_session()
        layers = trial.suggest_int("layers", 1, 5)
        model = common.network(
            units=[trial.suggest_int(f"units_{i}", 32, 512, log=True) for i in range(layers)],
            activation=trial.suggest_categorical("activation", common.ACTIVATIONS),
            initializer=trial.suggest_categorical("initializer", common.INITIALIZERS),
            optimizer=trial.suggest_categorical("optimizer", common.OPTIMIZERS),
            learning_rate=trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True),
            dropout=trial.suggest_float("dropout", 0.0, 0.5),
        )
        history = model.fit(
            x,
            y,
            batch_size=trial.suggest_categorical("batch_size", common.BATCH_SIZES),
            epochs=common.EPOCHS,
            validation_data=validation,
            callbacks=[Epochs(trial), KerasPruningCallback(trial, "val_accuracy")],
            verbose=0,
        )
        value = float(history.history["val_accuracy"][-1])
        if value > best["value"]:
            best["value"] = value
            model.save("best.keras")
        return value

    study = optuna.create_study(
        direction="maximize",
        storage="sqlite:///optuna.db",
        sampler=optuna.samplers.TPESampler(seed=options.seed),
        pruner=optuna.pruners.HyperbandPruner(min_resource=1, max_resource=common.EPOCHS, reduction_factor=3),
    )
    study.optimize(
        objective,
        timeout=deadline - time.time(),
        callbacks=[MLflowCallback(tracking_uri="sqlite:///mlflow.db", metric_name="val_accuracy")],
    )
    if best["value"]:
        log.test(keras.saving.load_model("best.keras").evaluate(*test, verbose=0)[1], best["value"])


if __name__ == "__main__":
    main()
