"""Whom the chat tells people to call, and which of them somebody here has really called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache

from babel import Locale
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import MAY_READ_CONTENT, MAY_VOUCH, me, only
from admin.forms import ContactTest
from admin.language import chosen
from admin.language import gettext as _
from admin.wording import month
from centre import audit
from centre.db import Database
from content import contact_checks, contacts
from content.contacts import Contact

FARTHEST_EAST = timedelta(hours=9)
"""In Papua it is tomorrow first."""
RECENT = timedelta(days=365)


@cache
def book() -> Mapping[str, Contact]:
    """The contacts come with the program: read once."""
    return contacts.read()


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """Contacts and their test calls."""
    pages = Blueprint("contacts", __name__)

    @pages.get("/kontak")
    @only(*MAY_READ_CONTENT)
    def every() -> str:
        with database.reading() as session:
            tested = contacts.tested(book(), contact_checks.last_days(session))
        return render_template("admin/contacts.html", groups=_by_country(tested), month=month)

    @pages.get("/kontak/<code>")
    @only(*MAY_READ_CONTENT)
    def contact(code: str) -> str:
        return _page(_found(code), _form())

    @pages.post("/kontak/<code>")
    @only(*MAY_VOUCH)
    def test(code: str) -> ResponseReturnValue:
        found, form = _found(code), _form()
        if not form.validate() or form.on.data is None:
            return _page(found, form), 422
        with database.transaction() as session:
            contact_checks.record(session, code, form.on.data, me().staff_id, clock(), form.note.data or "")
            audit.record(session, me().staff_id, "contact_tested", clock(), f"contact:{code}")
        flash(_("Uji telepon dicatat: %(name)s", name=found.name), "success")
        return redirect(url_for(".every", _anchor=code), 303)

    def _found(code: str) -> Contact:
        if code not in book():
            abort(404)
        with database.reading() as session:
            return contacts.tested(book(), contact_checks.last_days(session))[code]

    def _form() -> ContactTest:
        today = (clock() + FARTHEST_EAST).date()
        return ContactTest(request.form, earliest=today - RECENT, latest=today)

    return pages


def _by_country(known: Mapping[str, Contact]) -> dict[str, list[Contact]]:
    """Contacts under the names of their countries, in the order of the file."""
    groups: dict[str, list[Contact]] = {}
    for contact in known.values():
        groups.setdefault(_countries(contact), []).append(contact)
    return groups


def _countries(contact: Contact) -> str:
    names = Locale(chosen()).territories
    plain = (names.get(code.upper(), code).removesuffix(" DAK Tiongkok") for code in contact.countries)
    return ", ".join(plain) or _("Dari mana saja")


def _page(contact: Contact, form: ContactTest) -> str:
    return render_template("admin/contact.html", contact=contact, form=form, month=month, countries=_countries(contact))
