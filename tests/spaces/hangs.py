"""A space of three networks, one of which never ends its second epoch."""

import threading

import keras

from tuner import Training


class Forever(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            threading.Event().wait()


def space(trial):
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    hangs = trial.suggest_int("which", 0, 2) == 1
    return Training(model, epochs=3, batch_size=256, callbacks=[Forever()] if hangs else [])
