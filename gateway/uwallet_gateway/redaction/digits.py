"""Digits that belong together although something stands between them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from uwallet_gateway.redaction.patterns import any_of, patterns

# What people write between the groups of a number; besides these, emoji and all other symbols and punctuation.
_SEPARATORS = frozenset(" \t\n\r-_./\\,、。·•・:;|()[]{}<>~*'\"`+=#&^!$")
# These also stand between numbers that have nothing to do with each other: only between groups of usual sizes.
_LISTING = frozenset("\n\r./\\,、。:;|'\"+=!…$")
# Of these, what stands between amounts: 「1500、2000、300」, 「150+2000」.
_ENUMERATING = frozenset("\n\r,、。;+=$")
# A number's groups stand no further apart than this many characters.
_LONGEST_GAP = 16
_LONGEST_RUN_OF_SIGNS = 8
# Between a number and an X after it.
_LONGEST_GAP_OF_X = 8
# Masks leave digits beside these, which must not be taken for the beginning of another number.
_MASK = "****"
_LONGEST_REST = 4
_WHOLE_GROUPS = frozenset(
    {
        (3, 4, 4), (3, 3, 5), (3, 8), (4, 6, 5), (4, 6, 4), (6, 8, 4), (6, 8, 3), (6, 6, 3), (6, 4, 4, 4), (6, 4, 4, 3),
        (6, 12), (6, 11), (6, 13), (6, 10),
    }
)  # fmt: skip
# A run of letters that look like digits is read as digits only beside some that are.
_LONGEST_RUN_OF_LETTERS = 4
# Of a number with such letters at least this many digits are real ones.
_FEWEST_REAL_DIGITS = 3
_FEWEST_SYLLABLES = 7


class Group(NamedTuple):
    """Digits with nothing between them, all written in the same way."""

    start: int
    end: int
    digits: str
    apart: bool  # something stands before it
    listed: bool  # before it stands what also stands between numbers that do not belong together
    enumerated: bool  # before it stands what also stands between amounts
    doubtful: bool  # more likely part of the word beside it: the 一 of 一直
    real: int  # how many digits are no letters that look like some


class Window(NamedTuple):
    """Neighbouring groups read as one number."""

    start: int
    end: int
    digits: str
    sizes: tuple[int, ...]
    enumerated: bool = False  # some of it could be amounts one after another
    sure_start: int = 0  # the part without what more likely belongs to the words beside it
    sure_end: int = 0
    usual: bool = True  # people divide a number so, or only put between its digits what they put nowhere else

    @property
    def doubtful(self) -> bool:
        """Whether it begins or ends with what more likely belongs to the word beside it."""
        return (self.sure_start, self.sure_end) != (self.start, self.end)


@cache
def _numerals() -> dict[str, str]:
    return {character: digit for digit, characters in patterns().numerals.items() for character in characters}


@cache
def _letters() -> dict[str, str]:
    return {letter: digit for digit, letters in patterns().lookalikes.items() for letter in letters}


@cache
def _syllables(group: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """Returns what the group of that name in the pattern of tokens is made of, and which digit each is."""
    words_by_digit = patterns().syllables if group == "pinyin" else patterns().english_digits
    by_word = {word: digit for digit, words in words_by_digit.items() for word in words}
    return re.compile(any_of(by_word)), by_word


@cache
def _token() -> re.Pattern[str]:
    """Returns what is a group, or a word with a numeral that is none: 「后四位」."""
    numerals = re.escape("".join(_numerals()))
    letters = re.escape("".join(_letters()))
    spoken = {
        group: f"(?P<{group}>(?<![a-z])(?:{_syllables(group)[0].pattern}[ ,-]?+){{{_FEWEST_SYLLABLES},}}+"
        "(?![a-wyz]|x[a-z]))"
        for group in ("pinyin", "english")
    }
    # With one of 「123X」 at the end, but not in a word.
    no_word = f"(?![a-wyz{letters}]|x[a-z0-9])"
    return re.compile(
        f"(?P<link>{any_of(patterns().links.places)}[的那这]?+[{numerals}0-9]{{1,2}}+(?:位|个|個)(?:数字|數字|数|數|号|號)?+(?:是|为|為|:)?+)"
        f"|{spoken['pinyin']}|{spoken['english']}"
        f"|(?P<alike>(?<![a-z0-9{letters}])(?:[0-9]++[{letters}][0-9{letters}]*+|[{letters}]{{1,{_LONGEST_RUN_OF_LETTERS}}}+"
        f"(?:[0-9]++[0-9{letters}]*+)?+|[{letters}]++[0-9][0-9{letters}]*+){no_word})"
        f"|(?P<digits>[0-9]++)|(?P<numerals>[{numerals}]++)"
    )


@cache
def _word() -> re.Pattern[str]:
    links = patterns().links
    return re.compile(any_of([*links.signs, *links.words, *links.places]))


@cache
def _free_words() -> frozenset[str]:
    return frozenset(patterns().links.signs)


@cache
def _after() -> dict[str, tuple[str, ...]]:
    """Returns what makes a numeral before it the beginning of a word, by the numeral."""
    neighbours = patterns().numeral_words
    return {numeral: (*neighbours.measures, *neighbours.after.get(numeral, ())) for numeral in _numerals()}


def as_digits(text: str) -> str:
    """Returns the digits in folded text, those written as Chinese characters included."""
    return "".join(
        _numerals().get(character, character) for character in text if character.isdigit() or character in _numerals()
    )


@lru_cache(maxsize=2048)
def _is_separator(character: str) -> bool:
    if character in _SEPARATORS:
        return True
    return not character.isascii() and unicodedata.category(character) in (
        "So", "Sk", "Sm", "Pd", "Po", "Ps", "Pe", "Pi", "Pf", "Pc", "Zs",
    )  # fmt: skip


def _gap(text: str, start: int, end: int, links: dict[int, int]) -> tuple[bool, bool] | None:
    """Returns whether what stands there also lists or enumerates; None if it separates."""
    if end - start > _LONGEST_GAP + max(0, sum(links.values())):
        return None
    place, signs = start, 0
    listed = enumerated = False
    while place < end:
        character = text[place]
        if place in links:
            place = links[place]
            enumerated = True
        elif _is_separator(character):
            signs += 1
            place += 1
            listed, enumerated = listed or character in _LISTING, enumerated or character in _ENUMERATING
        else:
            word = _word().match(text, place)
            if word is None:
                return None
            place = word.end()
            if word[0] not in _free_words():
                listed = enumerated = True
    return (listed, enumerated) if place == end and signs <= _LONGEST_RUN_OF_SIGNS else None


def is_rest(text: str, start: int, end: int) -> bool:
    """Returns whether these digits are what a mask left of a number."""
    short = end - start <= _LONGEST_REST
    return short and (text[max(0, start - len(_MASK)) : start] == _MASK or text[end : end + len(_MASK)] == _MASK)


def end_with_x(text: str, end: int) -> int | None:
    """Returns where an X after digits ends that belongs to them, as in resident IDs; None if there is none."""
    for place in range(end, min(len(text), end + _LONGEST_GAP_OF_X)):
        if text[place] == "x":
            return place + 1
        if not _is_separator(text[place]):
            break
    word = _word().match(text, end)
    return word.end() + 1 if word and text[word.end() : word.end() + 1] == "x" else None


def _begins_word(text: str, place: int) -> int:
    """Returns how many numerals that end at a place begin a word there: 一直, 五一办的."""
    if text.startswith(_after()[text[place - 1]], place):
        return 1
    # The X of a resident ID follows its digits, and no word begins with one.
    in_word = text[place : place + 1] not in ("", "x") and text.endswith(patterns().numeral_words.pairs, 0, place)
    return 2 * in_word


def _ends_word(text: str, place: int) -> bool:
    return text.endswith(patterns().numeral_words.before, 0, place)


def _parts(text: str, match: re.Match[str]) -> Iterator[tuple[int, int, str, bool, int]]:
    """Yields the pieces of what was found: numerals that may belong to words beside them are pieces of their own."""
    start, end = match.span()
    if match["pinyin"] or match["english"]:
        pattern, by_word = _syllables("pinyin" if match["pinyin"] else "english")
        stripped = match[0].rstrip(" ,-")
        digits = "".join(by_word[word] for word in pattern.findall(match[0]))
        yield start, start + len(stripped), digits, False, len(digits)
    elif match["numerals"]:
        last = min(end - start, _begins_word(text, end))
        first = int(end - start > last and _ends_word(text, start))
        for begin, stop, doubtful in (
            (start, start + first, True),
            (start + first, end - last, False),
            (end - last, end, True),
        ):
            if begin < stop:
                yield begin, stop, as_digits(text[begin:stop]), doubtful, stop - begin
    elif match["alike"]:
        digits = "".join(_letters().get(character, character) for character in match[0])
        yield start, end, digits, False, sum(character.isdigit() for character in match[0])
    else:
        short = end - start <= 2
        counted = short and text.startswith(patterns().numeral_words.measures, end)
        yield start, end, match[0], short and (counted or text.endswith("第", 0, start)), end - start


def chains(text: str) -> Iterator[tuple[Group, ...]]:
    """Yields groups of digits that may belong together, in the order of the folded text."""
    chain: list[Group] = []
    links: dict[int, int] = {}
    for match in _token().finditer(text):
        if match["link"]:
            links[match.start()] = match.end()
            continue
        if match["digits"] and is_rest(text, *match.span()):
            if chain:
                yield tuple(chain)
            chain = []
            continue
        for start, end, digits, doubtful, real in _parts(text, match):
            gap = _gap(text, chain[-1].end, start, links) if chain else None
            if chain and gap is None:
                yield tuple(chain)
                chain = []
            listed, enumerated = gap or (False, False)
            apart = bool(chain) and chain[-1].end != start
            chain.append(Group(start, end, digits, apart, listed, enumerated, doubtful, real))
        links = {}
    if chain:
        yield tuple(chain)


def _is_usual(sizes: Sequence[int]) -> bool:
    """Returns whether people divide a number into groups of these sizes: equal ones between the first and the last."""
    *middle, last = sizes[1:] or sizes
    return (len(set(middle)) <= 1 and last <= max(middle, default=_LONGEST_REST)) or tuple(sizes) in _WHOLE_GROUPS


def _window(groups: Sequence[Group], digits: str, sizes: list[int], enumerated: bool, usual: bool) -> Window:
    first, last = groups[0], groups[-1]
    several = len(groups) > 1
    sure_start = groups[1].start if several and first.doubtful else first.start
    sure_end = groups[-2].end if several and last.doubtful else last.end
    return Window(first.start, last.end, digits, tuple(sizes), enumerated, sure_start, sure_end, usual)


def windows(chain: Sequence[Group], shortest: int, longest: int) -> Iterator[Window]:
    """Yields every run of neighbouring groups with so many digits; at most `longest` runs begin with each group."""
    for index, first in enumerate(chain):
        digits, sizes, real = first.digits, [len(first.digits)], first.real
        listing = enumerated = False
        if shortest <= len(digits) <= longest and real >= _FEWEST_REAL_DIGITS:
            yield _window([first], digits, sizes, False, True)
        for last, group in enumerate(chain[index + 1 : index + longest], index + 1):
            digits += group.digits
            if len(digits) > longest:
                break
            real += group.real
            if group.apart:
                sizes.append(len(group.digits))
            else:
                sizes[-1] += len(group.digits)
            listing, enumerated = listing or group.listed, enumerated or group.enumerated
            if len(digits) >= shortest and real >= _FEWEST_REAL_DIGITS:
                usual = not listing or _is_usual(sizes)
                yield _window(chain[index : last + 1], digits, sizes, enumerated, usual)
