"""Work on code, as a whole run: looked into, changed in part, asked about, committed; all on the record."""

from __future__ import annotations

import shutil
import ssl
from pathlib import Path

import pytest
import trustme

from tests.commands.git_server import backend, git, repository
from tests.http.servers import serving
from tests.loopback.openai_server import OpenAIServer
from tests.stories.world import SAVED, Model, Place, provider, step

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("git") is None, reason="git isn't installed"),
]

TOKEN = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
PATCH = [{"search": "return a - b", "replace": "return a + b"}]
ADVICE = "- Name the numbers.\n- Say what it is for."
TESTS = "```python\nfrom sums.sums import add\n\n\ndef test_add() -> None:\n    assert add(1, 2) == 3\n```"


def test_a_repository_is_changed_and_committed(place: Place) -> None:
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    place.workspace.mkdir()
    sums = repository(place.workspace / "sums", {"sums.py": "def add(a, b):\n    return a - b\n"})
    model = Model(
        step("git_status", path="sums"),
        step("analyze_code", code="sums/sums.py"),
        step(
            "patch_file",
            filename="sums/sums.py",
            edits=PATCH,
        ),
        step("write_tests", code="sums/sums.py", focus="the sum of two numbers"),
        step("git_diff", path="sums"),
        step("git_commit", message="Add, don't subtract", path="sums"),
        reviews=[ADVICE, TESTS],
    )
    with OpenAIServer(model) as server:
        ended = place.run("-y", "-c", "--output", "json", **provider(server))
    assert ended.code == 0, ended.err
    results = {event["action"]["command"]: event for event in ended.events() if event["event"] == "Ran"}
    assert [result["result"] for result in results.values() if not result["ok"]] == []
    assert "No file differs" in results["git_status"]["result"]
    assert "Name the numbers" in results["analyze_code"]["result"]
    assert "def test_add" in results["write_tests"]["result"]
    assert "+    return a + b" in results["git_diff"]["result"]
    assert git(sums, "log", "-1", "--format=%s").strip() == "Add, don't subtract"
    assert git(sums, "show", "HEAD:sums.py") == "def add(a, b):\n    return a + b\n"
    for asking in ("analyze_code", "write_tests"):
        assert results[asking]["usage"]["prompt_tokens"] > 0, "what a command asks a model is counted"
    assert "sums" in model.prompts[-1]


def test_a_repository_is_made_and_worked_in_beside_programs(place: Place) -> None:
    """Whatever stands where the repository is to be, and whatever a program tries with it afterwards."""
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    model = Model(
        step("execute_shell", command_line="echo 'print(1)' >one.py; python3 one.py"),
        step("git_init"),
        step("git_init", path="inner"),
        step("write_to_file", filename="inner/two.py", text="print(2)\n"),
        step("git_commit", message="Count to one", files=["one.py"]),
        step("git_commit", message="Count to two", path="inner"),
        step("execute_shell", command_line="echo x >>.git/config || echo x >inner/.git/config || exit 3"),
        step("git_status"),
    )
    with OpenAIServer(model) as server:
        ended = place.run("-y", "-c", "--output", "json", **provider(server), SANDBOX="bubblewrap")
    if ended.code == 2:
        pytest.skip("bubblewrap doesn't work here")
    assert ended.code == 0, ended.err
    *done, tried, status = [event for event in ended.events() if event["event"] == "Ran"][:8]
    assert [result["result"] for result in done if not result["ok"]] == []
    assert "Exit code 3" in tried["result"]
    assert "git_commit" in tried["result"], "it is told what to do instead"
    assert "made" not in tried["result"]
    assert "Left out, as repositories of their own: inner/" in status["result"]
    assert git(place.workspace, "log", "--format=%s").split("\n")[:-1] == ["Count to one"]
    assert git(place.workspace / "inner", "show", "HEAD:two.py") == "print(2)\n"


def test_a_repository_is_cloned_patched_and_committed(place: Place, tmp_path: Path) -> None:
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    repository(tmp_path / "served/sums", {"sums.py": "def add(a, b):\n    return a - b\n"})
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", key_type=trustme.KeyType.ECDSA).configure_cert(context)
    with serving(backend(tmp_path / "served"), context) as site:
        model = Model(
            step("clone_repository", repository_url=f"https://localhost:{site.port}/sums"),
            step("patch_file", filename="sums/sums.py", edits=PATCH),
            step("git_commit", message="Add, don't subtract", path="sums"),
        )
        with OpenAIServer(model) as server:
            ended = place.run(
                *("-y", "-c", "--output", "json"),
                **provider(server),
                ALLOWED_HOSTS=f"localhost:{site.port}",
                SSL_CERT_FILE=str(tmp_path / "authority.pem"),
                GITHUB_USERNAME="ada",
                GITHUB_API_KEY=TOKEN,
                GIT_AUTHOR_NAME="Ada Lovelace",
            )
    assert ended.code == 0, ended.err
    results = [event for event in ended.events() if event["event"] == "Ran"]
    assert [result["result"] for result in results if not result["ok"]] == []
    cloned = place.workspace / "sums"
    assert git(cloned, "log", "--format=%an: %s").splitlines() == [
        "Ada Lovelace: Add, don't subtract",
        "Ada: Commit 1",
    ]
    assert git(cloned, "show", "HEAD:sums.py") == "def add(a, b):\n    return a + b\n"
    assert git(cloned, "fsck") == ""
    assert not any("authorization" in request.headers for request in site.requests), "it is for github.com"
    assert place.leaks(TOKEN) == []
    assert TOKEN not in ended.said


def test_a_host_that_nobody_named_gets_no_clone(place: Place) -> None:
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    url = "https://127.0.0.1/tea"
    with OpenAIServer(Model(step("clone_repository", repository_url=url))) as server:
        ended = place.run("-y", "-c", "--preset", "trusted", "--output", "json", **provider(server))
    assert ended.code == 0
    refused = next(event for event in ended.events() if event["event"] == "Ran")
    assert not refused["ok"]
    assert "is not reached" in refused["result"]
