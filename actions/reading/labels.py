"""The labels of `data/situated/` and `data/alarms/`: what the classifiers of a model may say of a message."""

from __future__ import annotations

from actions.dialogue.state import Alarm

SITUATED_LABELS = frozenset(
    {
        "cause_confirmed",
        "consent_human",
        "correction",
        "done",
        "leave_wait",
        "other",
        "question",
        "read_back",
        "ruled_out",
        "tried_everything",
        "trouble",
        "unknown_detail",
        "waiting",
        "waiting_complaint",
    }
)
# `none`: a message that gives away no alarm.
ALARM_LABELS = frozenset({*(alarm.value for alarm in Alarm), "none"})
