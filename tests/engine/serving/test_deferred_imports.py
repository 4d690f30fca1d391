"""Serving runs without TensorFlow, and a component that needs it still gets it."""

from __future__ import annotations

import ast
import subprocess
import sys

from tests.paths import ROOT

HEAVY = ("tensorflow", "matplotlib", "dask.core", "scipy.stats")
LOADED = f"print(sorted(name for name in {HEAVY} if name in sys.modules))"


def run(*lines: str) -> str:
    script = "\n".join(["import sys", "import engine.serving", *lines, LOADED])
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()[-1]


def test_a_whole_turn_needs_neither_tensorflow_nor_matplotlib_nor_dask() -> None:
    assert (
        run(
            "import asyncio, inspect, warnings",
            "from rasa.core.utils import AvailableEndpoints",
            "from engine.serving import server",
            "from engine.serving.agent import load_serving_agent",
            "from engine.serving.local_actions import LocalActionEndpoint",
            "endpoints = AvailableEndpoints(action=LocalActionEndpoint('actions'))",
            "agent = load_serving_agent('models/uwallet.tar.gz', endpoints, None)",
            "answers = asyncio.run(agent.handle_text('/forgot_password'))",
            "assert len(answers) == 2, answers",
        )
        == "[]"
    )


def test_importing_again_and_looking_at_all_modules_loads_nothing() -> None:
    assert (
        run(
            "import rasa.utils.train_utils",
            "import rasa.utils.train_utils",
            "import inspect",
            "inspect.getmodule(inspect.currentframe())",
            "[hasattr(module, '__file__') for module in list(sys.modules.values())]",
        )
        == "[]"
    )


def test_what_is_used_is_loaded() -> None:
    # What TensorFlow itself imports of scipy depends on what else is installed.
    loaded = ast.literal_eval(
        run(
            "import rasa.utils.train_utils",
            "import numpy",
            "assert rasa.utils.train_utils.rank_and_mask(numpy.array([0.2, 0.8]))[0].tolist() == [1, 0]",
            "import dask",
            "assert dask.get({'a': 1}, ['a']) == (1,)",
            "import importlib",
            "assert type(importlib.import_module('rasa.utils.train_utils')).__name__ == 'module'",
        )
    )
    assert {"dask.core", "tensorflow"} <= set(loaded)


def test_a_deferred_function_and_a_package_inside_a_deferred_one_work() -> None:
    assert run(
        "from sklearn.model_selection import train_test_split",
        "assert 'scipy.stats' not in sys.modules",
        "assert len(train_test_split([1, 2, 3, 4])) == 2",
        "from sklearn.model_selection import StratifiedKFold",
        "import sklearn.svm",
        "assert sklearn.svm.LinearSVC and sklearn.__version__",
    ).endswith("'scipy.stats']")


def test_what_is_not_installed_is_said_when_it_is_used() -> None:
    assert (
        run(
            "from engine.serving import deferred_imports",
            "deferred_imports.DEFERRED['not_installed'] = ()",
            "import not_installed",
            "try:",
            "    not_installed.something",
            "except ModuleNotFoundError as error:",
            "    assert 'not_installed is not in requirements/serve.txt' in str(error)",
            "else:",
            "    raise AssertionError",
        )
        == "[]"
    )
