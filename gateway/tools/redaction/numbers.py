"""Numbers of cards, documents and telephones, and the forms in which people write them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from stdnum import luhn
from stdnum.cn import ric

_CARDS = (
    ("62", 19),
    ("62", 16),
    ("4", 16),
    ("51", 16),
    ("53", 16),
    ("37", 15),
    ("356", 16),
    ("622848", 19),
    ("621700", 19),
)
_COUNTIES = (
    "110105",
    "120103",
    "210202",
    "310104",
    "320106",
    "330203",
    "350102",
    "370202",
    "410105",
    "440106",
    "500103",
)
_MOBILES = (
    "130",
    "133",
    "135",
    "136",
    "139",
    "147",
    "150",
    "152",
    "158",
    "166",
    "177",
    "178",
    "180",
    "186",
    "189",
    "199",
)
_EMOJI = "😀🌸❤🔥👍💰🐶⭐🍎🎉➡️"


def card(random: Random) -> str:
    """Returns a card's number with the right check digit."""
    prefix, length = random.choice(_CARDS)
    number = prefix + "".join(random.choices("0123456789", k=length - len(prefix) - 1))
    return number + str(luhn.calc_check_digit(number))


def resident_id(random: Random) -> str:
    """Returns a resident ID with the right check digit."""
    born = f"{random.randint(1945, 2012)}{random.randint(1, 12):02}{random.randint(1, 28):02}"
    number = f"{random.choice(_COUNTIES)}{born}{random.randint(0, 999):03}"
    return number + str(ric.calc_check_digit(number + "0"))


def mobile(random: Random) -> str:
    """Returns a mobile number of the mainland."""
    return random.choice(_MOBILES) + "".join(random.choices("0123456789", k=8))


KINDS: dict[str, Callable[[Random], str]] = {"bank_card": card, "id_number": resident_id, "phone": mobile}

_GROUPS = {11: (3, 4, 4), 15: (4, 6, 5), 16: (4, 4, 4, 4), 18: (6, 8, 4), 19: (4, 4, 4, 4, 3)}


def _grouped(number: str) -> list[str]:
    groups, place = [], 0
    for size in _GROUPS[len(number)]:
        groups.append(number[place : place + size])
        place += size
    return groups


def _joined(separator: str) -> Callable[[str, Random], str]:
    return lambda number, _: separator.join(_grouped(number))


def _spread(separator: str) -> Callable[[str, Random], str]:
    return lambda number, _: separator.join(number)


def _translated(table: str) -> Callable[[str, Random], str]:
    by_digit = dict(zip("0123456789", table, strict=True))
    return lambda number, _: "".join(by_digit.get(character, character) for character in number)


def _wide(number: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in number)


def _sometimes(changes: dict[str, str], share: float) -> Callable[[str, Random], str]:
    def form(number: str, random: Random) -> str:
        return "".join(
            random.choice(changes[character]) if character in changes and random.random() < share else character
            for character in number
        )

    return form


def _mixed(number: str, random: Random) -> str:
    rows = ("0123456789", "零一二三四五六七八九", "０１２３４５６７８９", "〇壹贰叁肆伍陆柒捌玖")
    return "".join(random.choice(rows)[int(c)] if c.isdigit() else c for c in number)


def _part_in_words(number: str, random: Random) -> str:
    words, at = "零一二三四五六七八九", random.randrange(3, len(number) - 3)
    first, last = number[:at], number[at:]
    spoken = "".join(words[int(c)] if c.isdigit() else c for c in last)
    return first + random.choice(["", " "]) + spoken


def _emoji_between(number: str, random: Random) -> str:
    return "".join(c + random.choice(_EMOJI).strip("\ufe0f") for c in number[:-1]) + number[-1]


def _emoji_between_groups(number: str, random: Random) -> str:
    return random.choice("😀🌸🔥👍💰").join(_grouped(number))


def _by_words(number: str, random: Random) -> str:
    return random.choice(["然后", "，然后", "再", "，再来", "接着", "后面是", "，后面", "，接着是"]).join(
        _grouped(number)
    )


def _by_position(number: str, random: Random) -> str:
    groups = _grouped(number)
    count = "一二三四五六七八"
    before = f"前{count[len(groups[0]) - 1]}位{random.choice(['', '是'])}{groups[0]}"
    middle = "".join(f"{random.choice(['，', ' ', ''])}中间{random.choice(['', '是'])}{g}" for g in groups[1:-1])
    last = f"{random.choice(['最后', '后', '末'])}{count[len(groups[-1]) - 1]}位{groups[-1]}"
    return f"{before}{middle}{random.choice(['，', ' ', ''])}{last}"


def _uneven(number: str, random: Random) -> str:
    parts = []
    while number:
        size = random.randint(1, 5)
        parts.append(number[:size])
        number = number[size:]
    return random.choice([" ", "-", "  "]).join(parts)


def _pinyin(separator: str) -> Callable[[str, Random], str]:
    words = ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")
    return lambda number, _: separator.join(words[int(c)] if c.isdigit() else c for c in number)


FORMS: dict[str, Callable[[str, Random], str]] = {
    "plain": lambda number, _: number,
    "space between groups": _joined(" "),
    "dash between groups": _joined("-"),
    "dot between groups": _joined("."),
    "slash between groups": _joined("/"),
    "comma between groups": _joined("，"),
    "new line between groups": _joined("\n"),
    "four spaces between groups": _joined("    "),
    "plus between groups": _joined("+"),
    "plus between digits": _spread("+"),
    "hash between groups": _joined("#"),
    "hash between digits": _spread("#"),
    "equals between groups": _joined("="),
    "equals between digits": _spread("="),
    "asterisk between groups": _joined("*"),
    "underscore between groups": _joined("_"),
    "tilde between groups": _joined("～"),
    "space between digits": _spread(" "),
    "dash between digits": _spread("－"),
    "dot between digits": _spread("·"),
    "emoji between digits": _emoji_between,
    "emoji between groups": _emoji_between_groups,
    "word for space": _joined("空格"),
    "word for dash": _joined("杠"),
    "word for horizontal bar": _joined("横杠"),
    "word for dot": _joined("点"),
    "uneven groups": _uneven,
    "full width": lambda number, _: _wide(number),
    "full width with spaces": lambda number, _: "　".join(map(_wide, _grouped(number))),
    "some full width": lambda number, random: "".join(random.choice([c, _wide(c)]) for c in number),
    "zero width between digits": _spread("\u200b"),
    "Chinese numerals": _translated("零一二三四五六七八九"),
    "Chinese numerals with circle": _translated("〇一二三四五六七八九"),
    "Chinese numerals by telephone": _translated("洞幺两三四五六拐八勾"),
    "Chinese numerals with 幺": _translated("零幺二三四五六七八九"),
    "Chinese numerals with spaces": lambda n, r: " ".join(
        _translated("零一二三四五六七八九")(g, r) for g in _grouped(n)
    ),
    "numerals of cheques": _translated("零壹贰叁肆伍陆柒捌玖"),
    "traditional numerals of cheques": _translated("零壹貳參肆伍陸柒捌玖"),
    "mixed": _mixed,
    "second part in words": _part_in_words,
    "keycap emoji": lambda number, _: "".join(c + "\ufe0f\u20e3" if c.isdigit() else c for c in number),
    "circled": _translated("⓪①②③④⑤⑥⑦⑧⑨"),
    "bold letters": _translated("𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"),
    "O for 0": _sometimes({"0": "Oo"}, 1),
    "l for 1": _sometimes({"1": "lI"}, 1),
    "O and l": _sometimes({"0": "Oo", "1": "lI"}, 1),
    "O and l sometimes": _sometimes({"0": "Oo", "1": "l"}, 0.5),
    "O for 0 with spaces": lambda n, r: " ".join(_grouped(n)).replace("0", "O"),
    "split by words": _by_words,
    "split by position": _by_position,
    "brackets": lambda number, _: "".join(f"({g})" for g in _grouped(number)),
    "pinyin": _pinyin(" "),
    "pinyin together": _pinyin(""),
}
