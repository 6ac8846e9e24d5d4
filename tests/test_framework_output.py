"""TensorFlow says nothing on stderr, in whichever process and whoever imports it, but where it cannot be loaded."""

import os
import subprocess
import sys
from pathlib import Path

SAYS = "import os\nos.write(2, b'chatter of a library\\n')\n"


def imported(folder: Path, package: str, then: str = "") -> subprocess.CompletedProcess[str]:
    """A process in which a package called tensorflow is imported after `keep_quiet`."""
    (folder / "tensorflow").mkdir()
    (folder / "tensorflow" / "__init__.py").write_text(package)
    code = f"from tuner.framework_output import keep_quiet\nkeep_quiet()\nimport tensorflow\n{then}"
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=120)


def test_what_it_says_as_it_is_loaded_is_not_shown_and_what_is_said_afterwards_is(tmp_path: Path) -> None:
    done = imported(tmp_path, SAYS, "import sys\nprint('a word of mine', file=sys.stderr)")
    assert (done.returncode, done.stderr) == (0, "a word of mine\n")


def test_where_it_cannot_be_loaded_what_it_said_is_shown_with_the_error(tmp_path: Path) -> None:
    done = imported(tmp_path, f"{SAYS}raise ImportError('no such library')")
    assert done.returncode == 1
    assert done.stderr.startswith("chatter of a library\nTraceback")
    assert done.stderr.endswith("ImportError: no such library\n")


def test_the_module_is_as_if_nobody_had_looked(tmp_path: Path) -> None:
    shown = "print(type(tensorflow.__loader__).__name__, type(tensorflow.__spec__.loader).__name__)"
    assert imported(tmp_path, SAYS, shown).stdout == "SourceFileLoader SourceFileLoader\n"


def test_the_real_one_computes_without_a_word() -> None:
    code = (
        "from tuner.framework_output import keep_quiet\nkeep_quiet()\nimport keras, tensorflow as tf\n"
        "tf.function(lambda each: each @ each, jit_compile=True)(tf.ones((3, 3)))\n"
        "keras.Sequential([keras.layers.Dense(3)]).predict(tf.ones((3, 3)), verbose=0)"
    )
    environment = {name: each for name, each in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
