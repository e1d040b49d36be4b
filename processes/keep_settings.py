"""How long this installation keeps what: the rules of `centre.retention_rules` with what `BALAI_KEEP_…` says, in days."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from pydantic import Field, ValidationError, create_model
from pydantic_settings import BaseSettings, SettingsConfigDict

from centre.retention_rules import DAY, DEFAULTS, SETTABLE, Keep
from processes.settings import ROOT, SettingsInvalid

PREFIX = "BALAI_KEEP_"


class _Given(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=(ROOT / ".env", ".env"), env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True
    )


def _field(kept: timedelta | None, shortest: timedelta, longest: timedelta) -> Any:
    assert kept is not None
    return float, Field(default=kept / DAY, ge=shortest / DAY, le=longest / DAY)


_fields: dict[str, Any] = {rule.name: _field(rule.kept, *rule.range) for rule in SETTABLE if rule.range}
KeepSettings = create_model("KeepSettings", __base__=_Given, **_fields)


def read_keep() -> Keep:
    """How long what is kept here. Raises `SettingsInvalid`: out of its range, or a name that is no rule's."""
    _refuse_unknown()
    try:
        given = KeepSettings()
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        raise SettingsInvalid(f"{PREFIX}{str(problem['loc'][0]).upper()} (days): {problem['msg']}") from error
    return {**DEFAULTS, **{name: timedelta(days=days) for name, days in given.model_dump().items()}}


def _refuse_unknown() -> None:
    """A slip in a name would keep things longer than somebody meant."""
    known = {rule.setting for rule in SETTABLE}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            raise SettingsInvalid(f"{name}: there is no such time; see What is kept in docs/operating.md")
