"""The menu of the desk, as far as whoever is signed in may open its pages (`admin.menu_pages`).

A few areas make the menu: at the side of a wide screen, with the pages of the area that is open; at the top of a small phone,
which shows the first four of them that somebody may open, and "Lainnya".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for

from admin.access import whoever_is_signed_in
from admin.menu_pages import AREAS, Area, Page

ON_A_PHONE = 4
"""How many areas a small phone shows beside "Lainnya"."""


@dataclass(frozen=True)
class Entry:
    """An area as one staff member sees it."""

    key: str
    name: str
    address: str
    pages: tuple[Page, ...]
    is_here: bool
    has_landing: bool

    @property
    def others(self) -> tuple[Page, ...]:
        """Its pages beside the one that its own name leads to: a wide screen lists them below it."""
        return tuple(page for page in self.pages if page.address != self.address)


def blueprint() -> Blueprint:
    """All areas on one page, or one of them."""
    pages = Blueprint("menu", __name__)

    @pages.get("/menu")
    @whoever_is_signed_in
    def every() -> str:
        asked = request.args.get("bagian", "")
        found = [each for each in entries() if each.key == asked]
        return render_template("admin/menu.html", areas=found or entries(), one=found[0] if found else None)

    return pages


def entries() -> list[Entry]:
    """The areas of which whoever is signed in may open something, in their order."""
    here = _area_of(request.path)
    return list(_entries(here.key if here else request.args.get("bagian", "")))


def beside() -> tuple[Page, ...]:
    """The other pages of the area that is open, for the page that its name leads to."""
    return next((area.others for area in entries() if area.is_here), ())


def way_up() -> Entry | None:
    """The area whose own page leads to the page that is open; None where no page of the menu is open."""
    lists_it = (
        area for area in entries() if area.has_landing and request.path in [page.address for page in area.pages]
    )
    return next(lists_it, None)


def _entries(here: str) -> Iterator[Entry]:
    for area in AREAS:
        pages = tuple(page for page in area.pages if page.is_mine)
        if not pages:
            continue
        alone = len(pages) == 1
        goes_to_first = alone or (area.opens and pages[0] is area.pages[0])
        yield Entry(
            area.key,
            str(pages[0].name if alone else area.name),
            pages[0].address if goes_to_first else area.own_page,
            pages,
            area.key == here,
            not goes_to_first,
        )


def _area_of(path: str) -> Area | None:
    """The area that an address belongs to: that of the page whose own address is the longest beginning of it."""
    beginnings = [(page.address, area) for area in AREAS for page in area.pages]
    beginnings += [(beginning, area) for area in AREAS for beginning in area.also]
    beginnings += [(area.own_page, area) for area in AREAS if area.landing]
    fitting = [(address, area) for address, area in beginnings if _lies_under(path, address)]
    return max(fitting, key=lambda found: len(found[0]))[1] if fitting else None


def _lies_under(path: str, address: str) -> bool:
    home = url_for("admin.desk.home")
    return path == address or (address != home and path.startswith(address.rstrip("/") + "/"))
