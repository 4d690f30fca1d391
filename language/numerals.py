"""Reads numerals, Arabic and Chinese."""

from __future__ import annotations

# What most numbers of a message are: 「第三步」.
_SINGLE = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}


def to_number(text: str) -> float | None:
    """Returns the number that Arabic or Chinese numerals write; None when they write none."""
    if text.isascii() and text.isdigit():
        return float(text)
    if text in _SINGLE:
        return float(_SINGLE[text])
    # cn2an: Chinese numerals to numbers, including mixed forms such as 1万2; maintained, MIT. Few messages have
    # another one, and it compiles its patterns when it is imported: a tenth of the start.
    import cn2an  # noqa: PLC0415 - see above

    try:
        return float(cn2an.cn2an(text.replace(",", "").replace("〇", "零"), "smart"))
    except ValueError:
        return None
