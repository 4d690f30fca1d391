"""Rasa's server with what a turn does not need left out; started by `engine.serve`.

Each module replaces one piece of Rasa by a subclass. What it replaces, and why, is said there; that Rasa has not
changed underneath is checked by `tests/engine/serving/test_upstream.py`.

Importing this package prepares what Rasa needs on this Python and puts off imports that serving does not need: import
it before Rasa.
"""

from engine.compatibility import prepare
from engine.serving.deferred_imports import defer_imports
from engine.useful_warnings import show_only_useful

prepare()
defer_imports()
show_only_useful()
