"""A hypermodel whose epochs take a tenth of a second and more, in the style of KerasTuner's guide."""

import time

import keras
import keras_tuner


class Slow(keras_tuner.HyperModel):
    def build(self, hp):
        model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
        model.compile(
            optimizer=keras.optimizers.Adam(hp.Float("lr", 1e-3, 1e-1, sampling="log")),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        return model

    def fit(self, hp, model, x, y, callbacks=(), **kwargs):
        nap = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: time.sleep(0.1))
        return model.fit(x, y, callbacks=[nap, *callbacks], **kwargs)
