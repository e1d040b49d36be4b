"""Prefixes and suffixes of seven languages: from a word as it stands in a sentence to the stems it may come from."""

from __future__ import annotations

import functools

PASSIVE = ("di", "d", "ter", "te", "ta", "e", "i", "ka", "ke", "dak", "tak", "tok", "ku", "mar", "ba", "ber", "be")
ACTIVE = ("me", "ma", "nge", "nga", "a", "pe", "")
LONG_SUFFIXES = ("kan", "ken", "ake", "keun", "akan", "hon", "aghi", "aken", "inn")
SUFFIXES = ("i", "in", "kn", "an", "ke", "no", "a", "on", "ki", *LONG_SUFFIXES)
CLITICS = ("nya", "ny", "ku", "mu", "lah", "kah", "pun", "ne", "na", "nyo", "hu", "nga", "e")
# "pukul" becomes "mukul", "tampar" "nampar", "kurung" "ngurung", "sekap" "nyekap"
NASALS = {"p": "m", "t": "n", "k": "ng", "s": "ny", "c": "ny", "b": "mb", "d": "nd", "j": "nj", "g": "ngg"}


def nasal_forms(root: str) -> set[str]:
    """How a root begins after me- and its relatives: pukul → mukul, sekap → nyekap."""
    first, rest = root[0], root[1:]
    forms = {"ng" + root} if first in "aiueolrwh" else set()
    if first in NASALS:
        forms.add(NASALS[first] + rest)
        if first in "cjdbg":
            forms |= {"n" + root, "m" + root, "ng" + root}
        if first == "b":
            forms.add("m" + rest)
        if first == "c" or first == "j":
            forms.add("ny" + rest)
    return forms


@functools.lru_cache(maxsize=20_000)
def stems(word: str) -> tuple[str, ...]:
    """What is left of a word without each prefix and suffix it may have."""
    found = set()
    for prefix in (*PASSIVE, *ACTIVE):
        if not word.startswith(prefix):
            continue
        rest = word[len(prefix) :]
        for suffix in ("", *SUFFIXES):
            if rest.endswith(suffix):
                stem = rest[: len(rest) - len(suffix)]
                if len(stem) >= 4 or (len(stem) == 3 and prefix):
                    found.add(stem)
    return tuple(found)
