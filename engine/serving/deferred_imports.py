"""Puts off imports that serving does not need, first of all TensorFlow's."""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Iterable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

# Rasa's channels by the names that credentials.yml knows them by. Rasa imports each of them with the libraries of its
# platform: half a second and 40 MB.
CHANNELS: dict[str, tuple[str, str]] = {
    "botframework": ("BotFrameworkInput", "botframework"),
    "console": ("CmdlineInput", "cmdline"),
    "facebook": ("FacebookInput", "facebook"),
    "hangouts": ("HangoutsInput", "hangouts"),
    "mattermost": ("MattermostInput", "mattermost"),
    "rasa_chat": ("RasaChatInput", "rasa"),
    "rocketchat": ("RocketChatInput", "rocketchat"),
    "slack": ("SlackInput", "slack"),
    "socketio": ("SocketIOInput", "socketio"),
    "telegram": ("TelegramInput", "telegram"),
    "twilio": ("TwilioInput", "twilio"),
    "twilio_voice": ("TwilioVoiceInput", "twilio_voice"),
    "webexteams": ("WebexTeamsInput", "webexteams"),
}

# Modules that are imported and then used only in functions that serving does not call. The import runs when one of
# their attributes is first read, so nothing that does need them breaks. The names beside a module are those that others
# import from it (`from x import f`): they get a stand-in, and the import runs when that is first used.
DEFERRED: dict[str, tuple[str, ...]] = {
    **{f"rasa.core.channels.{module}": (name,) for module, (name, _) in CHANNELS.items()},
    "rasa.core.brokers.pika": ("PikaEventBroker",),  # brings RabbitMQ's library
    "rasa.core.jobs": (),  # for reminders and model servers; brings apscheduler
    "rasa.utils.train_utils": (),  # for every entity extractor; brings TensorFlow: 350 MB and seconds
    "rasa.utils.plotting": (),  # for `rasa.nlu.test`, which the server imports; brings matplotlib
    "aio_pika": (),  # for the event broker RabbitMQ; its errors are named where any broker is made
    "aio_pika.exceptions": (),
    "aiormq": (),
    "aiormq.exceptions": (),
    "boto3": (),  # for the tracker store DynamoDB
    "boto3.dynamodb": (),
    "boto3.dynamodb.conditions": ("Key",),
    "botocore": (),
    "botocore.exceptions": ("BotoCoreError",),
    "dask": (),  # runs the graph in Rasa; here engine.serving.graph_runner does
    "h5py": (),  # for thinc's models of Keras
    "jwt": (),  # for servers that ask for tokens; brings cryptography's certificates
    "numpy.f2py": (),  # wraps Fortran; numpy names it to `import *`, which scipy does
    "packaging.requirements": ("Requirement",),  # for spaCy's packages
    "portalocker.redis": ("RedisLock",),  # for locks between machines
    "pymongo": (),  # for the tracker store MongoDB
    "pymongo.collection": ("Collection",),
    "pymongo.errors": (),
    "requests": (),  # for telemetry
    "rich": (),  # for stacks printed by structlog
    "rich.console": ("Console",),
    "rich.traceback": ("Traceback",),
    "scipy.sparse.csgraph": (),  # graphs; brings scipy's linear algebra
    "structlog_sentry": ("SentryProcessor",),  # for Rasa's own logs; brings Sentry's client
    "tensorflow": (),  # for neural networks
    "sklearn": (),  # for data of neural networks, by the name below; brings scipy.stats: 35 MB
    "sklearn.model_selection": ("train_test_split",),
    "spacy.cli": (),  # spaCy's command line, for one function; brings jinja2, typer and weasel
    "spacy.cli.info": ("info",),
}


# Rasa's components that bring TensorFlow; its registry and its validator of configurations import them.
NEURAL: dict[str, tuple[str, ...]] = {
    "rasa.core.policies.ted_policy": ("TEDPolicy",),
    "rasa.core.policies.unexpected_intent_policy": ("UnexpecTEDIntentPolicy",),
    "rasa.nlu.classifiers.diet_classifier": ("DIETClassifier",),
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": ("ConveRTFeaturizer",),
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": ("LanguageModelFeaturizer",),
    "rasa.nlu.selectors.response_selector": ("ResponseSelector",),
}


# Modules of errors that Rasa names wherever it opens a store or a broker. Of libraries that are not installed there
# are no errors, so names of theirs stand for some that nobody raises.
_ERRORS = frozenset({"aio_pika.exceptions", "aiormq.exceptions", "botocore.exceptions", "pymongo.errors"})

_HAS_TENSORFLOW = PathFinder.find_spec("tensorflow") is not None
# The environment that has TensorFlow; see the Makefile.
_PEERS = ".venv-peers"


def _needs_tensorflow(component: str) -> Exception:
    from rasa.shared.exceptions import RasaException  # noqa: PLC0415 - Rasa is imported after this module

    error: Exception = RasaException(
        f"{component} needs TensorFlow, which this environment does not have. The environment of the "
        f"peers has it, on Python 3.10: `make setup-peers`, then `{_PEERS}/bin/rasa train`."
    )
    return error


class _DeferredModule(ModuleType):
    """Becomes the real module when something that it does not have yet is read.

    importlib's own LazyLoader loads the module already when it is imported a second time, because Python then reads
    its `__spec__`.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            # Asked for by those who walk through all modules, such as `inspect` and `warnings`.
            raise AttributeError(name)
        if f"{self.__name__}.{name}" in DEFERRED:
            return importlib.import_module(f"{self.__name__}.{name}")
        if self.__name__ in _ERRORS and not _is_installed(self):
            return () if name.isupper() else type(name, (Exception,), {})
        if name in DEFERRED[self.__name__]:
            return _stand_in(self, name)
        _load(self)
        return getattr(self, name)


class _StandIn:
    """Takes the place of a function or class that others import by name, until one of them uses it."""

    def __init__(self, module: _DeferredModule, name: str) -> None:
        self._module, self._name = module, name

    def _real(self) -> Any:
        _load(self._module)
        return getattr(self._module, self._name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._real()(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._real(), name)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self._real(),)

    def __instancecheck__(self, instance: object) -> bool:
        return self.__subclasscheck__(type(instance))

    def __subclasscheck__(self, subclass: type) -> bool:
        # While the class does not exist, nothing can be derived from it.
        return not isinstance(self._module, _DeferredModule) and issubclass(subclass, self._real())


class _ChannelStandIn(_StandIn):
    def name(self) -> str:
        """What Rasa asks every channel for, to find the ones in credentials.yml."""
        return CHANNELS[self._module.__name__.rpartition(".")[2]][1]


def _stand_in(module: _DeferredModule, name: str) -> _StandIn:
    kind = _ChannelStandIn if module.__name__.startswith("rasa.core.channels.") else _StandIn
    return kind(module, name)


def _load(module: ModuleType) -> None:
    """Executes a deferred module, after those that it lies in."""
    parent = sys.modules.get(module.__name__.rpartition(".")[0])
    if isinstance(parent, _DeferredModule):
        _load(parent)
    if not isinstance(module, _DeferredModule):
        return
    spec = module.__spec__
    assert spec is not None
    assert isinstance(spec.loader, _DeferringLoader)
    if not _is_installed(module):
        raise ModuleNotFoundError(
            f"{module.__name__} is not installed: {_who_needs(module.__name__)}.", name=module.__name__
        )
    module.__class__ = ModuleType  # type: ignore[assignment]
    assert spec.loader.real is not None
    spec.loader = spec.loader.real
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as error:
        if module.__name__ in NEURAL and error.name in {"keras", "tensorflow"}:
            raise _needs_tensorflow(" and ".join(NEURAL[module.__name__])) from error
        raise


def _is_installed(module: ModuleType) -> bool:
    loader = module.__spec__ and module.__spec__.loader
    return not isinstance(loader, _DeferringLoader) or loader.real is not None


def _who_needs(module: str) -> str:
    """Says what a module that is not installed is part of."""
    if module.partition(".")[0] in {"dask", "h5py", "tensorflow"} or module in NEURAL:
        return f"{_PEERS} has it (CONTRIBUTING.md)"
    return "requirements/integrations.txt has what Rasa talks to other platforms with (docs/deployment.md)"


class _DeferringLoader(Loader):
    def __init__(self, real: Loader | None) -> None:
        self.real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _DeferredModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Does nothing; the module is executed when it is first used."""


class _DeferringFinder(MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in DEFERRED:
            package = sys.modules.get(name.rpartition(".")[0])
            if isinstance(package, _DeferredModule):
                # Something inside a deferred package is really imported.
                _load(package)
            return None
        spec = PathFinder.find_spec(name, path, target) or ModuleSpec(name, None, is_package=True)
        spec.loader = _DeferringLoader(spec.loader)
        return spec


def defer_neural_components(configured: Iterable[str]) -> None:
    """Makes the imports of `NEURAL` wait too, unless one of its components is configured.

    Args:
        configured: The names or module paths of the components in use.

    Raises:
        RasaException: One is configured and there is no TensorFlow.
    """
    used = {name.rpartition(".")[2] for name in configured}
    used.intersection_update(itertools.chain.from_iterable(NEURAL.values()))
    if not used:
        DEFERRED.update(NEURAL)
    elif not _HAS_TENSORFLOW:
        raise _needs_tensorflow(" and ".join(sorted(used)))


def defer_imports() -> None:
    """Makes the import of each module in `DEFERRED` wait until it is used. To be called before Rasa is imported."""
    if not _HAS_TENSORFLOW:
        # Importing them cannot but fail; put off, it fails with a word on what to do, and only if one is used.
        DEFERRED.update(NEURAL)
    if not any(isinstance(finder, _DeferringFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _DeferringFinder())
