"""Spaces of functions `space(trial)`, in plain Optuna style: sequential, functional and subclassed models."""

import keras
import numpy as np
import optuna

from tuner import Training


def sequential(trial):
    model = keras.Sequential([keras.layers.Flatten()])
    for i in range(trial.suggest_int("layers", 1, 2)):
        model.add(keras.layers.Dense(trial.suggest_int(f"units_{i}", 16, 48, step=16), activation="relu"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    rate = trial.suggest_float("lr", 1e-3, 1e-1, log=True)
    model.compile(optimizer=keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def functional(trial, data):
    """Also told of the data; two ways through the network, one-hot targets."""
    inputs = keras.Input(data.input_shape)
    x = keras.layers.Flatten()(inputs)
    a = keras.layers.Dense(trial.suggest_categorical("units", [16, 32]), activation="relu")(x)
    outputs = keras.layers.Dense(data.outputs)(keras.layers.Concatenate()([a, x]))
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="adam", loss=keras.losses.CategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


class Net(keras.Model):
    """Does not say how it is made again, so a .keras file of it cannot be loaded."""

    def __init__(self, first, **kwargs):
        super().__init__(**kwargs)
        self.flatten = keras.layers.Flatten()
        self.first = first
        self.last = keras.layers.Dense(10, activation="softmax")

    def call(self, x):
        return self.last(self.first(self.flatten(x)))


class Named(keras.Model):
    """Its arguments are plain, so Keras can make it again - where this module is."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.flatten = keras.layers.Flatten()
        self.first = keras.layers.Dense(units, activation="relu")
        self.last = keras.layers.Dense(10, activation="softmax")

    def call(self, x):
        return self.last(self.first(self.flatten(x)))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Eager(Net):
    """Looks at its rows while it is called, so no graph can be made of it."""

    def call(self, x):
        return super().call(x / 16 if float(keras.ops.max(x)) > 1 else x)


def eager(trial):
    model = Eager(keras.layers.Dense(trial.suggest_int("units", 16, 32)))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=True)
    return model


def subclassed(trial):
    model = Net(keras.layers.Dense(trial.suggest_int("units", 16, 32)))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def subclassed_and_named(trial):
    model = Named(trial.suggest_int("units", 16, 32))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def with_its_own_training(trial):
    model = sequential(trial)
    return Training(
        model,
        epochs=trial.suggest_int("epochs", 2, 3),
        batch_size=trial.suggest_categorical("batch_size", [64, 128]),
        callbacks=[keras.callbacks.ReduceLROnPlateau(patience=1)],
    )


def reports_itself(trial):
    trial.report(0.5, 1)


def looks_at_the_trial(trial):
    """What scripts for Optuna also do with a trial."""
    units = trial.suggest_int("units", 8, 32)
    rate = trial.suggest_loguniform("rate", 1e-3, 1e-1)
    trial.set_user_attr("products", np.int64(64 * units))
    trial.set_user_attr("number", trial.number)
    if trial.user_attrs["products"] > 64 * 20:
        raise optuna.TrialPruned(f"{units} units are too many")
    return compiled_for(units, rate)


def compiled_for(units, rate):
    layers = [keras.layers.Flatten(), keras.layers.Dense(units), keras.layers.Dense(10, activation="softmax")]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
