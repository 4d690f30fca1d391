"""What users have done about a danger: told as done, asked about, denied, or only meant to be done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from actions.knowledge.danger import Danger, Deed


class Standing(str, Enum):
    """How a clause speaks of something that can be done."""

    DONE = "done"
    ASKED = "asked"
    DENIED = "denied"
    MEANT = "meant"


@dataclass(frozen=True)
class Deeds:
    """How a message speaks of what can be done.

    Attributes:
        untold: What it names and does not tell as done.
        denied: What it says is not done.
        takes_back: Whether it says so of what was told last, without naming it (「没打呢」).
        done: What it tells as done.
        named: What it names without a word of how it stands (「转的是工行卡」).
    """

    untold: frozenset[str] = frozenset()
    denied: tuple[str, ...] = ()
    takes_back: bool = False
    named: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()


# A report of a clause: its words, what it says of deeds by name, and what it only names.
_Part = tuple[str, Mapping[str, Standing], frozenset[str]]

_IS_DONE = re.compile("[了过完好着成住掉]|已经?|刚")
# A run of two reports (「110打了银行没打」) is cut after the first that is done, and before what is only not done.
_DONE = re.compile("[了过完](?=.)")
_UNTOUCHED = re.compile("(?:但是?|可是?|不过|然后|就是)?(?:我)?(?:还|也)?没")


def deeds_in(danger: Danger, clauses: Sequence[str]) -> Deeds:
    """Returns how the clauses of a message speak of what can be done."""
    standings: dict[str, set[Standing]] = {}
    only_named: set[str] = set()
    last: tuple[str, ...] = ()
    takes_back = False
    for clause, found, bare_names in (part for whole in clauses for part in danger.deeds_in_clause.of(whole, _told_in)):
        only_named |= bare_names
        for name, standing in found.items():
            standings.setdefault(name, set()).add(standing)
        last = tuple(found) or last
        if found or not re.fullmatch(danger.not_done, clause):
            continue
        takes_back = takes_back or not last
        # 「110打了 一直占线」
        standings |= {name: {Standing.DENIED} for name in last}
    untold = frozenset(name for name, found in standings.items() if Standing.DONE not in found)
    denied = tuple(name for name, found in standings.items() if name in untold and Standing.DENIED in found)
    bare = frozenset(only_named - set(standings))
    return Deeds(untold, denied, takes_back and not standings, bare, frozenset(set(standings) - untold))


def _told_in(danger: Danger, whole: str) -> tuple[_Part, ...]:
    return tuple(_told(danger, clause) for clause in _parts(danger, whole))


def _told(danger: Danger, clause: str) -> _Part:
    found: dict[str, Standing] = {}
    bare: set[str] = set()
    for name, deed in danger.deeds.items():
        if not re.search(deed.names, clause):
            continue
        standing = standing_of(danger, deed, clause)
        if standing is not None:
            found[name] = standing
        elif deed.undone:
            bare.add(name)
    return clause, found, frozenset(bare)


def standing_of(danger: Danger, deed: Deed, clause: str) -> Standing | None:
    """Returns how a clause speaks of a deed; None when it does not, or only names it."""
    if not re.search(deed.names, clause):
        return None
    is_evident = deed.evidence is not None and re.search(deed.evidence, clause)
    # 「要不要报」 holds no 「不要报」.
    plain = re.sub(danger.whether, "", clause)
    if not is_evident and deed.undone and re.search(deed.undone, plain):
        return Standing.DENIED
    if not is_evident and re.search(f"{danger.unwilling}.{{0,4}}(?:{deed.verbs})", plain):
        # 「96110她不肯打」
        return Standing.DENIED
    if plain != clause or re.search(danger.asks_done, clause):
        return Standing.ASKED
    is_meant = re.search(f"{danger.meant}(?:{deed.verbs})(?![了过完好])|{danger.supposed}(?:{deed.verbs})", plain)
    if not is_evident and is_meant:
        return Standing.MEANT
    # 「转的是工行卡」 only names it.
    return Standing.DONE if is_evident or _IS_DONE.search(clause) else None


def acts_asked(danger: Danger, clauses: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Returns by clause the question that only wants a yes or a no to a next act, and the word of that act.

    A clause that names nothing asks about what was named before: 「银行我没打 问要不要打」.
    """
    acts: dict[str, tuple[str, str]] = {}
    named: str | None = None
    for clause in clauses:
        deed = next((deed for deed in danger.deeds.values() if deed.asks and re.search(deed.names, clause)), None)
        named = (deed.asks if deed else None) or named
        if deed is None and named and re.fullmatch(danger.asks_bare, clause):
            acts[clause] = (named, "")
        else:
            found = _asked_in(danger, clause)
            if found:
                acts[clause] = found
    return acts


def _asked_in(danger: Danger, clause: str) -> tuple[str, str] | None:
    if not re.search(danger.asks_act, clause) or re.search(danger.no_act, clause):
        return None
    asking = re.search(f"{danger.whether}|[要该能别]|可以", clause)
    for act in danger.acts:
        found = [match.group() for match in re.finditer(act.words, clause)]
        if found:
            after = re.search(act.words, clause[asking.end() :]) if asking else None
            return act.asks, after.group() if after else found[-1]
    return None


def latest(danger: Danger, facts: Iterable[str]) -> str | None:
    """Returns what was told last of what can be done."""
    return next((fact for fact in reversed(tuple(facts)) if fact in danger.deeds), None)


def _parts(danger: Danger, clause: str) -> list[str]:
    """Returns the reports that a clause runs together."""
    for found in _DONE.finditer(clause):
        left, right = clause[: found.end()], clause[found.end() :]
        if _names(danger, left) and _names(danger, right):
            return [left, *_parts(danger, right)]
    for found in _UNTOUCHED.finditer(clause):
        left, right = clause[: found.start()], clause[found.start() :]
        if _DONE.search(left + "-") and _names(danger, left) and _names(danger, right):
            return [left, right]
    return [clause]


def _names(danger: Danger, text: str) -> bool:
    return any(re.search(deed.names, text) for deed in danger.deeds.values())
