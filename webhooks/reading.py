"""Reading what platforms send, so that nothing in it can trip us.

A value that is not of the kind the platform's documents promise reads as if it were absent: what is signed
but odd is passed over, and never ends in an error page that the platform answers with days of repetition.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from centre.messages import LONGEST_SAID
from webhooks.channel import Unreadable


def as_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a request body. Raises `Unreadable`."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(type(error).__name__) from error
    if not isinstance(data, dict):
        raise Unreadable("not an object")
    return data


def object_in(data: object, name: str) -> dict[str, Any]:
    """The object under `name`, or an empty one."""
    value = data.get(name) if isinstance(data, Mapping) else None
    return value if isinstance(value, dict) else {}


def objects_in(data: object, name: str) -> list[dict[str, Any]]:
    """The objects in the list under `name`."""
    value = data.get(name) if isinstance(data, Mapping) else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words_in(data: object, name: str) -> str:
    """The text under `name`, or none."""
    return words(data.get(name)) if isinstance(data, Mapping) else ""


def words(value: object) -> str:
    """`value` if it is text, without half characters (lone surrogates), which cannot be stored, and no longer than anybody
    writes."""
    if not isinstance(value, str):
        return ""
    return value[:LONGEST_SAID].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
