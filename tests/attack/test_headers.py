"""What every answer tells a browser (OWASP ASVS 5.0 3.3, 3.4, 14.3): pages, scripts, refusals, and addresses that are none."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from admin import access, assets
from centre.db import Database
from processes.front_door import FrontDoor
from tests.attack.conftest import HOME, application

METHODS = ("GET", "POST", "DELETE", "TRACE")
NOWHERE = ("/nowhere", "/../etc/passwd", "/chat/", "//janji//x", "/%00", "/admin/%00", "/admin/nowhere", "/robots.txt")
STRANGERS = ("evil.example", 'evil.example"><script>', "balai.example.id.evil.example", "evil.example:443", "")
MAY_BE_KEPT = ("/angka", "/privasi", "/privacy", "/suara/", "/admin/aset/")


def doors_of(app: Flask) -> Flask:
    """The application behind /webhooks."""
    layer = app.wsgi_app
    assert isinstance(layer, FrontDoor), "nothing leaves the house without passing it"
    inner = layer._app
    assert isinstance(inner, DispatcherMiddleware)
    [doors] = inner.mounts.values()
    assert isinstance(doors, Flask)
    return doors


def addresses(app: Flask) -> Iterator[str]:
    """Every address of every route, with something in each blank, and some that are no route."""
    for prefix, routes in (("", app), ("/webhooks", doors_of(app))):
        for rule in routes.url_map.iter_rules():
            yield prefix + re.sub(r"<[^>]*int[^>]*>", "1", re.sub(r"<(?![^>]*int)[^>]*>", "telegram", rule.rule))
    asset = assets.read("desk.css")
    yield from (f"/admin/aset/{asset.digest}/desk.css", "/webhooks/whatsapp", "/suara/9223372036854775808", *NOWHERE)


def policy_of(headers: dict[str, str]) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def open_(client: FlaskClient, address: str, method: str = "GET", **more: object) -> tuple[int, dict[str, str]]:
    answer = client.open(address, method=method, base_url=HOME, **more)  # type: ignore[arg-type]
    return answer.status_code, dict(answer.headers)


def test_every_answer_of_every_route_by_every_method_is_protected(app: Flask) -> None:
    client, bare, seen = app.test_client(), [], set()
    for address in addresses(app):
        for method in METHODS:
            status, headers = open_(client, address, method)
            seen.add(status)
            if missing := what_is_missing(address, status, headers):
                bare.append((method, address, status, missing))
    assert bare == []
    assert {200, 303, 400, 401, 403, 404, 405} <= seen, "the walk met pages, refusals and errors"


def what_is_missing(address: str, status: int, headers: dict[str, str]) -> list[str]:
    policy = policy_of(headers)
    kept = headers["Cache-Control"]
    wanted = {
        "policy": policy["default-src"] == "'none'" and "unsafe" not in str(policy) and "*" not in str(policy),
        "scripts": re.fullmatch(r"('nonce-[\w-]{22}')?", policy.get("script-src", "")) is not None,
        "frames": policy["frame-ancestors"] == "'none'" and policy["base-uri"] == "'none'",
        "forms": policy["form-action"] in ("'self'", "'none'"),
        "nosniff": headers["X-Content-Type-Options"] == "nosniff",
        "referrer": headers["Referrer-Policy"] == "no-referrer",
        "https": headers["Strict-Transport-Security"].startswith("max-age=31536000"),
        "opener": headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin",
        "devices": "camera=()" in headers["Permissions-Policy"],
        "kept": kept == "no-store" or (status == 200 and address.startswith(MAY_BE_KEPT)),
        "nobody else may read it": not any(name.startswith("Access-Control-") for name in headers),
    }
    return [name for name, is_there in wanted.items() if not is_there]


def test_a_page_that_breaks_tells_nothing_and_is_protected(sqlite_database: Database, tmp_path) -> None:
    app = application(sqlite_database, tmp_path)

    @access.anybody
    def breaks() -> str:
        raise RuntimeError("kanari: select * from people")

    app.view_functions["healthz"] = app.view_functions["admin.auth.sign_in"] = breaks
    for address in ("/healthz", "/admin/masuk"):
        answer = app.test_client().get(address, base_url=HOME)
        assert answer.status_code == 500
        assert "kanari" not in answer.text
        assert "Traceback" not in answer.text
        assert what_is_missing(address, 500, dict(answer.headers)) == []


def test_a_nonce_is_never_given_twice(app: Flask) -> None:
    client = app.test_client()
    for address in ("/", "/admin/masuk", "/kalender"):
        nonces = {policy_of(open_(client, address)[1])["script-src"] for _ in range(5)}
        assert len(nonces) == 5


def test_no_page_holds_a_script_or_a_style_that_its_policy_would_not_run(app: Flask) -> None:
    client = app.test_client()
    for address in ("/", "/admin/masuk", "/kalender", "/angka", "/janji/1-" + "0" * 32):
        answer = client.get(address, base_url=HOME)
        told = re.findall(r"<(?:script|style)\b[^>]*>", answer.text)
        allowed = set(re.findall(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"]))
        hashed = "sha256-" in answer.headers["Content-Security-Policy"]
        for tag in told:
            assert hashed or set(re.findall(r'nonce="([^"]+)"', tag)) & allowed, tag
        assert not re.search(r"""\s(on\w+|style)=["']""", answer.text), "handlers and styles within a tag never run"
        assert "javascript:" not in answer.text


def test_every_cookie_by_https_is_of_this_host_alone_and_out_of_reach_of_scripts(app: Flask) -> None:
    """ASVS 5.0 3.3.1–3.3.4."""
    client = app.test_client()
    page = client.get("/admin/masuk", base_url=HOME)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    language = client.post(
        "/admin/bahasa?lanjut=/admin/masuk", data={"csrf_token": token[1], "bahasa": "en"}, base_url=HOME
    )
    given = [
        cookie
        for answer in (page, language, client.get("/", base_url=HOME))
        for cookie in answer.headers.getlist("Set-Cookie")
    ]
    assert {cookie.partition("=")[0] for cookie in given} >= {"__Host-petugas", "__Host-balai", "__Host-bahasa"}
    for cookie in given:
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert cookie.startswith("__Host-")
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= parts
        assert not any(part.startswith("domain=") for part in parts)
    assert 'lang="en"' in client.get("/admin/masuk", base_url=HOME).text, "the cookie is also read by that name"


@pytest.mark.parametrize("stranger", STRANGERS)
def test_no_answer_repeats_the_host_that_a_request_claims(app: Flask, stranger: str) -> None:
    client = app.test_client()
    for address in (
        "/",
        "/admin",
        "/admin/",
        "/admin/masuk",
        "/nowhere",
        "/angka",
        "/healthz",
        "/chat",
        "//evil.example/",
    ):
        for name in ("Host", "X-Forwarded-Host", "Forwarded"):
            value = f"host={stranger}" if name == "Forwarded" else stranger
            answer = client.get(address, headers={name: value})
            assert answer.status_code < 500
            assert "evil" not in answer.text + str(answer.headers).replace("/evil.example/", ""), address
            assert not answer.headers.get("Location", "/").startswith(("http", "//"))


def test_without_https_nobody_is_told_that_there_is_only_https(sqlite_database: Database, tmp_path) -> None:
    app = application(sqlite_database, tmp_path, public_url="")
    answer = app.test_client().get("/")
    assert "Strict-Transport-Security" not in answer.headers
    assert answer.headers["Set-Cookie"].startswith("balai=")
