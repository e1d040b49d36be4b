"""Starting quickly: until a process that fell is up again, nobody is answered.

Starting makes a hundred thousand objects and hardly any rubbish; looking for rubbish among them all the while took a
quarter of the time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


@contextmanager
def quickly() -> Iterator[None]:
    """Within the block nothing looks for rubbish; afterwards, not among what was made there."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def web() -> Flask:
    """The application of a web process: what Granian loads."""
    with quickly():
        from processes.web import make_app

        return make_app()
