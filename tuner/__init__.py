"""Hyperparameter tuning for Keras."""
