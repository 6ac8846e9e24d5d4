"""From a configuration of a family to a compiled Keras model."""
