"""Passwords of staff: long rather than strange, none that is guessed first, kept as slow hashes.

Rules: OWASP ASVS 5.0 6.2 (12 to 128 characters, no rules of composition, a list of common passwords that stands here and is
asked of nobody else).
"""

from __future__ import annotations

import random
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 128
COMMON = Path(__file__).with_name("common_passwords.txt")
FEWEST_SIGNS = 6
"""Different characters; with fewer it is a pattern."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""Argon2id with OWASP's smallest recommended memory: several people may sign in at once on a 1 GB server."""
_READABLE = "23456789abcdefghjkmnpqrstuvwxyz"
_ROWS = (
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "qweasdzxc",
    "zaqxswcdevfrbgtnhymjukilop",
)
"""What fingers do on a keyboard; backwards too."""
_WALK = 4
"""As many signs in a row are a walk and no word."""
_LEET = str.maketrans("013457@$!", "oieastasi")
_HOUSE = [
    "password",
    "sandi",
    "katasandi",
    "rahasia",
    "sayang",
    "cinta",
    "bismillah",
    "alhamdulillah",
    "indonesia",
    "merdeka",
    "garuda",
    "pancasila",
    "jakarta",
    "bandung",
    "surabaya",
    "lombok",
    "balai",
    "desmigratif",
    "desa",
    "kantor",
    "petugas",
    "admin",
    "administrator",
    "koordinator",
    "operator",
    "selamat",
    "datang",
    "welcome",
    "letmein",
    "iloveyou",
    "changeme",
    "master",
    "superuser",
    "login",
    "test",
    "user",
    "default",
]
"""However many of these are strung together, nothing is won."""


class WeakPassword(ValueError):
    """The password is too easy to guess or cannot be used; `why` says which rule."""

    def __init__(self, why: Literal["short", "long", "common", "login"]) -> None:
        super().__init__(why)
        self.why = why


def check_password(password: str, login: str) -> None:
    """Refuse what is guessed first. Raises `WeakPassword`."""
    if len(password) < SHORTEST:
        raise WeakPassword("short")
    if len(password) > LONGEST:
        raise WeakPassword("long")
    if login and login.casefold() in password.casefold():
        raise WeakPassword("login")
    if is_common(password.casefold()):
        raise WeakPassword("common")


def hash_password(password: str) -> str:
    """Slow on purpose: call it before the transaction begins, others wait for the write lock."""
    return _hasher.hash(unicodedata.normalize("NFC", password))


def fits(password: str, password_hash: str) -> bool:
    """Is this the password? Slow on purpose, like `hash_password`."""
    try:
        return _hasher.verify(password_hash, unicodedata.normalize("NFC", password))
    except (VerificationError, InvalidHashError):
        return False


def one_time_password(chance: random.Random) -> str:
    """Four groups of four without look-alikes: 79 bits, readable over the telephone."""
    return "-".join(readable_characters(chance, 4) for _ in range(4))


def readable_characters(chance: random.Random, count: int) -> str:
    """So many small letters and digits, without look-alikes: 5 bits each."""
    return "".join(chance.choice(_READABLE) for _ in range(count))


def is_common(password: str) -> bool:
    """Is this small-lettered password in the list, or nothing but a pattern, or one or two words of the list with digits
    and signs around them? Three words that have nothing to do with each other are fine."""
    if password in common() or len(set(password)) < FEWEST_SIGNS:
        return True
    variants = (password, _bare(password).translate(_LEET))
    return any(map(_is_guessable, variants)) or _is_house_only(password)


@cache
def common() -> frozenset[str]:
    """The bundled list."""
    lines = COMMON.read_text(encoding="ascii").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _is_guessable(password: str) -> bool:
    """Nothing left beside walks, digits and signs, or at most two words of the list, or one thing said again and again."""
    rest = _without_walks(password)
    once = _once(_letters(rest))
    if not once or (len(rest) < len(password) and len(once) < _WALK):
        return True
    return once in common() or any(_are_common(once[:cut], once[cut:]) for cut in range(3, len(once)))


def _are_common(*parts: str) -> bool:
    return all(part in common() for part in parts)


def _is_house_only(password: str) -> bool:
    letters = rest = _letters(password)
    for word in sorted(_HOUSE, key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(rest) < _WALK and rest != letters


def _once(letters: str) -> str:
    """What is repeated, said once ("sayangsayang")."""
    found = re.fullmatch(r"(.+?)\1+", letters)
    return found[1] if found else letters


def _without_walks(password: str) -> str:
    """Without what follows a row of the keyboard or the alphabet for four signs or more."""
    kept, start = [], 0
    while start < len(password):
        length = _walk_from(password[start:])
        if length < _WALK:
            kept.append(password[start])
        start += length if length >= _WALK else 1
    return "".join(kept)


def _walk_from(signs: str) -> int:
    """How many signs at the beginning follow one row."""
    rows = (*_ROWS, *(row[::-1] for row in _ROWS))
    length = 1
    while length < len(signs) and any(signs[: length + 1] in row for row in rows):
        length += 1
    return length


def _bare(password: str) -> str:
    """Without the digits and signs around it, which stand for no letters there."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password)


def _letters(password: str) -> str:
    return re.sub(r"[\W\d_]", "", password)
