"""The baseline of `bench.storing`: a bare Flask route that checks the same signature and inserts one row, no more."""

from __future__ import annotations

import hashlib
import hmac
import os

from flask import Flask, Response, request
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, insert

from bench.houses import APP_SECRET
from centre.db import open_database
from centre.privacy import Vault

ROWS = Table(
    "bare_rows", MetaData(), Column("id", Integer, primary_key=True), Column("body", LargeBinary, nullable=False)
)


def make_app() -> Flask:
    app = Flask("bare")
    engine = open_database(os.environ["BARE_DATABASE"], Vault("unused secret")).engine
    ROWS.metadata.create_all(engine)

    @app.post("/webhooks/whatsapp")
    def receive() -> Response:
        body = request.get_data()
        wanted = "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, request.headers.get("X-Hub-Signature-256", "")):
            return Response("no", 401)
        with engine.begin() as connection:
            connection.execute(insert(ROWS).values(body=body))
        return Response("ok")

    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok")

    return app
