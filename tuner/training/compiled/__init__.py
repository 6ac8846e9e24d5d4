"""Epochs as compiled programs, on TensorFlow and on JAX."""
