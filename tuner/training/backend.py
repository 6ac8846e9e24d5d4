"""The device as this process uses it: threads and memory, set before the first tensor.

Owns: what has to be said to the framework before it starts.
Leaves to others: which device (the environment of the process, set by whoever starts the worker).
"""

import tensorflow as tf


def prepare(threads: int) -> None:
    """Limit CPU threads (0 leaves the framework's choice), and take GPU memory only as it is needed."""
    if threads > 0:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
