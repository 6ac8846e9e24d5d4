"""KerasTuner's Hyperband, as its documentation shows it."""

import contextlib
import time

from benchmarks.peers import common


def main() -> None:
    options = common.arguments()
    import keras
    import keras_tuner

    log = common.Log(options.log, options.began)
    deadline = options.began + options.seconds - common.RESERVE_S
    (x, y), validation, test = common.rows()

    class Network(keras_tuner.HyperModel):
        def build(self, hp: keras_tuner.HyperParameters) -> keras.Model:
            layers = hp.Int("layers", 1, 5)
            return common.network(
                units=[hp.Int(f"units_{i}", 32, 512, sampling="log") for i in range(layers)],
                activation=hp.Choice("activation", common.ACTIVATIONS),
                initializer=hp.Choice("initializer", common.INITIALIZERS),
                optimizer=hp.Choice("optimizer", common.OPTIMIZERS),
                learning_rate=hp.Float("learning_rate", 1e-4, 1e-1, sampling="log"),
                dropout=hp.Float("dropout", 0.0, 0.5),
            )

        def fit(self, hp: keras_tuner.HyperParameters, model: keras.Model, *args: object, **kwargs: object) -> object:
            return model.fit(*args, batch_size=hp.Choice("batch_size", common.BATCH_SIZES), **kwargs)

    class Epochs(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            name = next(reversed(tuner.oracle.trials), "") if tuner.oracle.trials else ""
            log.epoch(name, epoch + 1, (logs or {})["val_accuracy"])
            if time.time() > deadline:
                # The one way to end a search by time; not an Exception, which a trial would swallow.
                raise KeyboardInterrupt

    tuner = keras_tuner.Hyperband(
        Network(),
        objective="val_accuracy",
        max_epochs=common.EPOCHS,
        factor=3,
        hyperband_iterations=1000,
        seed=options.seed,
        directory=".",
        project_name="keras_tuner",
    )
    with contextlib.suppress(KeyboardInterrupt):
        tuner.search(x, y, validation_data=validation, callbacks=[Epochs()], verbose=0)
    (model,) = tuner.get_best_models(1)
    (trial,) = tuner.oracle.get_best_trials(1)
    log.test(model.evaluate(*test, verbose=0)[1], float(trial.score))


if __name__ == "__main__":
    main()
