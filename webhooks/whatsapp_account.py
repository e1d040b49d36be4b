"""What Meta says of our number, account and templates, when asked and by webhook, as signs for the list of troubles.

Rules: Cloud API documents, webhooks `message_template_status_update`, `phone_number_quality_update` and `account_update`, and
the phone number's fields `quality_rating` and `status`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from centre.incidents import Kind, Sign
from webhooks.reading import object_in, words_in

NUMBER_FIELDS = ("quality_rating", "status")
BAD_QUALITY = frozenset({"RED"})
BAD_STATUS = frozenset({"FLAGGED", "RESTRICTED", "BANNED", "DISCONNECTED", "RATE_LIMITED", "DELETED"})
WORSE = frozenset({"FLAGGED", "DOWNGRADE"})
BETTER = frozenset({"UNFLAGGED", "UPGRADE", "ONBOARDING", "THROUGHPUT_UPGRADE"})
STOPPED = frozenset({"REJECTED", "PAUSED", "DISABLED", "FLAGGED", "PENDING_DELETION"})
GOES = frozenset({"APPROVED", "REINSTATED", "UNPAUSED"})
BANNED = frozenset({"DISABLED_UPDATE", "ACCOUNT_RESTRICTION", "ACCOUNT_VIOLATION", "ACCOUNT_DELETED"})
NAME = re.compile(r"[a-z0-9_]{1,60}", re.ASCII)
"""How templates are named; anything else is not ours to show."""


def refused_sign(why: str) -> Sign:
    """Does Meta hear us? `why`: token or account where it does not."""
    return Sign(Kind.CHANNEL_REFUSED, "whatsapp", not why, why)


def number_sign(number: Mapping[str, Any]) -> Sign:
    """What Meta thinks of our number, as it answers when asked."""
    quality, status = words_in(dict(number), "quality_rating"), words_in(dict(number), "status")
    why = status if status in BAD_STATUS else quality if quality in BAD_QUALITY else ""
    return Sign(Kind.NUMBER_QUALITY, "whatsapp", not why, why.lower())


def template_sign(name: str, language: str, status: str) -> Sign | None:
    """Where one of our templates stands; None where that is neither good nor bad, as while Meta reads it."""
    language = language if re.fullmatch(r"[A-Za-z_]{2,8}", language, re.ASCII) else "?"
    if not NAME.fullmatch(name) or status not in STOPPED | GOES:
        return None
    return Sign(Kind.TEMPLATE_STOPPED, f"{name}/{language}", status in GOES, status.lower())


def account_sign(field: str, value: Mapping[str, Any]) -> Sign | None:
    """What a webhook about the account as a whole tells; None for one that tells nothing of this."""
    value = dict(value)
    event = words_in(value, "event")
    match field:
        case "message_template_status_update":
            return template_sign(
                words_in(value, "message_template_name"), words_in(value, "message_template_language"), event
            )
        case "phone_number_quality_update" if event in WORSE | BETTER:
            return Sign(Kind.NUMBER_QUALITY, "whatsapp", event in BETTER, event.lower())
        case "account_update" if event in BANNED:
            return Sign(Kind.NUMBER_QUALITY, "whatsapp-account", _is_lifted(value), event.lower())
    return None


def _is_lifted(value: Mapping[str, Any]) -> bool:
    """A restriction that is over (`ban_info.waba_ban_state`: REINSTATE)."""
    return words_in(object_in(dict(value), "ban_info"), "waba_ban_state") == "REINSTATE"
