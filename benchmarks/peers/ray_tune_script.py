"""Ray Tune's ASHA, two trials at once on two CPUs, a checkpoint an epoch."""

import os
import tempfile
import time
from pathlib import Path

from benchmarks.peers import common


def main() -> None:
    options = common.arguments()
    os.environ["RAY_TRAIN_ENABLE_V2_MIGRATION_WARNINGS"] = "0"
    import ray
    from ray import tune
    from ray.tune.schedulers import ASHAScheduler

    deadline = options.began + options.seconds - common.RESERVE_S
    log_path, began = str(options.log.resolve()), options.began

    def train(config: dict[str, object]) -> None:
        import keras

        keras.utils.set_random_seed(options.seed)
        log = common.Log(Path(log_path), began)
        trial = tune.get_context().get_trial_id()
        (x, y), validation, _ = common.rows()

        class Report(keras.callbacks.Callback):
            def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
                value = (logs or {})["val_accuracy"]
                log.epoch(trial, epoch + 1, value)
                with tempfile.TemporaryDirectory() as folder:
                    self.model.save(Path(folder) / "model.keras")
                    tune.report({"val_accuracy": value}, checkpoint=tune.Checkpoint.from_directory(folder))

        model = common.network(
            units=[config[f"units_{i}"] for i in range(config["layers"])],  # type: ignore[misc, call-overload]
            activation=config["activation"],  # type: ignore[arg-type]
            initializer=config["initializer"],  # type: ignore[arg-type]
            optimizer=config["optimizer"],  # type: ignore[arg-type]
            learning_rate=config["learning_rate"],  # type: ignore[arg-type]
            dropout=config["dropout"],  # type: ignore[arg-type]
        )
        model.fit(
            x, y, batch_size=config["batch_size"], epochs=common.EPOCHS, validation_data=validation,
            callbacks=[Report()], verbose=0,
        )  # fmt: skip

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, _node_ip_address="127.0.0.1")
    results = tune.Tuner(
        tune.with_resources(train, {"cpu": 1}),
        param_space={
            "layers": tune.randint(1, 6),
            **{f"units_{i}": tune.lograndint(32, 513) for i in range(5)},
            "activation": tune.choice(common.ACTIVATIONS),
            "initializer": tune.choice(common.INITIALIZERS),
            "optimizer": tune.choice(common.OPTIMIZERS),
            "learning_rate": tune.loguniform(1e-4, 1e-1),
            "dropout": tune.uniform(0.0, 0.5),
            "batch_size": tune.choice(common.BATCH_SIZES),
        },
        tune_config=tune.TuneConfig(
            metric="val_accuracy",
            mode="max",
            scheduler=ASHAScheduler(max_t=common.EPOCHS, grace_period=1, reduction_factor=3),
            num_samples=-1,
            time_budget_s=deadline - time.time(),
            search_alg=tune.search.basic_variant.BasicVariantGenerator(random_state=options.seed),
        ),
        run_config=tune.RunConfig(
            name="ray_tune",
            storage_path=str(Path.cwd()),
            verbose=0,
            checkpoint_config=tune.CheckpointConfig(
                num_to_keep=1, checkpoint_score_attribute="val_accuracy", checkpoint_score_order="max"
            ),
        ),
    ).fit()
    best = results.get_best_result("val_accuracy", "max", scope="all")
    import keras

    _, _, test = common.rows()
    (checkpoint, metrics) = max(best.best_checkpoints, key=lambda each: each[1]["val_accuracy"])
    with checkpoint.as_directory() as folder:
        accuracy = keras.saving.load_model(Path(folder) / "model.keras").evaluate(*test, verbose=0)[1]
    common.Log(options.log, began).test(accuracy, metrics["val_accuracy"])
    ray.shutdown()


if __name__ == "__main__":
    main()
