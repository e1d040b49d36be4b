"""Settings: half a channel is refused by name, values are never shown, and the key is made once."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from processes import wiring
from processes.settings import MailServer, Settings, SettingsInvalid, field_keys, mail_server, read_settings, secret_key
from tests.processes.houses import FIELD_KEY, KEY, ROOT, bare_environment, command, run

TELEGRAM = {"BALAI_TELEGRAM_TOKEN": "123:canary", "BALAI_TELEGRAM_SECRET": "canary-secret"}
WHATSAPP = {
    "BALAI_WHATSAPP_PHONE_ID": "canary-1",
    "BALAI_WHATSAPP_TOKEN": "canary-2",
    "BALAI_WHATSAPP_APP_SECRET": "canary-3",
    "BALAI_WHATSAPP_VERIFY_TOKEN": "canary-4",
}
FONNTE = {
    "BALAI_FONNTE_TOKEN": "canary-5",
    "BALAI_FONNTE_SECRET": "canary-of-16-characters",
    "BALAI_FONNTE_PATH": "canary-in-an-address-1",
}
WAHA = {
    "BALAI_WAHA_URL": "http://192.168.1.5:3000",
    "BALAI_WAHA_KEY": "canary-6",
    "BALAI_WAHA_HMAC": "canary-of-16-characters",
    "BALAI_WAHA_PATH": "canary-in-an-address-2",
}
SMS = {
    "BALAI_SMS_NUMBER": "+6281200000003",
    "BALAI_SMS_SECRET": "canary-of-16-characters",
    "BALAI_SMS_PATH": "canary-in-an-address-3",
}
GATEWAYS = (FONNTE, WAHA, SMS)
POSTGRESQL = "postgresql://sari:canary-password@127.0.0.1:1/balai"


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No `.env` of the folder we stand in, nor of the checkout, has a say here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    monkeypatch.setenv("BALAI_DATA", str(tmp_path / "data"))


def given(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


def refusal() -> str:
    with pytest.raises(SettingsInvalid) as refused:
        read_settings()
    return str(refused.value)


HALVES = [
    *({name: WHATSAPP[name] for name in WHATSAPP if name != missing} | {"missing": missing} for missing in WHATSAPP),
    *(
        {name: whole[name] for name in whole if name != missing} | {"missing": missing}
        for whole in GATEWAYS
        for missing in whole
    ),
    {"BALAI_SMS_URL": "http://192.168.1.7:8080/message", "missing": "BALAI_SMS_NUMBER"},
    {"BALAI_WHATSAPP_TOKEN": "canary-2", "missing": "BALAI_WHATSAPP_PHONE_ID"},
    {"BALAI_WHATSAPP_VERIFY_TOKEN": "canary-4", "missing": "BALAI_WHATSAPP_PHONE_ID"},
    {"BALAI_TELEGRAM_SECRET": "canary-secret", "missing": "BALAI_TELEGRAM_TOKEN"},
    {
        "BALAI_TELEGRAM_TOKEN": "123:canary",
        "BALAI_PUBLIC_URL": "https://canary.example",
        "missing": "BALAI_TELEGRAM_SECRET",
    },
    {"BALAI_WHATSAPP_NEWS_PRICE": "750", "missing": "BALAI_WHATSAPP_NEWS_PRICE_DATE"},
    {
        "BALAI_WHATSAPP_NEWS_PRICE": "750",
        "BALAI_WHATSAPP_NEWS_PRICE_DATE": "2026-11-01",
        "missing": "BALAI_WHATSAPP_NEWS_PRICE_SOURCE",
    },
    {"BALAI_DATABASE_URL": POSTGRESQL, "missing": "BALAI_SECRET_KEY"},
    {"BALAI_DATABASE_URL": POSTGRESQL, "BALAI_SECRET_KEY": KEY, "missing": "BALAI_FIELD_KEYS"},
]


@pytest.mark.parametrize("half", HALVES, ids=lambda half: f"{len(half)}-{half['missing']}")
def test_half_a_channel_is_refused_by_the_name_of_what_is_missing(
    half: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = half["missing"]
    given(monkeypatch, {name: value for name, value in half.items() if name != "missing"})
    said = refusal()
    assert said.startswith(f"{missing} is missing")
    assert "canary" not in said
    assert "\n" not in said


WRONG = {
    "PORT": ("harbour", "70000", "0"),
    "BALAI_PUBLIC_URL": ("canary.example", "ftp://canary"),
    "BALAI_TELEGRAM_API": ("canary",),
    "BALAI_WHATSAPP_API": ("canary",),
    "BALAI_WHATSAPP_ACCOUNT_ID": ("canary",),
    "BALAI_TELEGRAM_SECRET": ("canary with spaces", "canary" * 50),
    "BALAI_TRUSTED_PROXIES": ("canary", "-1"),
    "BALAI_PACE": ("0", "canary"),
    "BALAI_WHATSAPP_DAILY": ("0", "canary"),
    "BALAI_WHATSAPP_NEWS_PRICE": ("-1", "canary"),
    "BALAI_WHATSAPP_NEWS_PRICE_DATE": ("canary",),
    "BALAI_DATABASE_URL": ("mysql://canary@host/db", "postgresql://canary:canary@host:harbour/db", "canary"),
    "BALAI_SMTP_URL": (
        "canary",
        "http://canary.example?from=balai@desa.example",
        "smtp://?from=balai@desa.example",
        "smtp://canary.example",
        "smtp://canary.example?from=canary",
        "smtp://canary.example?from=a@b.example,canary@c.example",
        "smtp://canary.example:harbour?from=balai@desa.example",
        "smtp://canary.example/inbox?from=balai@desa.example",
        "smtp://canary.example?from=balai@desa.example&starttls=canary",
        "smtp://canary.example?from=balai@desa.example&startls=1",
        "smtp://canary.example?from=balai@desa.example&from=canary@desa.example",
        "smtp://user:canary@mail.example?from=balai@desa.example&starttls=0",
        "smtp://canary@mail.example?from=balai@desa.example",
    ),
    "BALAI_SECRET_KEY": ("canary",),
    "BALAI_FIELD_KEYS": ("canary", f"{FIELD_KEY},canary", f"{FIELD_KEY},", f"{FIELD_KEY}, {FIELD_KEY}", ","),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_named_and_never_shown(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, TELEGRAM | {"BALAI_SECRET_KEY": KEY} | {name: value})
    said = refusal()
    assert said.startswith(name)
    assert "canary" not in said
    assert "\n" not in said


def test_whoever_prints_the_settings_sees_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {"BALAI_SECRET_KEY": "canary" * 9, "BALAI_FIELD_KEYS": "canary" * 9}
    secrets |= {"BALAI_SMTP_URL": "smtp://canary:canary@canary.example?from=balai@desa.example"}
    secrets |= {"BALAI_METRICS_TOKEN": "canary", "BALAI_DATABASE_URL": POSTGRESQL}
    given(monkeypatch, TELEGRAM | WHATSAPP | secrets | {"BALAI_WHATSAPP_PHONE_ID": "1"})
    given(monkeypatch, {"BALAI_PUBLIC_URL": "https://balai.example"})
    assert "canary" not in repr(read_settings())
    assert "canary" not in str(read_settings())


def test_without_any_setting_there_is_a_house_of_its_own_on_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BALAI_DATA")
    settings = read_settings()
    assert (settings.port, settings.data, settings.is_sqlite) == (8000, ROOT / "var", True)
    assert settings.address_of_database == f"sqlite:///{ROOT / 'var' / 'balai.db'}"
    assert not settings.has_telegram
    assert not settings.has_whatsapp
    assert settings.pace == 1.0


FROM = "balai@desa.example"
SERVERS = {
    f"smtp://mail.example?from={FROM}": MailServer("mail.example", 587, "", "", FROM, False, True),
    f"smtp://b%40x:p%3Aw@mail.example:2525?starttls=1&from={FROM}": MailServer(
        "mail.example", 2525, "b@x", "p:w", FROM, False, True
    ),
    f"smtp://localhost:25?starttls=0&from={FROM}": MailServer("localhost", 25, "", "", FROM, False, False),
    f"smtps://balai:p@mail.example/?from={FROM}": MailServer("mail.example", 465, "balai", "p", FROM, True, False),
}


@pytest.mark.parametrize("address", SERVERS)
def test_a_mail_server_is_read_from_its_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mail_server(read_settings()) is None
    given(monkeypatch, {"BALAI_SMTP_URL": address})
    assert mail_server(read_settings()) == SERVERS[address]
    assert "p:w" not in repr(SERVERS[address])


def test_telegram_without_a_public_address_needs_its_token_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, {"BALAI_TELEGRAM_TOKEN": "123:abc"})
    assert read_settings().has_telegram


def test_an_empty_setting_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, dict.fromkeys([*TELEGRAM, *WHATSAPP, "PORT", "BALAI_DATABASE_URL", "BALAI_PUBLIC_URL"], ""))
    assert read_settings().port == 8000


def test_settings_are_read_from_a_file_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("PORT=8123\nBALAI_PUBLIC_URL=https://file.example/\n")
    given(monkeypatch, {"PORT": "8124"})
    settings = read_settings()
    assert settings.port == 8124
    assert settings.public_url == "https://file.example"


def test_the_key_is_made_once_for_our_eyes_only(tmp_path: Path) -> None:
    first = secret_key(read_settings())
    assert len(first) >= 32
    assert secret_key(read_settings()) == first
    kept = tmp_path / "data" / "secret.key"
    assert kept.read_text() == first
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret.key"]


def test_field_keys_are_made_once_for_our_eyes_only(tmp_path: Path) -> None:
    [first] = field_keys(read_settings())
    assert len(first) >= 32
    assert field_keys(read_settings()) == [first]
    kept = tmp_path / "data" / "field.keys"
    assert kept.read_text() == first
    assert kept.stat().st_mode & 0o777 == 0o600
    assert first != secret_key(read_settings())


def test_field_keys_that_are_given_are_used_and_none_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, {"BALAI_FIELD_KEYS": f"{'new ' * 8}n, {FIELD_KEY}"})
    assert field_keys(read_settings()) == [f"{'new ' * 8}n", FIELD_KEY]
    assert not (tmp_path / "data").exists()


def test_a_new_key_on_top_of_the_file_seals_and_the_old_one_still_opens(tmp_path: Path) -> None:
    before = wiring.database(read_settings()).vault.seal("ijazah ditahan", "a|1")
    kept = tmp_path / "data" / "field.keys"
    kept.write_text(f"{FIELD_KEY}\n{kept.read_text()}\n")
    vault = wiring.database(read_settings()).vault
    assert vault.open(before, "a|1") == "ijazah ditahan"
    assert vault.seal("halo", "a|1")[:9] != before[:9]


@pytest.mark.parametrize("written", ["", "short\n", f"{FIELD_KEY}\n\n{KEY}"])
def test_a_damaged_file_of_field_keys_is_never_made_anew(tmp_path: Path, written: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "field.keys").write_text(written)
    with pytest.raises(SettingsInvalid, match=r"^field\.keys in BALAI_DATA: each key needs at least 32 characters$"):
        field_keys(read_settings())
    assert (tmp_path / "data" / "field.keys").read_text() == written


def test_a_given_key_is_used_and_none_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, {"BALAI_SECRET_KEY": KEY})
    assert secret_key(read_settings()) == KEY
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("key", ["secret_key(read_settings())", "*field_keys(read_settings())"])
def test_processes_that_start_at_once_read_the_same_key(tmp_path: Path, key: str) -> None:
    show = f"from processes.settings import *; print({key})"
    environment = bare_environment() | {"BALAI_DATA": str(tmp_path / "data")}
    starting = [
        subprocess.Popen([*command()[:2], show], env=environment, cwd=tmp_path, stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    keys = {child.communicate(timeout=60)[0] for child in starting}
    assert len(keys) == 1
    assert len(keys.pop().strip()) >= 32


def test_a_data_folder_that_cannot_be_used_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").write_text("this is a file")
    with pytest.raises(SettingsInvalid, match="^BALAI_DATA: "):
        secret_key(read_settings())
    with pytest.raises(SettingsInvalid, match="^BALAI_DATA: "):
        field_keys(read_settings())


@pytest.mark.parametrize("words", [("web",), ("worker",), ("serve",)])
def test_a_half_configured_house_does_not_start(words: tuple[str, ...], tmp_path: Path) -> None:
    environment = bare_environment() | {"BALAI_DATA": str(tmp_path / "data"), "BALAI_WHATSAPP_TOKEN": "canary"}
    ended = run(*words, environment=environment, folder=tmp_path / "elsewhere")
    assert ended.code == 2
    assert ended.err == "balai: BALAI_WHATSAPP_PHONE_ID is missing: WhatsApp is only half configured\n"
    assert ended.out == ""


def test_gateways_are_off_until_somebody_decides_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wiring.channels(read_settings()) == {}
    given(monkeypatch, FONNTE | WAHA | SMS)
    settings = read_settings()
    assert sorted(wiring.channels(settings)) == ["fonnte", "sms", "waha"]
    assert sorted(wiring.senders(settings, lambda _: None)) == ["fonnte", "waha"], "the telephone fetches"
    assert "canary" not in repr(settings)
    given(monkeypatch, {"BALAI_SMS_URL": "http://user:canary@192.168.1.7:8080/message"})
    assert "sms" in wiring.senders(read_settings(), lambda _: None)


@pytest.mark.parametrize(
    ("whole", "name", "value"),
    [
        (FONNTE, "BALAI_FONNTE_SECRET", "too-short"),
        (SMS, "BALAI_SMS_PATH", "too-short"),
        (SMS, "BALAI_SMS_PATH", "has/a/slash/and/16"),
        (WAHA, "BALAI_WAHA_URL", "http://waha.example.id:3000"),
        (WAHA, "BALAI_WAHA_URL", "http://8.8.8.8:3000"),
        (SMS, "BALAI_SMS_URL", "http://sms.example.id/message"),
        (SMS, "BALAI_SMS_URL", "ftp://192.168.1.7/"),
        (FONNTE, "BALAI_GATEWAY_SECONDS", "0.1"),
        (FONNTE, "BALAI_FONNTE_API", "http://api.fonnte.example"),
        (FONNTE, "BALAI_FONNTE_PATH", "canary-of-16-characters"),
        (WAHA, "BALAI_WAHA_PATH", "canary-of-16-characters"),
        (SMS, "BALAI_SMS_PATH", "canary-of-16-characters"),
        (SMS, "BALAI_SMS_NUMBER", "+62"),
        (SMS, "BALAI_SMS_NUMBER", "3636"),
    ],
)
def test_gateways_open_to_others_are_refused(
    monkeypatch: pytest.MonkeyPatch, whole: dict[str, str], name: str, value: str
) -> None:
    given(monkeypatch, {**whole, name: value})
    assert name in refusal()
    assert value not in refusal()
