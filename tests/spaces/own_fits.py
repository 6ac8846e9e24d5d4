"""HyperModels whose `fit` gives the network other rows, or other targets, than it was given."""

import keras
import keras_tuner


def classifier(shape, width=16, **compiled):
    layers = [keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(width, activation="relu")]
    model = keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])
    model.compile(
        **{"optimizer": "adam", "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"], **compiled}
    )
    return model


class Crops(keras_tuner.HyperModel):
    """As KerasTuner's guide tunes the preprocessing of images."""

    def build(self, hp):
        size = hp.Int("image_size", 6, 8)
        return classifier((size, size, 1))

    def fit(self, hp, model, x, y, validation_data=None, **kwargs):
        size = hp.get("image_size")
        if validation_data:
            validation_data = (validation_data[0][:, :size, :size, :], validation_data[1])
        return model.fit(x[:, :size, :size, :], y, validation_data=validation_data, **kwargs)


class CropsLater(Crops):
    """Its network knows the shape of its rows only when it sees them."""

    def build(self, hp):
        hp.Int("image_size", 6, 7)
        layers = [keras.layers.Flatten(), keras.layers.Dense(10), keras.layers.Softmax()]
        model = keras.Sequential(layers)
        model.compile(keras.optimizers.Adam(0.01), "categorical_crossentropy", metrics=["accuracy"])
        return model


class Scales(keras_tuner.HyperModel):
    """Rows of the same shape, and not the same."""

    def build(self, hp):
        return classifier((8, 8, 1), hp.Int("width", 32, 64), optimizer=keras.optimizers.Adam(0.01))

    def fit(self, hp, model, x, y, validation_data, **kwargs):
        return model.fit(8 - x, y, validation_data=(8 - validation_data[0], validation_data[1]), **kwargs)


class Autoencoder(keras_tuner.HyperModel):
    def build(self, hp):
        layers = [keras.layers.Flatten(), keras.layers.Dense(hp.Int("code", 4, 16), activation="relu")]
        model = keras.Sequential(
            [keras.Input((8, 8, 1)), *layers, keras.layers.Dense(64), keras.layers.Reshape((8, 8, 1))]
        )
        model.compile("adam", loss="mse")
        return model

    def fit(self, hp, model, x, y, validation_data, **kwargs):
        return model.fit(x, x, validation_data=(validation_data[0], validation_data[0]), **kwargs)


class Flat(keras_tuner.HyperModel):
    """As many outputs as there are classes, by chance: it learns the sums of rows of pixels."""

    def build(self, hp):
        layers = [keras.layers.Flatten(), keras.layers.Dense(hp.Int("code", 4, 16), activation="relu")]
        model = keras.Sequential([keras.Input((8, 8, 1)), *layers, keras.layers.Dense(10)])
        model.compile("adam", loss="mse")
        return model

    def fit(self, hp, model, x, y, validation_data, **kwargs):
        def sums(rows):
            return rows.reshape(len(rows), -1)[:, :10]

        return model.fit(x, sums(x), validation_data=(validation_data[0], sums(validation_data[0])), **kwargs)


class Two(keras_tuner.HyperModel):
    """Two outputs, each with targets that its fit makes."""

    def build(self, hp):
        rows = keras.Input((8, 8, 1))
        hidden = keras.layers.Dense(hp.Int("width", 8, 32), activation="relu")(keras.layers.Flatten()(rows))
        digit = keras.layers.Dense(10, activation="softmax", name="digit")(hidden)
        large = keras.layers.Dense(1, activation="sigmoid", name="large")(hidden)
        model = keras.Model(rows, [digit, large])
        losses = {"digit": "sparse_categorical_crossentropy", "large": "binary_crossentropy"}
        model.compile("adam", loss=losses, metrics={"digit": ["accuracy"]})
        return model

    def fit(self, hp, model, x, y, validation_data, **kwargs):
        def both(y):
            labels = y if y.ndim == 1 else y.argmax(axis=1)
            return {"digit": labels, "large": (labels >= 5).astype("float32").reshape(-1, 1)}

        held, targets = validation_data
        return model.fit(x, both(y), validation_data=(held, both(targets)), **kwargs)
