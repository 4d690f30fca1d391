"""Cleans typed text for storing, showing and answering."""

from __future__ import annotations

import re
import unicodedata

import regex

from uwallet_gateway.errors import ErrorCode, InputError

# A family of emoji is one character to its reader and ten code points; a text of nothing else is still bounded.
_CODE_POINTS_PER_CHARACTER = 4
_FEWEST_CODE_POINTS = 64
# What is much longer than allowed is refused before anything else is done with it.
_RAW_CODE_POINTS_PER_CHARACTER = 16
# As many marks as any living language puts on a letter (Vietnamese two, Tibetan four); 「zalgo」 has dozens.
_MOST_MARKS = 4

_MARKS = ("Mn", "Me")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# Lines of nothing but blanks count as empty; more than one in a row says nothing.
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n){2,}")
# Emoji that mean something only as a sequence: keycaps, families, skin colours, flags of regions.
_EMOJI = regex.compile(
    r"[0-9#*]\ufe0f?\u20e3"
    r"|\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f"
    r"|\p{Extended_Pictographic}[\ufe0e\ufe0f]?\p{Emoji_Modifier}?"
    r"(?:\u200d\p{Extended_Pictographic}[\ufe0e\ufe0f]?\p{Emoji_Modifier}?){0,9}+"
)
_CHARACTER = regex.compile(r"\X")
# Shown as nothing although Unicode calls them letters: a message of these alone looks empty.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")
_BLANK_SYMBOLS = frozenset("\u2800")
_WIDE_SPACE = "\u3000"


_QUOTATION = re.compile(r"\s*「[^\n：:]{1,64}[：:](?:(?!」\s*\n).)*」\s*\n\s*(?:[-—–]\s?){5,}\s*\n", re.DOTALL)
_CLIENT_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def checked_client_id(client_id: object) -> str | None:
    """Returns a client's own id of a message, or None if it gave none.

    Raises:
        InputError: `malformed`.
    """
    if client_id is None:
        return None
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        raise InputError(ErrorCode.MALFORMED)
    return client_id


def without_quotation(text: str) -> str:
    """Returns what somebody wrote themselves, without the message that their client quotes before it.

    WeChat puts 「name：quoted text」 and a line of dashes before the reply to a message, in one text.
    """
    match = _QUOTATION.match(text)
    return text[match.end() :].strip() or text if match else text


def _is_noncharacter(code_point: int) -> bool:
    return code_point & 0xFFFE == 0xFFFE or 0xFDD0 <= code_point <= 0xFDEF


def _cleaned_character(character: str) -> str:
    category = unicodedata.category(character)
    if character == "\n" or category in _MARKS:
        return character
    if character in _BLANK_SYMBOLS or (category == "Zs" and character != _WIDE_SPACE) or character == "\t":
        return " "
    # Controls, invisible and bidirectional formatting, halves of surrogate pairs, code points that are no characters.
    # Those that are not assigned stay: newer than this Python are rare characters of names, for example.
    if category in ("Cc", "Cf", "Cs") or character in _BLANK_LETTERS or _is_noncharacter(ord(character)):
        return ""
    return character


def _without_mark_floods(text: str) -> str:
    characters: list[str] = []
    marks = 0
    for character in text:
        if unicodedata.category(character) in _MARKS:
            marks += 1
            if marks > _MOST_MARKS:
                continue
        else:
            marks = 0
        characters.append(character)
    return "".join(characters)


def _cleaned(text: str) -> str:
    parts: list[str] = []
    done = 0
    for emoji in _EMOJI.finditer(text):
        parts += [_cleaned_character(character) for character in text[done : emoji.start()]]
        parts.append(emoji[0])
        done = emoji.end()
    parts += [_cleaned_character(character) for character in text[done:]]
    return _without_mark_floods("".join(parts))


def length(text: str) -> int:
    """Returns how many characters a reader sees: an emoji of several parts is one."""
    return sum(1 for _ in _CHARACTER.finditer(text))


def clean(text: object, max_length: int) -> str:
    """Returns the text as it is stored and shown.

    Control characters, invisible ones, halves of surrogate pairs and floods of combining marks are gone; line breaks
    are at most doubled, tabs are spaces, and nothing blank stands at either end. Emoji stay whole. Cleaning twice is
    cleaning once.

    Args:
        text: What a client sent as text.
        max_length: Characters, as a reader counts them, that it may have.

    Raises:
        InputError: `malformed` if it is no text, `empty` if nothing is left of it, `too_long`.
    """
    if not isinstance(text, str):
        raise InputError(ErrorCode.MALFORMED)
    if len(text) > max(_FEWEST_CODE_POINTS, max_length * _RAW_CODE_POINTS_PER_CHARACTER):
        raise InputError(ErrorCode.TOO_LONG)
    cleaned = _cleaned(_LINE_ENDS.sub("\n", text))
    cleaned = _BLANK_LINES.sub("\n\n", cleaned).strip()
    if not any(unicodedata.category(character) not in _MARKS and not character.isspace() for character in cleaned):
        raise InputError(ErrorCode.EMPTY)
    code_points = max(_FEWEST_CODE_POINTS, max_length * _CODE_POINTS_PER_CHARACTER)
    if len(cleaned) > code_points or length(cleaned) > max_length:
        raise InputError(ErrorCode.TOO_LONG)
    return cleaned
