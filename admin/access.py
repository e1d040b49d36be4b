"""Who may open which page. Every page says so with one of the decorators below; a page that does not cannot be served.

What a staff member may not open is not there (404): nobody learns what exists. Which rows they see inside a page is the
business of `centre.desk`, which asks for a `Scope`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

import structlog
from flask import Blueprint, Flask, abort, current_app, flash, g, redirect, request, session, url_for
from flask_wtf.csrf import CSRFError
from werkzeug import Response
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from admin import code_of_conduct, old_forms
from admin.language import gettext as _
from centre import conduct, staff
from centre.case_scopes import MAY_SEE_CASES as MAY_SEE_CASES
from centre.case_scopes import SUPERVISORS, CaseScope, scope_of
from centre.db import Database
from centre.staff import Role, SignedIn

TOKEN = "token"
"""Where the signed cookie carries the session's token."""
WAS = "was"
"""Where it carries the token of a session that is over, to know whose unsent form this is."""

MAY_SEE_MESSAGES = (Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR)
MAY_VOUCH = (Role.PETUGAS, Role.SPECIALIST, Role.COORDINATOR, Role.ADMINISTRATOR)
"""May put their name to an article's check or a contact's test call."""
MAY_SIGN = (Role.REVIEWER, Role.ADMINISTRATOR)
"""May sign a translation as its native speaker, in the languages that `may_sign` allows."""
MAY_EDIT = (Role.EDITOR, Role.ADMINISTRATOR)
"""May write guidance, in the languages that `may_edit` allows."""
MAY_REVIEW = (Role.EDITOR, Role.REVIEWER, Role.ADMINISTRATOR)
"""May read drafts, and accept, return or publish what others wrote, in the languages that `may_review` allows."""
MAY_READ_CONTENT = (*MAY_VOUCH, Role.EDITOR, Role.REVIEWER)
MAY_SERVE = (Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR)
"""Opening hours, people who may be one, and the telephone list, in their villages."""
MAY_KEEP_PEOPLE = (Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR)
"""The register of people (pendataan), in their villages."""
MAY_READ_TYPES = (*MAY_SERVE, Role.EDITOR, Role.REVIEWER)
MAY_CHANGE_TYPES = (Role.COORDINATOR, Role.ADMINISTRATOR)
"""What can be booked: each in the areas they oversee."""
MAY_SEE_FIGURES = MAY_SERVE
"""Seats and who came, narrowed as one likes: for who may open the lists of names too. Others read `centre.place_figures`."""
MAY_OPEN_SERVICES = MAY_READ_TYPES
"""The page from which all of these are reached."""

MAY_RECORD = (Role.PETUGAS, Role.COORDINATOR, Role.EDITOR, Role.REVIEWER, Role.ADMINISTRATOR)
"""May speak guidance into the telephone."""
MAY_PUBLISH_VOICES = (Role.COORDINATOR, Role.EDITOR, Role.REVIEWER, Role.ADMINISTRATOR)
"""May listen to what somebody else recorded, and let families hear it; reviewers in their languages."""
MAY_TEST = (Role.EDITOR, Role.REVIEWER, Role.ADMINISTRATOR)
"""May change test questions, and propose what the bot learns from."""
MAY_EXCHANGE = (Role.EDITOR, Role.REVIEWER, Role.ADMINISTRATOR)
"""May take guidance along as files and bring it back; reviewers in their languages."""
MAY_EXCHANGE_ALL = (Role.EDITOR, Role.ADMINISTRATOR)
MAY_SEE_ROSTERS = (Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR)
"""May make and change slots, and see who is in them."""
MAY_OVERSEE_CASES = SUPERVISORS
"""May agree to closing a grave case, and write the replies that are saved."""
MAY_SEE_INCIDENTS = (Role.COORDINATOR, Role.ADMINISTRATOR)
"""Troubles of the house: administrators all, coordinators what families in their area feel."""
MAY_BOOK = (*MAY_SEE_ROSTERS, Role.HELPER)
"""May book for somebody else."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Policy:
    """Who may open a page: anybody, or whoever is signed in, with one of `roles` if there are any."""

    signed_in: bool = True
    roles: tuple[Role, ...] = ()
    with_old_password: bool = False
    """Also before a one-time password was changed."""
    before_the_promise: bool = False
    """Also before the code of conduct was accepted."""
    keeps_awake: bool = True
    """False for what a page asks by itself: nobody sits there, so the session idles on (ASVS 5.0 7.3)."""
    without_factor: bool = False
    """Also before a second factor was set up."""
    before_second_step: bool = False
    """Also before the second step of this sign-in was done."""
    looks_who: bool = True
    """False for what is the same for everybody and must come even when the database is down."""
    is_a_form: bool = True
    """False for what only looks at a form that is still being filled in: the form itself is yet to come."""

    @property
    def keeps_what_was_typed(self) -> bool:
        """Is a form for this page kept where it cannot be taken? None of one's own account is."""
        return self.is_a_form and self.signed_in and not self.without_factor


_OPEN = Policy(
    signed_in=False, with_old_password=True, before_the_promise=True, without_factor=True, before_second_step=True
)

View = TypeVar("View", bound=Callable[..., Any])


def anybody(view: View) -> View:
    """Open without signing in."""
    return _declare(view, _OPEN)


def the_same_for_all(view: View) -> View:
    """Open without signing in, and without asking the database who it is."""
    return _declare(view, replace(_OPEN, looks_who=False))


def whoever_is_signed_in(view: View) -> View:
    """Open to all staff."""
    return _declare(view, Policy())


def even_with_old_password(view: View) -> View:
    """Open to all staff, also before a one-time password was changed."""
    return _declare(view, Policy(with_old_password=True, before_the_promise=True, without_factor=True))


def before_the_promise(view: View) -> View:
    """Open to all staff, also before the code of conduct was accepted."""
    return _declare(view, Policy(before_the_promise=True, without_factor=True))


def while_setting_up(view: View) -> View:
    """Open to all staff, also before a second factor was set up."""
    return _declare(view, Policy(without_factor=True))


def at_the_second_step(view: View) -> View:
    """Open to whoever has given the password, and to nobody else."""
    return _declare(view, replace(_OPEN, signed_in=True))


def only(*roles: Role) -> Callable[[View], View]:
    """Open to staff with one of these roles, anywhere."""
    return lambda view: _declare(view, Policy(roles=roles))


def asked_by_the_page(view: View) -> View:
    """Above one of the others: the page asks for this by itself, which counts as no use of the session."""
    return _declare(view, replace(view.policy, keeps_awake=False))  # type: ignore[attr-defined]


def only_looks(view: View) -> View:
    """Above one of the others: what is sent here is looked at while somebody types, and is no form of its own."""
    return _declare(view, replace(view.policy, is_a_form=False))  # type: ignore[attr-defined]


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    """What the page declares."""
    policy: Policy | None = getattr(app.view_functions[endpoint], "policy", None)
    return policy


def check_declared(app: Flask) -> None:
    """Refuse to start with a page that does not say who may open it."""
    for endpoint in app.view_functions:
        if endpoint.startswith("admin.") and policy_of(app, endpoint) is None:
            raise UndeclaredPage(endpoint)


class UndeclaredPage(Exception):
    """A page of the desk does not say who may open it."""


def guard(
    pages: Blueprint,
    database: Database,
    clock: Callable[[], datetime],
    keep_typed: Callable[[Database, datetime], None] | None = None,
    offer_again: Callable[[Database, datetime], Response | None] | None = None,
) -> None:
    """Before every page: is the form ours, who is it, may they?

    `keep_typed`: keeps a form that finds its session over. `offer_again`: keeps one from a session of before, and gives the
    way to the page that asks whether to send it; None where nothing was typed.
    """

    @pages.before_request
    def check() -> Response | None:
        policy = policy_of(current_app, request.endpoint or "")
        if policy is None:
            abort(404)
        complaint = _complaint(policy)
        g.staff, g.is_in = None, False
        if policy.looks_who and session.get(TOKEN):
            g.staff = _who(database, clock(), policy)
            if g.staff is None:
                session[WAS] = session.pop(TOKEN)
                flash(_("Sesi Anda sudah berakhir. Silakan masuk lagi."), "warning")
        if g.staff is None:
            if keep_typed and request.method == "POST" and policy.keeps_what_was_typed:
                keep_typed(database, clock())
            return _to_sign_in() if policy.signed_in else None
        g.is_in = policy.keeps_awake and not policy.without_factor and not owes_anything(g.staff)
        if first := _first_to_do(g.staff, policy):
            if keep_typed and complaint:
                keep_typed(database, clock())
            return redirect(url_for(first, lanjut=None if first == "admin.auth.password" else _this_page()), 303)
        if not _has_the_role(g.staff, policy):
            abort(404)
        if "\x00" in request.path:  # nothing is called so, and PostgreSQL cannot even look for it
            abort(404)
        request.args = _without_nul(request.args)
        if complaint:
            if offer_again and (answer := offer_again(database, clock())):
                return answer
            raise complaint
        return None

    @pages.after_request
    def say_who_was_refused(answer: Response) -> Response:
        """A line for whatever is not there for somebody who is signed in (ASVS 5.0 16.3.2)."""
        policy = policy_of(current_app, request.endpoint or "")
        if answer.status_code == 404 and policy and g.get("staff"):
            why = "missing" if _has_the_role(g.staff, policy) else "role"
            log.warning("admin.refused", staff_id=g.staff.staff_id, endpoint=request.endpoint, why=why)
        return answer


def _without_nul(asked: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    """What is asked for in an address, without the sign that PostgreSQL takes in no text."""
    return ImmutableMultiDict([(name, value.replace("\x00", "")) for name, value in asked.items(multi=True)])


def me() -> SignedIn:
    """Who opened this page, on pages for staff."""
    member: SignedIn = g.staff
    return member


def cases() -> CaseScope:
    """The cases that whoever opened this page may know of."""
    return scope_of(me())


def owes_promise(member: SignedIn) -> bool:
    """Must this person first accept the present code of conduct?"""
    return not conduct.has_accepted(member, code_of_conduct.PRESENT.version)


def owes_anything(member: SignedIn) -> bool:
    """Is there something that this person must do before the desk opens?"""
    return _first_to_do(member, Policy()) is not None


def may_sign(member: SignedIn, language: str) -> bool:
    """May this person sign translations into `language`?

    A reviewer's role counts in a language as others' do in an area: its code stands in the place of the area code,
    and empty is every language.
    """
    return _in_language(member, language, Role.REVIEWER)


def may_edit(member: SignedIn, language: str) -> bool:
    """May this person write guidance in `language`? Roles count in languages as `may_sign` says."""
    return _in_language(member, language, Role.EDITOR)


def may_review(member: SignedIn, language: str) -> bool:
    """May this person accept, return or publish what others wrote in `language`?"""
    return _in_language(member, language, Role.EDITOR, Role.REVIEWER)


def may_exchange(member: SignedIn, language: str) -> bool:
    """May this person take translations into `language` along as files and bring them back? Empty: all guidance at once."""
    return may_edit(member, language) or (bool(language) and may_sign(member, language))


def administers_all(member: SignedIn) -> bool:
    """Is this an administrator of everything? Guidance is everybody's: who administers one regency does not decide over it."""
    return (Role.ADMINISTRATOR, "") in member.roles


def _in_language(member: SignedIn, language: str, *wanted: Role) -> bool:
    grants = {(role, code) for role in wanted for code in ("", language)}
    return administers_all(member) or bool(member.roles & grants)


def _has_the_role(member: SignedIn, policy: Policy) -> bool:
    return not policy.roles or member.has_role(*policy.roles)


def _declare(view: View, policy: Policy) -> View:
    view.policy = policy  # type: ignore[attr-defined]
    return view


def _first_to_do(member: SignedIn, policy: Policy) -> str | None:
    """The page that comes first for this person, if this one does not open before it: the second step, a password of one's
    own, the code of conduct, a second factor."""
    if member.factor and not member.is_proved and not policy.before_second_step:
        return "admin.second_step.code"
    if member.must_change_password and not policy.with_old_password:
        return "admin.auth.password"
    if owes_promise(member) and not policy.before_the_promise:
        return "admin.account.promise"
    if not member.is_proved and not policy.without_factor:
        return "admin.factors.choose"
    return None


def _complaint(policy: Policy) -> CSRFError | None:
    """None for a form of ours, and for what is no form; for one of the same person's from before, what is wrong with it. Raises
    `CSRFError` for any other."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return None
    try:
        current_app.extensions["csrf"].protect()
    except CSRFError as error:
        if policy.keeps_what_was_typed and old_forms.is_one():
            return error
        raise
    return None


def _who(database: Database, now: datetime, policy: Policy) -> SignedIn | None:
    token = session[TOKEN]
    with database.reading() as reading:
        member = staff.by_token(reading, token, now)
    if member and policy.keeps_awake and now - member.seen_at >= staff.TOUCH_EVERY:
        with database.transaction() as writing:
            staff.touch(writing, token, now)
    return member


def _to_sign_in() -> Response:
    return redirect(url_for("admin.auth.sign_in", lanjut=_this_page()), 303)


def _this_page() -> str | None:
    """The address to come back to."""
    return request.full_path.rstrip("?") if request.method == "GET" else None
