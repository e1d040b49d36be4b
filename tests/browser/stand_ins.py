"""Standing in for the rest of the house: a bot that answers at once, a web process that can fail."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from flask import Flask
from werkzeug.serving import make_server

from centre import inbox, outbox
from centre.db import Database
from centre.file_store import FileStore
from centre.messages import Choice, Incoming, Outgoing
from webhooks import webchat

TOPICS = (
    Choice("topic:biaya", "Biaya", "Biaya berangkat dan siapa yang membayar"),
    Choice("topic:dokumen", "Dokumen", "Paspor, kontrak, dan surat lain"),
    Choice("topic:gaji", "Gaji", "Gaji tidak dibayar atau dipotong"),
    Choice("topic:pulang", "Pulang", "Pulang dan memulai usaha di desa"),
    Choice("person", "Petugas", "Bicara dengan petugas"),
)
LONG = (
    "Agen tidak boleh meminta Anda membayar biaya penempatan. Yang ditanggung pemberi kerja antara lain tiket, visa, "
    "dan legalisasi kontrak.\n\nSimpan setiap kuitansi. Kalau sudah telanjur membayar, bawa kuitansinya ke petugas.\n\n"
    "Sumber: UU 18/2017 pasal 30, https://peraturan.bpk.go.id/Details/64508/uu-no-18-tahun-2017"
)
PATIENCE = 20.0
"""Seconds: only what will never end needs them."""


class Bot:
    """Answers what comes in, in a thread of its own, as fast as it can; `silent` makes it wait."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.asked: list[Incoming] = []
        self.silent = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        see_it_end(self._thread, "the bot")

    def _work(self) -> None:
        while not self._over.wait(0.05):
            if not self.silent:
                self._answer_one()

    def _answer_one(self) -> None:
        with self.database.transaction() as session:
            claimed = inbox.claim(session, datetime.now(UTC))
            if claimed is None:
                return
            conversation, event = claimed
            message = inbox.message_of(inbox.opened(session, event))
            self.asked.append(message)
            outbox.queue(session, conversation, f"event:{event.id}", [_reply(message)], datetime.now(UTC))
            inbox.finish(event, datetime.now(UTC))


def _reply(message: Incoming) -> Outgoing:
    if message.kind == "media":
        return Outgoing("Sudah kami simpan untuk petugas.")
    if message.kind == "tap":
        return Outgoing(LONG, (Choice("yes", "Ya, membantu"), Choice("no", "Tidak"), Choice("menu", "Menu")))
    if message.text in ("halo", "menu") or message.text.startswith("/start"):
        return Outgoing("Tentang apa?", TOPICS)
    return Outgoing(f"Anda bertanya: {message.text}", TOPICS[:2])


class Door:
    """The web process: our page behind a server that can be made to fail."""

    def __init__(self, database: Database, store: FileStore | None = None) -> None:
        self.broken = False
        app = Flask("webchat-browser-test")
        app.register_blueprint(
            webchat.blueprint(
                database,
                lambda: datetime.now(UTC),
                key="k" * 64,
                secure=False,
                danger_card=lambda text: "Cari tempat aman. Telepon polisi: 110." if "dipukul" in text else None,
                store=store,
            )
        )
        app.before_request(self._refuse)
        self._server = Server(app)
        self.address = self._server.address
        self.close = self._server.close

    def _refuse(self) -> tuple[str, int] | None:
        return ("down", 503) if self.broken else None


class Server:
    """An app at an address of its own, until it is closed."""

    def __init__(self, app: Flask) -> None:
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        threading.Thread(target=self._server.shutdown, daemon=True).start()  # itself it would wait for ever
        see_it_end(self._thread, "the server")


def see_it_end(thread: threading.Thread, who: str) -> None:
    """Wait for a thread that was told to stop; what does not is told by name, and left to the end of the process."""
    thread.join(PATIENCE)
    assert not thread.is_alive(), f"{who} did not stop within {PATIENCE} seconds"
