"""Training one Keras model on one device."""
