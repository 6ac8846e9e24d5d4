"""The device as this process uses it: threads, memory, precision and graph rewriting, set before the first tensor.

Owns: what has to be said to the framework before it starts, and between two models.
Leaves to others: which device (the environment of the process, set by whoever starts the worker).
"""

import keras
import tensorflow as tf


def prepare(threads: int, memory_mib: int = 0, mixed_precision: bool = False) -> None:
    """Limit CPU threads and GPU memory (0 leaves the framework's choice); take GPU memory only as it is needed.

    mixed_precision: compute in float16 and keep weights in float32; not done without a GPU, where it is slower.
    """
    if threads > 0:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        if memory_mib > 0:
            # Growth below a limit comes from the environment: TensorFlow takes only one of the two from here.
            limit = tf.config.LogicalDeviceConfiguration(memory_limit=memory_mib)
            tf.config.set_logical_device_configuration(gpu, [limit])
        else:
            tf.config.experimental.set_memory_growth(gpu, True)
    if gpus and mixed_precision:
        keras.mixed_precision.set_global_policy("mixed_float16")
    if not gpus:
        # Fusing a matrix product with its bias and activation costs small networks 4 to 8% of a step on a CPU.
        tf.config.optimizer.set_experimental_options({"remapping": False})


def forget() -> None:
    """Let go of what trained models leave behind in the process - names, graphs, kernels; the precision stays.

    Without it every trial adds most of a MiB.
    """
    policy = keras.mixed_precision.dtype_policy()
    keras.backend.clear_session()
    keras.mixed_precision.set_global_policy(policy)
