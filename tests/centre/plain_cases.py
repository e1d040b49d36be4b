"""A case as its rules say it in plain words, to hold the real one against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from centre.staff import Role

URGENT = {"violence", "trafficking", "death", "detention"}
RESTRICTED = {"violence", "trafficking"}
OVERSEERS = {Role.COORDINATOR, Role.ADMINISTRATOR}


@dataclass(frozen=True)
class Who:
    """Somebody at a desk. `roles`: each with its area."""

    name: str
    roles: tuple[tuple[Role, str], ...]

    def __init__(self, name: str, *roles: tuple[Role, str]) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "roles", roles)

    def is_of(self, village: str) -> bool:
        """Is this an account of that very village?"""
        return any(role in (Role.PETUGAS, Role.HELPER) and lies_in(village, area) for role, area in self.roles) or any(
            area == village for _, area in self.roles
        )

    def is_only(self, *roles: Role) -> bool:
        return {role for role, _ in self.roles} <= set(roles)


@dataclass
class Plain:
    """One case."""

    id: int
    phone: int | None
    kind: str
    home: str | None = None
    around: bool = False
    child: bool = False
    state: str = "new"
    awaits: str = "staff"
    holder: str | None = None
    urgent: bool = False
    restricted: bool = False
    is_erased: bool = False
    kept_out: set[str] = field(default_factory=set)
    """Whom it concerns."""

    def __post_init__(self) -> None:
        self.urgent = self.kind in URGENT
        self.restricted = self.kind in RESTRICTED or self.child

    @property
    def is_open(self) -> bool:
        return self.state != "closed"

    @property
    def area(self) -> str | None:
        """Whose it is: the village's, or the regency's when it goes around the village."""
        return self.home[:5] if self.home and self.around else self.home

    def may_see(self, who: Who) -> bool:
        if who.name in self.kept_out or (self.around and self.home and who.is_of(self.home)):
            return False
        able = set(OVERSEERS)
        if self.restricted:
            able.add(Role.SPECIALIST)
        elif not self.around:
            able.add(Role.PETUGAS)
        if self.area is None:
            return any(role in able & OVERSEERS and area == "" for role, area in who.roles)
        return any(role in able and lies_in(self.area, area) for role, area in who.roles)

    # What stands against a deed

    def against_open(self) -> set[str]:
        return set() if self.is_open else {"IsClosed"}

    def against_holding(self, who: Who) -> set[str]:
        return self.against_open() or ({"NotYours"} if self.holder != who.name else set())

    def against_deciding(self, who: Who, yes: bool) -> set[str]:
        if self.state != "to_approve":
            return {"IsClosed", "NeedsApproval"}
        is_supervisor = any(role in OVERSEERS for role, _ in who.roles)
        return set() if is_supervisor and (not yes or self.holder != who.name) else {"NeedsApproval"}

    # What becomes of it

    def staff_owe(self) -> None:
        self.state = "taken" if self.state == "to_approve" else self.state
        self.awaits = "staff"

    def go_around(self) -> None:
        if not self.around:
            self.around, self.holder, self.state = True, None, "new"

    def alarm(self, kind: str, child: bool) -> None:
        was = self.urgent, self.restricted, self.child, self.kind
        self.urgent, self.child = True, self.child or child
        self._restrict(kind, child)
        if (self.urgent, self.restricted, self.child, self.kind) != was or self.state == "new":
            self.staff_owe()

    def change(self, kind: str, urgent: bool, child: bool) -> None:
        self.kind, self.urgent = kind, urgent or kind in URGENT
        self.child = self.child or child
        self._restrict(kind, child)

    def conflict(self, who: Who) -> None:
        self.kept_out.add(who.name)
        if self.holder in (None, who.name):
            self.holder, self.state = None, "new" if self.is_open else self.state

    def let_go(self, staff: Iterable[Who]) -> None:
        """Who may no longer know of it loses hold of it."""
        if self.holder and not any(self.may_see(who) for who in staff if who.name == self.holder):
            self.holder, self.state = None, "new"

    def ask_to_close(self, outcome: str) -> None:
        if self.restricted or self.child or self.kind in RESTRICTED:
            self.state = "to_approve"
        else:
            self.close(outcome)

    def close(self, _outcome: str) -> None:
        self.state, self.awaits = "closed", "family"

    def _restrict(self, kind: str, child: bool) -> None:
        if kind not in RESTRICTED and not child:
            return
        if not self.restricted:
            self.restricted, self.holder, self.state = True, None, "new"
        if kind in RESTRICTED:
            self.kind = kind


def lies_in(code: str, area: str) -> bool:
    return area in ("", code) or code.startswith(f"{area}.")
