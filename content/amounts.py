"""Money and shares as they stand in a text: "Rp 9.622.000", "NT$5.000 sampai 6.000", "Rp25-100 juta", "6 persen".

Numbers are written as Indonesia writes them: a full stop parts thousands, a comma parts what is less than one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

CURRENCIES: Final = {
    "rp": "IDR",
    "rupiah": "IDR",
    "nt$": "TWD",
    "hk$": "HKD",
    "s$": "SGD",
    "sgd": "SGD",
    "rm": "MYR",
    "ringgit": "MYR",
    "us$": "USD",
    "usd": "USD",
    "sar": "SAR",
    "riyal": "SAR",
    "¥": "JPY",
    "yen": "JPY",
    "won": "KRW",
    "krw": "KRW",
    "€": "EUR",
    "euro": "EUR",
    "%": "%",
    "persen": "%",
    "persén": "%",
}
"""How a currency or a share is written → the code that tables carry."""
CODES: Final = frozenset(CURRENCIES.values())
_SCALES: Final = {
    **dict.fromkeys(("ribu", "rebu", "rèbu", "ewu", "èwu", "iwu"), 10**3),
    **dict.fromkeys(("juta", "yuta", "jute", "jt"), 10**6),
    **dict.fromkeys(("miliar", "milyar", "milyard"), 10**9),
    **dict.fromkeys(("triliun", "trilyun"), 10**12),
}
"""In Bahasa, Javanese, Sundanese and Sasak."""


def _any_of(words: Iterator[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_NUMBER: Final = r"\d+(?:\.\d{3})*(?:,\d+)?"
_BEFORE: Final = _any_of(sign for sign in CURRENCIES if sign not in ("rupiah", "persen", "persén", "%"))
_AFTER: Final = _any_of(sign for sign in CURRENCIES if sign.isalpha() or sign == "%")
_UP_TO: Final = r"\s?(?:-|–|—|sampai|hingga|s/d|s\.d\.|sd|nganti|tekan|dugi ka|nepi ka|jangke|sampe)\s?"
_SCALE: Final = _any_of(iter(_SCALES))
_AMOUNT: Final = re.compile(
    rf"(?:(?<![\w$])(?P<before>{_BEFORE})\s?|(?<![\w.,$]))(?P<low>{_NUMBER})(?:\s?(?P<low_scale>{_SCALE})\b)?"
    rf"(?:{_UP_TO}(?:{_BEFORE})?\s?(?P<high>{_NUMBER}))?(?!\w)"
    rf"(?:\s?(?P<scale>{_SCALE})\b)?(?:\s?(?P<after>{_AFTER})(?!\w|\s?\d))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Amount:
    """So much of a currency; `%` is a share; without a currency it is a large number ("1,5 juta")."""

    number: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.currency} {written(self.number)}".strip()


def amounts_in(text: str) -> list[Amount]:
    """All amounts of a text; of "Rp25-100 juta" both ends. Bare numbers (a year, an age, a page) are none."""
    return [amount for _, amount in places_of_amounts(text)]


def places_of_amounts(text: str) -> list[tuple[int, Amount]]:
    """The same, each with the place in the text at which it begins."""
    return [(found.start(), amount) for found in _AMOUNT.finditer(text) for amount in _amounts(found)]


def _amounts(found: re.Match[str]) -> Iterator[Amount]:
    sign = (found["before"] or found["after"] or "").lower()
    scale = (found["scale"] or found["low_scale"] or "").lower()
    is_money = sign or (scale and _SCALES[scale] >= 10**6)
    if is_money:
        for number, its_scale in ((found["low"], found["low_scale"] or scale), (found["high"], scale)):
            if number:
                value = Decimal(number.replace(".", "").replace(",", "."))
                yield Amount(value * _SCALES.get(its_scale.lower(), 1), CURRENCIES.get(sign, ""))


def written(number: Decimal) -> str:
    """As Indonesia writes it: "9.622.000", "4,5"."""
    text = f"{number.normalize():,f}"
    return text.translate(str.maketrans(",.", ".,"))
