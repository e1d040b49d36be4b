"""The command `balai` from any folder: what it prints where, and that every error is one line and exit code 2."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import select, text

from centre import staff
from centre.areas import Village
from centre.staff import StaffMember
from content import files, library
from processes import wiring
from processes.settings import read_settings
from tests.gateways import Gateways, telegram_error, whatsapp_error
from tests.processes.conftest import SMALL_GUIDANCE
from tests.processes.houses import (
    GRAPH_TOKEN,
    ROOT,
    Ended,
    House,
    bare_environment,
    command,
    run,
    wait_for,
)

WAGES = "gaji saya dipotong untuk biaya berangkat"
FIELDS = ["kind", "level", "slug", "choices", "confidence", "language", "text"]
KINDS = {"answer", "choices", "none", "danger", "chitchat", "person"}


@pytest.fixture(scope="module")
def furnished_house(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose database these tests may change; nothing runs in it."""
    folder = tmp_path_factory.mktemp("commands") / "data"
    shutil.copytree(furnished, folder)
    house = House(folder)
    yield house
    house.end()


def one_line(ended: Ended) -> str:
    """The error of a command, which is one line and nothing else."""
    assert ended.code == 2, ended
    assert ended.err.startswith("balai: "), ended.err
    assert ended.err.count("\n") == 1, ended.err
    assert "Traceback" not in ended.err
    return ended.err.removeprefix("balai: ").strip()


# Asking


def answers(ended: Ended) -> list[dict[str, object]]:
    assert ended.code == 0, ended.err
    return [json.loads(line) for line in ended.out.splitlines()]


def test_ask_lines_writes_one_object_for_each_line_in_order(furnished_house: House) -> None:
    lines = [
        WAGES.encode(),
        b"",
        b"   ",
        b"tolong, saya disekap dan paspor saya dirampas",
        b"terima kasih banyak",
        b"petugas",
        b"\xff\xfe gaji \xc3\x28 dipotong",
        "😀😀😀 \u202e\u200b".encode(),
        b"carriage\rreturn and \x0bvertical \x1cseparators " + "\u2028\u0085".encode(),
        b"<b>%s {0} '; DROP TABLE articles; --</b>",
        b"x" * 1_000_000,
        b"gaji dipotong " * 10_000,
        b"nul \x00 inside",
        b"the last one ends without a line feed",
    ]
    said = answers(furnished_house.balai("ask", "--lines", typed=b"\n".join(lines)))
    assert len(said) == len(lines)
    assert all(list(each) == FIELDS for each in said)
    assert {each["kind"] for each in said} <= KINDS
    assert (said[0]["kind"], said[0]["slug"]) == ("answer", "gaji-dipotong")
    assert [each["kind"] for each in said[1:6]] == ["none", "none", "danger", "chitchat", "person"]
    assert said[3]["level"] in ("act", "ask")
    assert all(each["level"] is None for each in said if each["kind"] != "danger")
    assert all(0 <= float(str(each["confidence"])) <= 1 for each in said)
    assert all(each["text"] for each in said)


def test_ask_lines_of_nothing_is_nothing(furnished_house: House) -> None:
    ended = furnished_house.balai("ask", "--lines")
    assert (ended.code, ended.out) == (0, "")


def test_ask_needs_no_settings_and_no_database(tmp_path: Path, furnished: Path) -> None:
    """As after `make setup` alone; the small guidance stands in for ours, whose finder takes half a minute to build."""
    elsewhere = tmp_path / "anywhere"
    elsewhere.mkdir()
    environment = bare_environment() | {"BALAI_DATA": str(tmp_path / "data")}
    shutil.copytree(SMALL_GUIDANCE, tmp_path / "guidance")
    shutil.copytree(library.TALK, tmp_path / files.TALK)
    shutil.copytree(furnished / "finder", tmp_path / "data" / "finder")
    show = (
        "from pathlib import Path; from processes import guide; "
        f"guide.GUIDANCE = Path({str(tmp_path / 'guidance')!r}); "
        "from processes.commands import main; main()"
    )
    ended = subprocess.run(
        [*command()[:2], show, "ask", WAGES],
        env=environment,
        cwd=elsewhere,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert b"article: gaji-dipotong" in ended.stdout
    assert not (tmp_path / "data" / "balai.db").exists(), "asking makes no database"


def test_ask_shows_what_decided_and_the_runners_up(furnished_house: House) -> None:
    ended = furnished_house.balai("ask", WAGES)
    assert ended.code == 0
    assert "Potongan" in ended.out
    for word in ("kind: answer", "article: gaji-dipotong", "confidence: ", "decided by: ", "runners-up: "):
        assert word in ended.out
    assert ended.err == ""


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "POSIX"])
def test_ask_speaks_utf8_in_any_locale(furnished_house: House, locale: str) -> None:
    environment = {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    said = answers(furnished_house.balai("ask", "--lines", typed="\xff gaji é\n".encode() + b"\xff\n", **environment))
    assert len(said) == 2


def test_a_bar_on_a_terminal_stays_out_of_the_answers(furnished_house: House) -> None:
    ours, theirs = pty.openpty()
    ended = subprocess.run(
        command("ask", "--lines"),
        env=furnished_house.environment(TERM="xterm"),
        input=(WAGES + "\n").encode() * 3,
        stdout=subprocess.PIPE,
        stderr=theirs,
        timeout=60,
        check=False,
    )
    assert [json.loads(line)["slug"] for line in ended.stdout.splitlines()] == ["gaji-dipotong"] * 3
    assert b"reading" in os.read(ours, 100_000)
    os.close(ours)
    os.close(theirs)


def test_a_finder_that_must_be_built_first_says_so_on_standard_error_only(sqlite_house: House) -> None:
    shutil.rmtree(sqlite_house.folder / "finder")
    said = sqlite_house.balai("ask", "--lines", typed=WAGES.encode(), seconds=180)
    assert [each["slug"] for each in answers(said)] == ["gaji-dipotong"]
    assert "Menyiapkan" in said.err
    assert list((sqlite_house.folder / "finder").glob("*.npz")), "and it is kept"


def test_ctrl_c_ends_quietly(furnished_house: House) -> None:
    asking = subprocess.Popen(
        command("ask", "--lines"),
        env=furnished_house.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_hear_ctrl_c,
    )
    assert asking.stdin
    assert asking.stdout
    asking.stdin.write((WAGES + "\n").encode())
    asking.stdin.flush()
    assert asking.stdout.readline(), "each line is answered as it comes"
    wait_for(lambda: waits(asking.pid), "it does not wait for the next line")
    asking.send_signal(signal.SIGINT)
    _, said = asking.communicate(timeout=20)
    assert (asking.returncode, b"Traceback" in said) == (130, False), said.decode()


def _hear_ctrl_c() -> None:
    """What a shell starts in the background, a test run too, is deaf to Ctrl-C, and so are its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def waits(pid: int) -> bool:
    """Whether it sleeps and does nothing: Python drops a Ctrl-C that comes while it tidies up after a line."""
    process = psutil.Process(pid)
    before = process.cpu_times()
    time.sleep(0.2)
    return process.status() == psutil.STATUS_SLEEPING and process.cpu_times() == before


def test_whoever_reads_only_the_beginning_causes_no_traceback(furnished_house: House) -> None:
    asking = subprocess.Popen(
        command("ask", "--lines"),
        env=furnished_house.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert asking.stdin
    assert asking.stdout
    asking.stdin.write((WAGES + "\n").encode())
    asking.stdin.flush()
    asking.stdout.readline()
    asking.stdout.close()
    asking.stdin.write((WAGES + "\n").encode() * 2)
    asking.stdin.close()
    assert asking.stderr
    assert b"Traceback" not in asking.stderr.read()
    asking.wait(20)


# Guidance


def test_guidance_is_loaded_checked_and_written_out_the_same(furnished_house: House, tmp_path: Path) -> None:
    again = furnished_house.balai("content", "load", str(SMALL_GUIDANCE))
    assert (again.code, again.out) == (0, "")
    assert "0 new, 0 updated, 6 unchanged" in again.err
    written = furnished_house.balai("content", "export", str(tmp_path / "out"))
    assert written.code == 0
    assert "6 articles" in written.err
    back = furnished_house.balai("content", "load", str(tmp_path / "out"))
    assert "0 new, 0 updated, 6 unchanged" in back.err


def test_checking_names_file_and_line_and_counts(furnished_house: House, tmp_path: Path) -> None:
    shutil.copytree(SMALL_GUIDANCE, tmp_path / "guidance")
    broken = next((tmp_path / "guidance").rglob("gaji-dipotong/id.md"))
    broken.write_text(broken.read_text().replace("title:", "tittle:", 1))
    ended = furnished_house.balai("content", "check", str(tmp_path / "guidance"))
    assert ended.code == 2
    assert "gaji-dipotong/id.md:" in ended.out
    assert ended.err.count("\n") == 1
    assert "problems" in ended.err


def test_a_language_is_begun_once_and_only_with_a_row(tmp_path: Path) -> None:
    """In a copy of the catalogues."""
    shutil.copytree(ROOT / "locales", tmp_path / "locales")
    shutil.rmtree(tmp_path / "locales" / "mad", ignore_errors=True)
    begin = (
        "from pathlib import Path; from processes import catalogues; "
        f"catalogues.LOCALES = Path({str(tmp_path / 'locales')!r}); "
        "from processes.commands import main; main()"
    )

    def add(code: str) -> Ended:
        ended = subprocess.run(
            [*command()[:2], begin, "add-language", code],
            env=bare_environment() | {"BALAI_DATA": str(tmp_path)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    assert add("mad").code == 0
    begun = (tmp_path / "locales" / "mad" / "LC_MESSAGES" / "bot.po").read_text()
    assert '"Language: mad' in begun
    assert begun.count("msgid") > 50
    assert "already there" in one_line(add("mad"))
    assert "content/languages.py" in one_line(add("xx"))


# Setting up


def test_villages_come_in_whole_or_not_at_all(furnished_house: House, tmp_path: Path) -> None:
    header = "code,name,regency,province,time_zone\n"
    good = "33.07.09.2005,Kuripan Lor,Wonosobo,Jawa Tengah,Asia/Jakarta\n"
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(header + good + "33,,Wonosobo,Jawa Tengah,Mars\n")
    ended = furnished_house.balai("villages", "import", str(wrong))
    assert "nothing was stored" in one_line(ended)
    assert "row 3, code" in ended.out
    assert "row 3, time_zone" in ended.out
    assert "row 2" not in ended.out
    assert "Kuripan Lor" not in names(furnished_house)
    right = tmp_path / "right.csv"
    right.write_text(header + good)
    for said in ("1 new, 0 changed, 0 unchanged", "0 new, 0 changed, 1 unchanged"):
        ended = furnished_house.balai("villages", "import", str(right))
        assert (ended.code, ended.out) == (0, "")
        assert said in ended.err
    assert "Kuripan Lor" in names(furnished_house)


def names(house: House) -> list[str]:
    with house.database.reading() as session:
        return list(session.scalars(select(Village.name)))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00not text", b"", b"PK\x03\x04 a spreadsheet, not a csv"])
def test_a_file_that_is_no_list_of_villages_is_refused(furnished_house: House, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "villages.csv").write_bytes(content)
    known = names(furnished_house)
    one_line(furnished_house.balai("villages", "import", str(tmp_path / "villages.csv")))
    assert names(furnished_house) == known


def test_staff_are_added_with_a_password_for_the_first_sign_in(furnished_house: House) -> None:
    add = ("staff", "add", "wayan", "--name", "Wayan", "--role", "petugas", "--area", "52.03.17.2006")
    add = (*add, "--email", "wayan@desa.example")
    ended = furnished_house.balai(*add)
    assert ended.code == 0
    assert ended.err == ""
    assert len(ended.out.strip()) >= 12
    with furnished_house.database.reading() as session:
        wayan = session.scalars(select(StaffMember).where(StaffMember.login == "wayan")).one()
        assert wayan.must_change_password
        assert ended.out.strip() not in wayan.password_hash
        assert staff.email_of(session, wayan) == "wayan@desa.example"
    assert "login" in one_line(furnished_house.balai(*add))
    assert "calo@" not in one_line(furnished_house.balai(*add[:-1], "calo@nowhere"))


def test_migrating_twice_is_migrating_once_and_only_our_account_may_look(empty_house: House) -> None:
    data = empty_house.folder / "within"
    for _ in range(2):
        ended = empty_house.balai("db", "upgrade", BALAI_DATA=str(data), BALAI_FIELD_KEYS="")
        assert (ended.code, ended.out) == (0, "")
    assert data.stat().st_mode & 0o777 == 0o700
    made = {path.name: path.stat().st_mode & 0o777 for path in data.iterdir()}
    assert made == dict.fromkeys(["balai.db", "field.keys"], 0o600)


def test_a_database_that_everybody_could_read_is_closed_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one made by an older version, and what SQLite makes beside it."""
    monkeypatch.setenv("BALAI_DATA", str(tmp_path))
    monkeypatch.setenv("BALAI_DATABASE_URL", f"sqlite:///{tmp_path}/own.db")
    for mode in (0o644, 0o600):
        (tmp_path / "own.db").touch(mode)
        database = wiring.database(read_settings())
        with database.transaction() as session:
            session.execute(text("CREATE TABLE IF NOT EXISTS one (number int)"))
        with database.transaction() as session:
            session.execute(text("INSERT INTO one VALUES (1)"))
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("own.db*")}
            assert modes == dict.fromkeys(["own.db", "own.db-wal", "own.db-shm"], 0o600)
        database.engine.dispose()


def test_telegram_is_told_where_we_are(furnished_house: House, gateways: Gateways) -> None:
    at = {"BALAI_TELEGRAM_API": gateways.address, "BALAI_PUBLIC_URL": "https://balai.example/"}
    ended = furnished_house.balai("telegram", "connect", **at)
    assert (ended.code, ended.out) == (0, "")
    assert gateways.webhook["url"] == "https://balai.example/webhooks/telegram"
    assert gateways.violations == []
    gateways.fail(telegram_error(400, "Bad Request: bad webhook: HTTPS url must be provided"), method="setWebhook")
    assert "https url must be provided" in one_line(furnished_house.balai("telegram", "connect", **at))
    refused = furnished_house.balai("telegram", "connect", **at | {"BALAI_TELEGRAM_TOKEN": "9:canary"})
    assert "canary" not in one_line(refused)


def test_message_templates_are_written_without_any_setting(tmp_path: Path) -> None:
    ended = run("whatsapp", "templates", environment=bare_environment(), folder=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    written = json.loads(ended.out)
    assert {"balai_reminder", "balai_offer"} <= {template["name"] for template in written}
    paid = {template["name"] for template in written if template["category"] == "MARKETING"}
    assert paid == {"balai_announced"}
    assert {template["category"] for template in written} == {"MARKETING", "UTILITY"}
    assert list(tmp_path.iterdir()) == []


def test_meta_is_asked_which_templates_it_has_approved(tmp_path: Path, gateways: Gateways) -> None:
    """Only the account and the token are needed: texts are submitted before the number is connected."""
    given = {
        "BALAI_WHATSAPP_ACCOUNT_ID": "102290129340398",
        "BALAI_WHATSAPP_TOKEN": GRAPH_TOKEN,
        "BALAI_WHATSAPP_API": gateways.address,
    }

    def asked(**more: str) -> Ended:
        return run("whatsapp", "templates", environment=bare_environment() | given | more, folder=tmp_path)

    written = json.loads(asked().out)
    gateways.templates = [template | {"status": "APPROVED"} for template in written]
    gateways.templates[1]["status"] = "PENDING"
    gateways.templates[2]["status"] = "REJECTED"
    gateways.templates[3]["category"] = "MARKETING"
    gateways.templates[4] |= {"components": [{"type": "BODY", "text": "Halo {{1}}, ada kabar."}]}
    del gateways.templates[-1]
    ended = asked()
    assert ended.code == 0
    assert json.loads(ended.out) == written
    stands = [" ".join(line.split()[2:]) for line in ended.err.splitlines()]
    assert stands[:5] == [
        "APPROVED",
        "PENDING",
        "REJECTED",
        "APPROVED, counted as MARKETING",
        "APPROVED, other words than ours: submit it again",
    ]
    assert set(stands[5:-1]) == {"APPROVED"}
    assert stands[-1] == "missing"
    assert "BALAI_WHATSAPP_TOKEN is missing" in one_line(asked(BALAI_WHATSAPP_TOKEN=""))
    assert "canary" not in one_line(asked(BALAI_WHATSAPP_TOKEN="canary"))
    gateways.fail(whatsapp_error(400, 100), method="message_templates")
    assert one_line(asked()) == "Meta refused or could not be reached: error 100"


ERRORS = {
    ("nosuch",): "No such command",
    ("ask",): "question",
    ("ask", "--language", "xx", "halo"): "--language",
    ("content", "load", "nowhere"): "does not exist",
    ("staff", "add", "wayan2", "--name", "W", "--role", "wizard"): "--role",
    ("staff", "add", "w", "--name", "W", "--role", "petugas"): "login",
    ("staff", "add", "wayan3", "--name", "W", "--role", "petugas", "--area", "Lombok"): "area code",
    ("villages", "import", "nowhere.csv"): "does not exist",
    ("telegram", "connect"): "BALAI_PUBLIC_URL",
}


@pytest.mark.parametrize("words", list(ERRORS), ids=" ".join)
def test_every_error_is_one_line(furnished_house: House, words: tuple[str, ...]) -> None:
    ended = furnished_house.balai(*words, BALAI_PUBLIC_URL="")
    assert ERRORS[words] in one_line(ended)
    assert ended.out == ""


def test_a_database_that_cannot_be_reached_is_one_line_without_its_password(furnished_house: House) -> None:
    for url in ("postgresql://sari:canary@127.0.0.1:1/balai", "sqlite:////proc/nowhere/balai.db"):
        ended = furnished_house.balai("db", "upgrade", BALAI_DATABASE_URL=url)
        assert one_line(ended).startswith("database: ")
        assert "canary" not in ended.err


def test_commands_on_a_database_without_tables_say_what_to_do(empty_house: House) -> None:
    assert "balai db upgrade" in one_line(
        empty_house.balai("villages", "import", str(ROOT / "centre/demo_villages.csv"))
    )


def test_a_conversation_in_the_terminal(sqlite_house: House) -> None:
    ended = sqlite_house.balai("chat", typed=b"halo\nlewati\nlewati\n" + WAGES.encode() + b"\n")
    assert ended.code == 0, ended.err
    assert "Potongan" in ended.out


def test_the_terminal_shares_the_house_with_a_running_worker(sqlite_house: House) -> None:
    sqlite_house.start("worker")
    wait_for(lambda: "worker.ready" in sqlite_house.log("worker"), "the worker did not start")
    ended = sqlite_house.balai("chat", typed=b"halo\nlewati\nlewati\n" + WAGES.encode() + b"\n")
    assert ended.code == 0, ended.err
    assert "Potongan" in ended.out
