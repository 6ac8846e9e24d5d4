"""Hypermodels in the style of KerasTuner's getting-started guide: each is a person's file, taken as it is.

8 x 8 digits in ten classes; nothing here knows this project.
"""

import keras
import keras_tuner
import numpy as np


def compiled(model: keras.Model, rate: float = 0.01) -> keras.Model:
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def build_model(hp):
    """One layer, then a number of layers with names made in a loop."""
    model = keras.Sequential()
    model.add(keras.layers.Flatten())
    for i in range(hp.Int("num_layers", 1, 3)):
        model.add(
            keras.layers.Dense(
                units=hp.Int(f"units_{i}", min_value=16, max_value=48, step=16),
                activation=hp.Choice("activation", ["relu", "tanh"]),
            )
        )
    if hp.Boolean("dropout"):
        model.add(keras.layers.Dropout(rate=0.25))
    model.add(keras.layers.Dense(10, activation="softmax"))
    return compiled(model, hp.Float("lr", min_value=1e-3, max_value=1e-1, sampling="log", default=1e-2))


def call_existing_code(units, activation):
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(units, activation=activation)])
    model.add(keras.layers.Dense(10, activation="softmax"))
    return compiled(model)


def build_from_existing(hp):
    """hp first, then a plain function."""
    units = hp.Int("units", min_value=16, max_value=48, step=16)
    return call_existing_code(units, hp.Choice("activation", ["relu", "tanh"]))


class TunedFit(keras_tuner.HyperModel):
    """Tunes an argument of fit."""

    def build(self, hp):
        return build_from_existing(hp)

    def fit(self, hp, model, *args, **kwargs):
        return model.fit(*args, shuffle=hp.Boolean("shuffle"), **kwargs)


class TunedData(keras_tuner.HyperModel):
    """Tunes what is done to the data, and the batch size."""

    def build(self, hp):
        return build_from_existing(hp)

    def fit(self, hp, model, x, y, **kwargs):
        if hp.Boolean("scale", default=True):
            x = x / 16
        return model.fit(x, y, batch_size=hp.Choice("batch_size", [64, 128]), **kwargs)


class OwnMetric(keras_tuner.HyperModel):
    """Gives a dictionary, one of whose entries is the objective; nothing else measures that."""

    def build(self, hp):
        return build_from_existing(hp)

    def fit(self, hp, model, x, y, validation_data, **kwargs):
        model.fit(x, y, verbose=0, **kwargs)
        x_val, y_val = validation_data
        wrong = np.mean(np.argmax(model.predict(x_val, verbose=0), axis=1) != y_val)
        return {"wrong": wrong, "half_wrong": wrong / 2}


class OneNumber(keras_tuner.HyperModel):
    """Gives a number, which is the objective; its model is not even compiled."""

    def build(self, hp):
        return keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(hp.Int("units", 4, 8))])

    def fit(self, hp, model, x, y, validation_data, callbacks=None, **kwargs):
        return float(np.mean(model(x[:32]) ** 2))


class OwnLoop(keras_tuner.HyperModel):
    """A training loop of its own, which tells its callbacks by hand."""

    def build(self, hp):
        units = hp.Int("units", 16, 48, step=16)
        return keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(units), keras.layers.Dense(10)])

    def fit(self, hp, model, x, y, validation_data, callbacks=None, **kwargs):
        batch_size = hp.Int("batch_size", 64, 128, step=64, default=64)
        optimizer = keras.optimizers.Adam(hp.Float("lr", 1e-3, 1e-1, sampling="log", default=1e-2))
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        import tensorflow as tf

        for callback in callbacks:
            callback.set_model(model)
        best = float("inf")
        x_val, y_val = validation_data
        for epoch in range(4):
            for start in range(0, len(x), batch_size):
                with tf.GradientTape() as tape:
                    value = loss(y[start : start + batch_size], model(x[start : start + batch_size]))
                gradients = tape.gradient(value, model.trainable_weights)
                optimizer.apply_gradients(zip(gradients, model.trainable_weights, strict=True))
            epoch_loss = float(loss(y_val, model(x_val)))
            for callback in callbacks:
                callback.on_epoch_end(epoch, logs={"my_metric": epoch_loss})
            best = min(best, epoch_loss)
        return best


class Shapes(keras_tuner.HyperModel):
    """Asks in scopes: one model or the other. Takes what it must know of the data."""

    def __init__(self, num_classes, **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes

    def build(self, hp):
        model = keras.Sequential([keras.Input((8, 8, 1))])
        kind = hp.Choice("model_type", ["mlp", "cnn"])
        with hp.conditional_scope("model_type", ["mlp"]):
            if kind == "mlp":
                model.add(keras.layers.Flatten())
                model.add(keras.layers.Dense(hp.Int("width", 16, 32, step=16), activation="relu"))
        with hp.conditional_scope("model_type", ["cnn"]), hp.name_scope("cnn"):
            filters = hp.Choice("width", [4, 8])
            if kind == "cnn":
                model.add(keras.layers.Conv2D(filters, 3, activation="relu"))
                model.add(keras.layers.GlobalAveragePooling2D())
        model.add(keras.layers.Dense(self.num_classes, activation="softmax"))
        return compiled(model)


not_tunable = TunedFit(name="fixed", tunable=False)


def one_name_two_domains(hp):
    """KerasTuner tells a name under two conditions apart; as one name, Optuna would refuse the second."""
    kind = hp.Choice("kind", ["small", "large"])
    small = hp.Choice("units", [8, 16], parent_name="kind", parent_values=["small"])
    large = hp.Choice("units", [32, 64], parent_name="kind", parent_values=["large"])
    return call_existing_code(small if kind == "small" else large, "relu")


def refuses(hp):
    if hp.Int("units", 8, 64, step=8) > 0:
        raise keras_tuner.errors.FailedTrialError("too large for this house")


def breaks(hp):
    return call_existing_code(hp.Int("units", 8, 64), "no_such_activation")


def uncompiled(hp):
    return keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(hp.Int("units", 8, 64))])


def returns_nothing(hp):
    hp.Int("units", 8, 64)


def too_few_outputs(hp):
    return compiled(keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(hp.Int("units", 4, 6))]))


def without_accuracy(hp):
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="sgd")
    return model


def prints_and_leaves(hp):
    raise SystemExit(3)


def log_with_step(hp):
    return call_existing_code(hp.Int("units", 2, 32, step=2, sampling="log"), "relu")
