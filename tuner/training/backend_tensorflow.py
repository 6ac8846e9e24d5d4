"""TensorFlow as this process uses it: threads, memory, precision and graph rewriting."""

import contextlib

import tensorflow as tf

room_bytes = 0
"""What this process may use of its GPU's memory, as it was told; 0 where it was not."""


def prepare(threads: int, memory_mib: int, mixed_precision: bool, room_mib: int = 0) -> str | None:
    """As `backend.prepare` says. Gives the precision that the device is to have, where it is not Keras' own."""
    global room_bytes
    room_bytes = (memory_mib or room_mib) << 20
    if threads > 0:
        # In a process that has used TensorFlow already, it keeps the threads that it has.
        with contextlib.suppress(RuntimeError):
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
    if not gpus:
        # Fusing a matrix product with its bias and activation costs small networks 4 to 8% of a step on a CPU.
        tf.config.optimizer.set_experimental_options({"remapping": False})
    return "mixed_float16" if gpus and mixed_precision else None
