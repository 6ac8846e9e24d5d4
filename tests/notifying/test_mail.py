"""E-mail by a server that really listens."""

from email import message_from_string

import pytest

from tests.notifying.conftest import MailServer
from tuner.errors import InputError, NotDelivered
from tuner.notifying.mail import send, written
from tuner.redaction import redacted
from tuner.settings import MailSettings, read_mail_settings


def _settings() -> MailSettings:
    found = read_mail_settings()
    assert found is not None
    return found


def test_it_arrives_as_it_was_written_with_a_number_of_its_own(mail_server: MailServer) -> None:
    mail = written("e.r", "ada@tune.example", "bob@tune.example", "s has ended", "val_accuracy 0.9, ähnlich\n")
    assert send(_settings(), mail).words == "127.0.0.1 took it"
    (got,) = mail_server.got
    assert got["Subject"] == "[tune] s has ended"
    assert (got["From"], got["To"]) == ("ada@tune.example", "bob@tune.example")
    assert got["Message-ID"] == "<e.r@tune.example>"
    assert got["Auto-Submitted"] == "auto-generated"
    payload = got.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().splitlines() == ["val_accuracy 0.9, ähnlich"]


def test_a_name_ends_no_header() -> None:
    mail = written("e.r", "ada@tune.example", "bob@tune.example", "s\r\nBcc: eve@tune.example", "words\n")
    read = message_from_string(mail.as_string())
    assert read["Bcc"] is None
    assert "Bcc: eve" in read["Subject"]


def test_what_the_server_refuses_is_said(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = written("e.r", "ada@tune.example", "bob@tune.example", "s", "words\n")
    mail_server.refuse = "552 mailbox is full"
    with pytest.raises(NotDelivered, match=r"127.0.0.1 does not take it: 552 mailbox is full"):
        send(_settings(), mail)
    monkeypatch.setenv("TUNER_SMTP_PASSWORD", "wrongsecret")
    with pytest.raises(NotDelivered, match="does not take the user and password") as caught:
        send(_settings(), mail)
    assert "wrongsecret" not in str(caught.value)
    monkeypatch.setenv("TUNER_SMTP_SECURITY", "starttls")
    with pytest.raises(NotDelivered, match="STARTTLS"):  # and nothing is sent in plain
        send(_settings(), mail)
    monkeypatch.setenv("TUNER_SMTP_SECURITY", "tls")
    with pytest.raises(NotDelivered, match="TLS"):
        send(_settings(), mail)
    monkeypatch.setenv("TUNER_SMTP_SECURITY", "none")
    monkeypatch.setenv("TUNER_SMTP_PORT", "9")
    with pytest.raises(NotDelivered, match=r"127\.0\.0\.1:9 is not listened on"):
        send(_settings(), mail)
    assert mail_server.got == []


def test_the_password_is_in_no_text(mail_server: MailServer) -> None:
    settings = _settings()
    assert settings.password not in redacted(f"login {settings.password} of {settings!r}")


@pytest.mark.parametrize(
    ("name", "value"),
    [("SECURITY", "ssl"), ("PORT", "x"), ("PORT", "0"), ("FROM", "nobody"), ("FROM", "a@b\nBcc: c@d")],
)
def test_settings_that_cannot_be_are_said(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"TUNER_SMTP_{name}", value)
    with pytest.raises(InputError, match=f"TUNER_SMTP_{name}"):
        read_mail_settings()


def test_the_usual_port_goes_by_the_security(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_mail_settings() is None
    monkeypatch.setenv("TUNER_SMTP_HOST", "mail.example")
    monkeypatch.setenv("TUNER_SMTP_FROM", "tune@mail.example")
    assert (_settings().port, _settings().security) == (587, "starttls")
    monkeypatch.setenv("TUNER_SMTP_SECURITY", "tls")
    assert _settings().port == 465
