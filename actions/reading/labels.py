"""The labels of `data/situated/`, `data/alarms/`, `data/after_alarm/`: what the classifiers of a model may say."""

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
        "arrived",
        "not_checked",
        "solved",
        "waiting",
        "waiting_complaint",
    }
)
# `none`: a message that gives away no alarm.
ALARM_LABELS = frozenset({*(alarm.value for alarm in Alarm), "none"})
# `elsewhere`: a message about something else.
AFTER_ALARM_LABELS = frozenset(
    {
        "acknowledges",
        "acute",
        "alone",
        "asks_balance",
        "asks_bereaved",
        "asks_comfort",
        "asks_device",
        "asks_first",
        "asks_freeze",
        "asks_how_long",
        "asks_money_back",
        "asks_number",
        "asks_password",
        "asks_real",
        "asks_report",
        "asks_safe_now",
        "asks_sim",
        "asks_way",
        "asks_you",
        "believes_them",
        "better",
        "blames_you",
        "claims_official",
        "contact_broken",
        "doubts_you",
        "elsewhere",
        "fears_exposure",
        "feels",
        "frozen",
        "installed",
        "line_busy",
        "lost",
        "means_away",
        "missing_them",
        "money_returned",
        "not_believed",
        "nothing_lost",
        "number_back",
        "other_device",
        "others_say",
        "password_changed",
        "police_called",
        "refuses_human",
        "refuses_line",
        "stands_down",
        "still_in_touch",
        "tells",
        "thanks",
        "ties",
        "tired",
        "told_secret",
        "watched",
        "with_them",
    }
)
