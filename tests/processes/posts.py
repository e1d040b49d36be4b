"""A small mail server for tests: it speaks SMTP (RFC 5321), keeps what it took, and fails as it is told."""

from __future__ import annotations

import base64
import email
import socketserver
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from processes.settings import MailServer

Fails = dict[str, str]
"""Step ("greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "taken") → the reply given there, or "hang up" or "be silent".

"taken": after everything was heard and kept."""


@dataclass
class Post:
    """A running mail server on this machine."""

    fails: Fails = field(default_factory=dict)
    certificate: tuple[Path, Path] | None = None
    from_the_start: bool = False
    """TLS from the first byte."""
    user: str = ""
    password: str = ""
    taken: list[EmailMessage] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """Every command that came in."""
    at_once: int = 0
    before: Callable[[], object] = lambda: None
    """Called when a client has come."""

    def __enter__(self) -> Post:
        post = self

        class Counter(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _Visit(post, self).serve()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Counter)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def address(self) -> MailServer:
        """How it is reached."""
        starts_tls = self.certificate is not None and not self.from_the_start
        sender = "balai@desa.example"
        return MailServer("127.0.0.1", self.port, self.user, self.password, sender, self.from_the_start, starts_tls)


class _Visit:
    """One client being served."""

    def __init__(self, post: Post, counter: socketserver.StreamRequestHandler) -> None:
        self.post, self.connection = post, counter.connection
        self.is_secure = self.is_known = False
        self.lines = counter.rfile
        if post.from_the_start:
            self._secure()

    def serve(self) -> None:
        self.post.before()
        if not self._reply("greeting", "220 post.example"):
            return
        while line := self.lines.readline():
            said = line.decode().strip()
            self.post.said.append(said)
            if not self._heard(said.split(" ")[0].upper(), said):
                return

    def _heard(self, verb: str, said: str) -> bool:
        if verb == "EHLO":
            offers = ["250-post.example"]
            offers += ["250-STARTTLS"] if self.post.certificate and not self.is_secure else []
            offers += ["250-AUTH PLAIN"] if self.post.user else []
            return self._reply("EHLO", "\r\n".join([*offers, "250 HELP"]))
        if verb == "STARTTLS":
            self._send("220 go ahead")
            self._secure()
            return True
        if verb == "AUTH":
            wanted = f"\0{self.post.user}\0{self.post.password}".encode()
            self.is_known = base64.b64decode(said.split(" ")[2]) == wanted
            return self._reply("AUTH", "235 welcome" if self.is_known else "535 no")
        if self.post.user and not self.is_known and verb != "QUIT":
            return self._send("530 who are you?")
        if verb == "DATA":
            return self._reply("DATA", "354 speak") and ("DATA" in self.post.fails or self._take())
        return self._reply(verb, "250 well") if verb in ("MAIL", "RCPT", "RSET") else self._send("221 bye") and False

    def _take(self) -> bool:
        heard = b""
        while (line := self.lines.readline()) not in (b".\r\n", b""):
            heard += line
        if self.post.fails.get("taken", "").startswith(("4", "5")):
            return self._reply("taken", "")
        message = email.message_from_bytes(heard, policy=default)
        assert isinstance(message, EmailMessage)
        self.post.taken.append(message)
        return self._reply("taken", "250 taken")

    def _reply(self, step: str, usual: str) -> bool:
        said = self.post.fails.get(step, usual)
        if said == "hang up":
            return False
        if said == "be silent":
            time.sleep(5)
            return False
        return self._send(said)

    def _send(self, said: str) -> bool:
        self.connection.sendall(f"{said}\r\n".encode())
        return True

    def _secure(self) -> None:
        assert self.post.certificate
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.post.certificate)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.lines, self.is_secure = self.connection.makefile("rb"), True


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that only who is told so trusts, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "post.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "post.crt", folder / "post.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem, pkcs8, bare = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(pem, pkcs8, bare))
    return paths
