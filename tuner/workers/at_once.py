"""How many networks a worker trains at once, and why.

Owns: the rule. Cohorts are programs of JAX. On a GPU one network leaves nearly all of it idle: in the time of one, a
hundred of the size of Lab 8-1 are trained. On two CPU cores company gains little, and costs memory: there they are
chosen by hand alone. (`benchmarks/cohort.py` there: eight networks of a person's dense code come to 0.8 times as many
epochs together as one by one, four to 1.3 times, four small convolutional ones to 1.5 times. Cohorts of Keras models
are not measured on a GPU.)
Leaves to others: which networks can be members (cohort.bucket, cohort.alike), training them (runs.together), the
framework (framework).
"""

from tuner.errors import InputError
from tuner.settings import MOST_MEMBERS

ON_A_GPU = 128


def at_once(wish: str, device: str, framework: str) -> int:
    """1 where each is trained after the other. wish: a number, "off", or "auto". device, framework: of the worker.

    Raises InputError for a wish that cannot be.
    """
    if wish not in ("auto", "off") and not (wish.isascii() and wish.isdecimal()):
        raise InputError(f"TUNER_COHORT={wish}: is auto, off, or a number of networks.")
    if why_not(wish, device, framework):
        return 1
    return ON_A_GPU if wish == "auto" else max(1, min(int(wish), MOST_MEMBERS))


def why_not(wish: str, device: str, framework: str) -> str:
    """In words, why a worker trains one network after the other; nothing where it trains several at once."""
    if wish == "off":
        return "--cohort off"
    if framework != "jax":
        return f"cohorts are programs of JAX, and Keras runs on {framework} here"
    if wish == "auto" and not device.startswith("gpu"):
        return "without a GPU cohorts gain little; --cohort N tries it"
    return ""
