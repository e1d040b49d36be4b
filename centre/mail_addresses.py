"""What an address for mail looks like: asked of what staff are given and of what we write from."""

from __future__ import annotations

import re

LONGEST = 254
"""RFC 5321, 4.5.3.1.3: a path of 256 without its brackets."""
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?:{_LABEL}\.)+{_LABEL}")
"""As a browser's field for addresses takes them (HTML standard, valid e-mail address), and with a dot in the domain."""


def is_usable(address: str) -> bool:
    """Is this one address that mail can be sent to, and nothing besides?"""
    return len(address) <= LONGEST and _ADDRESS.fullmatch(address) is not None
