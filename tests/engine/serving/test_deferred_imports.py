"""Serving runs without TensorFlow, and a component that needs it still gets it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import rasa.core.channels
from rasa.core.channels import BUILTIN_CHANNELS

from engine.serving.deferred_imports import CHANNELS
from tests.paths import ROOT

HEAVY = (
    *("aiogram", "apscheduler", "boto3.session", "cn2an", "cryptography.x509", "dask.core", "h5py.h5", "matplotlib"),
    *("pymongo.mongo_client", "questionary", "scipy.linalg", "scipy.stats", "setuptools"),
    *("slack_sdk", "tensorflow", "twilio.rest", "typer", "webexteamssdk"),
)
# Prepares Rasa once; each test then runs in a copy of this process, in which nothing else has been imported.
PREPARED = """
import json, os, sys, traceback
import engine.serving

for line in sys.stdin:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        status = 1
        try:
            exec(json.loads(line), {"__name__": "__main__", "sys": sys})
            sys.stdout.flush()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(writing)
    with open(reading, encoding="utf-8") as output:
        printed = output.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps([status, printed]), flush=True)
"""
LOADED = f"print(sorted(name for name in {HEAVY} if name in sys.modules))"


class Prepared:
    """The process, while these tests run."""

    process: subprocess.Popen[str]


@pytest.fixture(scope="module", autouse=True)
def _prepared() -> Iterator[None]:
    Prepared.process = subprocess.Popen(
        [sys.executable, "-c", PREPARED], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield
    Prepared.process.communicate()


def run(*lines: str) -> str:
    requests, answers = Prepared.process.stdin, Prepared.process.stdout
    assert requests
    assert answers
    requests.write(json.dumps("\n".join([*lines, LOADED])) + "\n")
    requests.flush()
    status, printed = json.loads(answers.readline())
    assert status == 0, printed
    return str(printed).splitlines()[-1]


def test_a_whole_turn_needs_nothing_heavy() -> None:
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


@pytest.mark.parametrize("module", CHANNELS)
def test_a_channel_is_known_by_its_name_before_it_is_imported(module: str) -> None:
    name, channel = CHANNELS[module]
    assert BUILTIN_CHANNELS[channel].name() == channel
    # Read rather than imported, as the platforms' libraries are optional.
    source = (Path(rasa.core.channels.__file__).parent / f"{module}.py").read_text(encoding="utf-8")
    body = ast.parse(source).body
    constants = {ast.unparse(node.targets[0]): ast.unparse(node.value) for node in body if isinstance(node, ast.Assign)}
    (found,) = (node for node in body if isinstance(node, ast.ClassDef) and node.name == name)
    (method,) = (node for node in found.body if isinstance(node, ast.FunctionDef) and node.name == "name")
    returned = ast.unparse(method.body[-1]).removeprefix("return ")
    assert constants.get(returned, returned) == repr(channel)


def test_all_channels_but_those_of_rest_wait() -> None:
    assert set(BUILTIN_CHANNELS) - {channel for _, channel in CHANNELS.values()} == {"rest", "callback"}


def test_a_stand_in_can_be_asked_and_inherited_from() -> None:
    assert (
        run(
            "from rasa.core.channels import BUILTIN_CHANNELS, RasaChatInput",
            "assert type(RasaChatInput) is not type",
            "class Own(RasaChatInput): pass",
            "from rasa.core.channels.rasa_chat import RasaChatInput as Real",
            "assert type(Real) is type and Own.__mro__[1] is Real",
            "assert isinstance(Own('http://x'), RasaChatInput) and issubclass(Own, RasaChatInput)",
            "assert type(BUILTIN_CHANNELS['rasa'].from_credentials({'url': 'http://x'})) is Real",
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
    loaded = ast.literal_eval(
        run(
            "import rasa.utils.plotting",
            "assert callable(rasa.utils.plotting.plot_curve)",
            "import dask",
            "assert dask.get({'a': 1}, ['a']) == (1,)",
            "import importlib",
            "assert type(importlib.import_module('rasa.utils.plotting')).__name__ == 'module'",
        )
    )
    assert {"dask.core", "matplotlib"} <= set(loaded)


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
            "    assert 'not_installed is not installed: requirements/integrations.txt has' in str(error)",
            "else:",
            "    raise AssertionError",
        )
        == "[]"
    )


def test_errors_of_what_is_not_installed_can_be_named() -> None:
    # As Rasa does wherever it opens a store or a broker.
    assert (
        run(
            "from botocore.exceptions import BotoCoreError",
            "import pymongo.errors, aio_pika.exceptions, aiormq",
            "named = (pymongo.errors.ConnectionFailure, aio_pika.exceptions.AMQPConnectionError)",
            "named += (aiormq.exceptions.ChannelNotFoundEntity, *aio_pika.exceptions.CONNECTION_EXCEPTIONS)",
            "assert all(issubclass(error, Exception) for error in named)",
            "try:",
            "    raise ValueError",
            "except named:",
            "    raise AssertionError",
            "except ValueError:",
            "    pass",
        )
        == "[]"
    )


def test_a_component_that_needs_tensorflow_says_where_there_is_one() -> None:
    lines = [
        "from engine.commands import prepare_rasa",
        "prepare_rasa()",
        "import rasa.engine.recipes.default_recipe",
        "from rasa.shared.exceptions import RasaException",
        "recipe = rasa.engine.recipes.default_recipe.DefaultV1Recipe()",
        "pipeline, policies = [{'name': name} for name in configured], [{'name': 'RulePolicy'}]",
        "said = ''",
        "try:",
        "    recipe.graph_config_for_recipe({'language': 'zh', 'pipeline': pipeline, 'policies': policies}, {})",
        "except RasaException as error:",
        "    said = str(error)",
        "assert said.startswith(expected) if expected else not said, said",
        "assert not expected or '.venv-peers' in said",
    ]
    run("configured, expected = ['WhitespaceTokenizer', 'CountVectorsFeaturizer'], ''", *lines)
    for name in ("DIETClassifier", "rasa.nlu.classifiers.diet_classifier.DIETClassifier"):
        pipeline = ["WhitespaceTokenizer", "CountVectorsFeaturizer", name]
        run(f"configured, expected = {pipeline}, 'DIETClassifier needs TensorFlow'", *lines)
