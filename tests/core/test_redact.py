"""Secrets go; ordinary text, code, hashes and data stay; no input is slow."""

from __future__ import annotations

import base64
import json
import random
import re
import string
import sys
import time
import uuid
from collections.abc import Callable
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt.core.redact import MARK, Redactor

_random = random.Random(7)
ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def draw(alphabet: str, length: int) -> str:
    return "".join(_random.choice(alphabet) for _ in range(length))


def b64(length: int) -> str:
    return draw(ALNUM + "-_", length)


def jwt() -> str:
    parts = (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"1234567890","name":"J"}', _random.randbytes(32))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def pem(kind: str = "RSA PRIVATE KEY", lines: int = 12, headers: str = "") -> str:
    body = "\n".join(draw(ALNUM + "+/", 64) for _ in range(lines))
    return f"-----BEGIN {kind}-----\n{headers}{body}\n{draw(ALNUM, 22)}==\n-----END {kind}-----"


KEYS: dict[str, str] = {
    "openai": f"sk-{draw(ALNUM, 20)}T3BlbkFJ{draw(ALNUM, 20)}",
    "openai letters": "sk-abcdefghijklmnopqrstuvwxyz",
    "openai project": f"sk-proj-{b64(74)}T3BlbkFJ{b64(74)}",
    "openai service account": f"sk-svcacct-{b64(110)}",
    "anthropic": f"sk-ant-api03-{b64(93)}AA",
    "openrouter": f"sk-or-v1-{draw(HEX, 64)}",
    "deepseek": f"sk-{draw(HEX, 32)}",
    "aws": f"AKIA{draw(string.ascii_uppercase + '234567', 16)}",
    "aws temporary": f"ASIA{draw(string.ascii_uppercase + '234567', 16)}",
    "github": f"ghp_{draw(ALNUM, 36)}",
    "github app": f"ghs_{draw(ALNUM, 36)}",
    "github fine-grained": f"github_pat_{draw(ALNUM, 22)}_{draw(ALNUM, 59)}",
    "gitlab": f"glpat-{b64(20)}",
    "google": f"AIza{draw(ALNUM, 35)}",
    "google oauth": f"ya29.{draw(ALNUM, 100)}",
    "slack": f"xoxb-{draw(string.digits, 12)}-{draw(string.digits, 12)}-{draw(ALNUM, 24)}",
    "slack app": f"xapp-1-A{draw(string.digits, 10)}-{draw(string.digits, 13)}-{draw(HEX, 64)}",
    "hugging face": f"hf_{draw(string.ascii_letters, 34)}",
    "stripe": f"sk_live_{draw(ALNUM, 24)}",
    "stripe restricted": f"rk_test_{draw(ALNUM, 99)}",
    "twitter bearer": "A" * 22 + draw(ALNUM, 20) + "%2F" + draw(ALNUM, 20) + "%3D" + draw(ALNUM, 44) + "aB3",
    "jwt": jwt(),
    "elevenlabs": f"sk_{draw(HEX, 48)}",
    "pinecone": f"pcsk_{draw(ALNUM, 6)}_{draw(ALNUM, 64)}",
    "groq": f"gsk_{draw(ALNUM, 52)}",
    "xai": f"xai-{draw(ALNUM, 80)}",
    "replicate": f"r8_{draw(ALNUM, 37)}",
    "telegram": f"{draw('123456789', 10)}:AA{draw(ALNUM, 33)}",
    "sendgrid": f"SG.{draw(ALNUM, 22)}.{draw(ALNUM, 43)}",
    "npm": f"npm_{draw(ALNUM, 36)}",
    "private key": pem(),
    "private key, long name": pem("OPENSSH PRIVATE KEY", 30),
    "private key, encrypted": pem(
        headers="Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\n"
    ),
    "private key, pgp": pem("PGP PRIVATE KEY BLOCK", headers="Version: GnuPG v2\n\n"),
}

SURROUNDINGS = [
    "{}",
    "the key is {}.",
    "OPENAI_API_KEY={}\nTEMPERATURE=0",
    'openai.api_key = "{}"',
    "{{'key': '{}'}}",
    "curl -H 'X-Api-Key: {}' https://api.example.com",
    "https://example.com/path?key={}&x=1",
    "say=key%3D{}",
    "({})",
    "中文{}中文",
    "\x1b[31;1m {}\x1b[0m",
    "--api-key={} --model=gpt-5",
    "{0} {0}",
]


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_keys_of_well_known_shapes_go_and_their_surroundings_stay(kind: str, surroundings: str) -> None:
    assert Redactor()(surroundings.format(KEYS[kind])) == surroundings.format(MARK)


@pytest.mark.parametrize("kind", KEYS)
def test_keys_in_json_and_in_json_inside_json_go(kind: str) -> None:
    key = KEYS[kind]
    inner = json.dumps({"content": f"line\n{key}\n\tend"})
    assert json.loads(Redactor()(inner)) == {"content": f"line\n{MARK}\n\tend"}
    redacted = Redactor()(json.dumps({"text": inner}))
    assert json.loads(json.loads(redacted)["text"]) == {"content": f"line\n{MARK}\n\tend"}


def test_a_private_key_cut_off_in_the_middle_goes() -> None:
    assert Redactor()("cat id_rsa\n" + pem()[:400]) == f"cat id_rsa\n{MARK}"


def test_a_private_key_in_source_code_goes() -> None:
    lines = "\n".join(f'    "{line}\\n"' for line in pem().splitlines())
    assert Redactor()(f"KEY = (\n{lines}\n)") == f'KEY = (\n    "{MARK}\\n"\n)'


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("postgres://me:s3cr3t@db:5432/app", "postgres://me:***@db:5432/app"),
        ("redis://:s3cr3t@localhost", "redis://:***@localhost"),
        ("https://x-access-token:abc@github.com/a/b.git", "https://x-access-token:***@github.com/a/b.git"),
        ("http://a:p@ss:word@h/x@y", "http://a:***@h/x@y"),
        (r'{"url":"https:\/\/a:pw@h\/x"}', r'{"url":"https:\/\/a:***@h\/x"}'),
        ("Authorization: Basic dXNlcjpodW50ZXIy", "Authorization: Basic ***"),
        ('{"Authorization": "Bearer 9f8e7d6c5b4a39281706f5e4d3c2b1a0"}', '{"Authorization": "Bearer ***"}'),
        (
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "aws_secret_access_key = ***",
        ),
        (
            '"AWS_SECRET_ACCESS_KEY":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"',
            '"AWS_SECRET_ACCESS_KEY":"***"',
        ),
        (
            "https://hooks.slack.com/services/T0AB1CD2E/B0AB1CD2E/Xy12Xy12Xy12Xy12",
            "https://hooks.slack.com/services/***",
        ),
    ],
)
def test_credentials_in_context_go(text: str, redacted: str) -> None:
    assert Redactor()(text) == redacted


ORDINARY = [
    sha1(b"x").hexdigest(),
    sha256(b"x").hexdigest(),
    f"commit {sha1(b'y').hexdigest()}\nindex 1a2b3c4..5d6e7f8 100644",
    str(uuid.UUID(int=_random.getrandbits(128))),
    "ghcr.io/a/b@sha256:" + sha256(b"z").hexdigest(),
    "task-550e8400-e29b-41d4-a716-446655440000 and task-550e8400e29b41d4a716446655440000",
    "risk-adjusted disk-encryption-configuration-for-everyone task-management-for-the-whole-team",
    'class="sk-toggleable__label-arrow sk-estimator-doc-link sk-container-id-12"',
    "task_0123456789abcdef0123456789abcdef0123456789abcdef",
    "sk-learn, sk-SK, sk-your-key-here, sk_buff, sk-...",
    "the ghp_ prefix; hf_hub_download(repo_id); AKIA is a prefix; AIza too; eyJ starts a JSON object",
    "grep -r -- '-----BEGIN RSA PRIVATE KEY-----' . # and then look at each file that it names",
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n-----END PUBLIC KEY-----",
    "http://localhost:8080/a@b http://[::1]:80/ mailto:a@b.c git@github.com:a/b.git http://h:80",
    "postgres://$USER:$PASSWORD@h postgres://{user}:{password}@h mysql://%s:%s@h ftp://u:${PW}@h ftp://u:***@h",
    'f"https://{user}:{password}@{host}:{port}/"',
    "Bearer authentication-and-authorisation; a bearer of bad news; Authorization: Bearer $TOKEN",
    "a basic understanding of basic authentication",
    "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
    "AAAA" * 64,
    "xoxo-hugs-and-kisses-to-everyone",
    "def test_sk_live_mode(self): return 'sk_test_'",
    "1234567890:AAPL and 09:41:AAA",
    "\\\\server\\share\\new_folder 日本語のテキスト — “quoted” … 😀",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays(text: str) -> None:
    assert Redactor()(text) == text


def test_random_base64_and_hexadecimal_data_stay() -> None:
    data = _random.randbytes(300_000)
    zeros = bytes(5000) + data[:200] + bytes(5000)
    for text in (
        base64.b64encode(data).decode(),
        base64.encodebytes(data).decode(),
        data.hex(),
        base64.b64encode(zeros).decode(),
        base64.encodebytes(zeros).decode(),
    ):
        assert Redactor()(text) == text


def test_the_code_of_the_standard_library_stays() -> None:
    for name in (
        "argparse.py",
        "http/client.py",
        "urllib/request.py",
        "ssl.py",
        "email/message.py",
        "turtle.py",
    ):
        text = (Path(json.__file__).parent.parent / name).read_text("utf-8")
        assert Redactor()(text) == text


SPELLINGS: list[Callable[[str], str]] = [
    str,
    quote,
    lambda secret: quote(secret, safe=""),
    lambda secret: re.sub("%..", lambda code: code[0].lower(), quote(secret)),
    quote_plus,
    lambda secret: json.dumps(secret)[1:-1],
    lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    lambda secret: json.dumps(json.dumps(secret))[3:-3],
    lambda secret: json.dumps(secret)[1:-1].replace("/", "\\/"),
]


@pytest.mark.parametrize(
    "secret", ["hunter2", 'p/ä"s s+w=ö\nrd', "correct horse battery", "日本語パスワード"]
)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_known_secrets_go_in_every_spelling(secret: str, spelling: Callable[[str], str]) -> None:
    assert Redactor([secret])(f"mysql -p{spelling(secret)}.") == f"mysql -p{MARK}."


@given(st.binary(max_size=8), st.text(min_size=6, max_size=40), st.binary(max_size=8), st.booleans())
def test_known_secrets_go_from_inside_base64(before: bytes, secret: str, after: bytes, in_url: bool) -> None:
    secret = secret.strip()
    encoded = base64.urlsafe_b64encode if in_url else base64.b64encode
    text = encoded(before + secret.encode() + after).decode()
    if len(secret) >= 6:
        redacted = Redactor([secret])(text)
        assert MARK in redacted
        assert len(redacted) <= len(text) - len(secret.encode()) + 2 + len(MARK)


def test_short_and_empty_secrets_are_not_looked_for() -> None:
    assert Redactor(["", "  ", "on", "12345", "abc   "])("on 12345 abc   ") == "on 12345 abc   "


def test_overlapping_secrets_go_together() -> None:
    redactor = Redactor(["alphabeta1", "beta1gamma", "alphabet", "delta6"])
    assert redactor("<alphabeta1gamma> <alphabeta1> <delta6delta6>") == "<***> <***> <***>"


def test_a_key_that_touches_a_known_secret_goes_too() -> None:
    assert Redactor(["hunter2"])(f"hunter2{KEYS['openai']}") == "******"


def test_a_known_secret_inside_a_key_does_not_leave_the_rest_of_the_key() -> None:
    key = KEYS["openai"]
    assert Redactor([key[10:18]])(f"<{key}>") == "<***>"


words = st.sampled_from(
    [*KEYS.values(), "hunter2", "s3cr3t!", "-", "_", ".", " ", "a", "\\n", "://u:", "@", "eyJ", "sk-", "%3D"]
)


@given(st.lists(words, max_size=12).map("".join) | st.text())
def test_redacting_twice_changes_nothing(text: str) -> None:
    redactor = Redactor(["hunter2", "s3cr3t!", "r2s3cr"])
    once = redactor(text)
    assert redactor(once) == once
    assert "hunter2" not in once


def test_json_values_are_redacted_at_any_depth_and_in_keys() -> None:
    redactor = Redactor(["hunter2"])
    value = {"a": ["hunter2", {"hunter2": (1, "x hunter2")}], "n": None, "b": True, "f": 1.5}
    assert redactor.redact_json(value) == {
        "a": [MARK, {MARK: [1, f"x {MARK}"]}],
        "n": None,
        "b": True,
        "f": 1.5,
    }
    assert value["a"] == ["hunter2", {"hunter2": (1, "x hunter2")}]
    assert redactor.redact_json("hunter2") == MARK
    assert redactor.redact_json(7) == 7
    deep: Any = "hunter2"
    for _ in range(50_000):
        deep = [deep]
    redacted = redactor.redact_json(deep)
    while isinstance(redacted, list):
        (redacted,) = redacted
    assert redacted == MARK


def test_it_does_not_show_what_it_knows() -> None:
    assert "hunter2" not in repr(Redactor(["hunter2"]))


SIZE = 5_000_000
WORST = {
    "prose": "It was a dark and stormy night; the rain fell in torrents. ",
    "code": 'def f(x): return {"url": "https://example.com/", "key": x}  # sk-...\n',
    "a": "a",
    "A": "A",
    "A%": "A%",
    "sk-": "sk-",
    "short sk-": "sk-aaaa.",
    "-sk-a": "-sk-a_",
    "eyJ": "eyJ",
    "eyJ.": "eyJaaaaaaaa.",
    "-eyJ": "-eyJa",
    "eyJ eyJ": "eyJaaaaaaaa.eyJaaaaaaaa ",
    "escaped eyJ": "\\neyJaaaaaaaa",
    "urls": "://a:",
    "urls without end": "://aaaaaaaaaa",
    "at": "@://a:aaaa",
    "many at": ":@",
    "pem": "-----BEGIN RSA PRIVATE KEY-----",
    "pem body": "-----BEGIN PRIVATE KEY-----\nAAAAAAAAAAAAAAAAAAAAAAAA\n",
    "pem header": "-----BEGIN PRIVATE KEY-----\nA-A: a a a a a\n",
    "pem gaps": "-----BEGIN PRIVATE KEY-----" + " \\n" * 40,
    "bearer": "Bearer aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ",
    "bearer=": "Bearer aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa==a",
    "SG.": "SG.aaaaaaaaaaaaaaaaaaaa",
    "digits": "1234567890:AA",
    "aws": "aws_secret_access_key=",
    "slack": "hooks.slack.com/services/",
    "all anchors": "".join(key[:12] for key in KEYS.values()) + "@",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", WORST)
def test_five_megabytes_take_bounded_time(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A doubling of the text may not take much more than twice as long; a square would take four times."""
    redactor = Redactor([draw(ALNUM, 40) for _ in range(10)])
    redactor("".join(WORST.values()))  # compile

    def seconds(size: int) -> float:
        text = (WORST[kind] * (size // len(WORST[kind]) + 1))[:size]
        started = time.process_time()
        redactor(text)
        return time.process_time() - started

    whole = seconds(SIZE)
    with capsys.disabled():
        sys.stdout.write(f"\nredact 5 MB of {kind!r}: {whole:.2f} s")
    assert whole < 8
    assert whole < 3 * seconds(SIZE // 2) + 0.3


def test_a_text_that_holds_a_known_secret_is_known_to_hold_it() -> None:
    redact = Redactor(["correct horse/battery"])
    assert redact.knows("https://e.com/?q=correct%20horse%2Fbattery")
    assert not redact.knows("https://e.com/?key=AKIAIOSFODNN7EXAMPLE")
    assert not redact.knows("correct horse")
