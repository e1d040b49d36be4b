"""What families read of their data: the page of this house, with its times, for old telephones and for paper."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from centre.retention_rules import DEFAULTS
from processes import privacy_page
from webhooks import privacy_page as served

CONTACT = "Dinas <Tenaga Kerja> Lombok Timur, 0812"


def visitor(contact: str = "", **times: timedelta) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(served.blueprint(privacy_page.pages({**DEFAULTS, **times}, contact)))
    return app.test_client()


def test_each_language_has_its_page_and_leads_to_the_other() -> None:
    indonesian, english = (visitor().get(address) for address in ("/privasi", "/privacy"))
    assert "Data Anda di Balai" in indonesian.text
    assert 'lang="id"' in indonesian.text
    assert 'href="/privacy"' in indonesian.text
    assert "Your data at Balai" in english.text
    assert 'href="/privasi"' in english.text
    assert "Your data at Balai" not in indonesian.text


def test_it_tells_the_times_of_this_house() -> None:
    page = visitor(payload=timedelta(hours=36), cases=timedelta(days=365)).get("/privacy").text
    assert "<td>36 hours</td>" in page
    assert "72 hours" not in page.split("<h2>How long</h2>")[1].split("</table>")[0]


def test_whoever_answers_for_it_is_named_and_cannot_break_the_page() -> None:
    page = visitor(CONTACT).get("/privasi").text
    assert "Dinas &lt;Tenaga Kerja&gt; Lombok Timur, 0812" in page
    assert page.index("Dinas") < page.index("Dasar hukum")


def test_it_is_light_has_no_scripts_and_sets_no_cookie() -> None:
    answer = visitor().get("/privasi")
    assert len(answer.data) < 14_000
    assert "<script" not in answer.text
    assert "Set-Cookie" not in answer.headers
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert not re.search(r'(src|href)="(?!/)', answer.text), "nothing from elsewhere"
