"""Downloads: whole or not at all, resumed where they broke off, bounded, and only into the workspace."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from autogpt.commands.download import DownloadCommands
from autogpt.commands.registry import Registry
from autogpt.commands.seen import Seen
from autogpt.core.actions import Action
from autogpt.core.errors import CommandError
from autogpt.workspace import Workspace
from tests.commands.conftest import StoppedClock
from tests.http.servers import Reply, Request, Server, World, redirect, reply

Serve = Callable[..., Server]
DATA = bytes(range(256)) * 2_000
URL = "http://example.com/files/data.bin"


@pytest.fixture
def shown() -> list[str]:
    """What the person saw."""
    return []


@pytest.fixture
def download(world: World, workspace: Workspace, shown: list[str]) -> Callable[..., str]:
    families: dict[int, DownloadCommands] = {}

    def run(url: str = URL, filename: str = "data.bin", limit: int = 1_000_000) -> str:
        family = families.setdefault(limit, DownloadCommands(world.door(), workspace, limit, shown.append))
        return family.download_file(url, filename)

    return run


Download = Callable[..., str]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"url": URL, "filename": ".git/x"}, "belongs to the program"),
        ({"url": URL, "filename": "a.txt/x"}, "should be a folder is a file"),
        ({"url": URL, "filename": "x" * 300}, "too long"),
        ({"url": URL, "filename": "../x"}, "outside the workspace"),
        ({"url": "ftp://example.com/x", "filename": "x"}, "only http:// and https://"),
        ({"url": URL, "filename": "new/x"}, ""),
    ],
)
def test_what_can_only_fail_is_known_before_the_question(
    world: World, workspace: Workspace, args: dict[str, str], said: str
) -> None:
    workspace.write_text("a.txt", "x")
    commands = [DownloadCommands(world.door(), workspace, 1_000)]
    made = Registry(commands, workspace=workspace, clock=StoppedClock()).preview(
        Action("download_file", args)
    )
    if said:
        assert made is not None
        assert said in made.fails
    else:
        assert made is None


class FileServer:
    """Serves `data` with ranges (RFC 9110, 14); each answer breaks off after `breaks` bytes, if there are any."""

    def __init__(
        self, data: bytes = DATA, validator: str = 'ETag: "one"', breaks: tuple[int, ...] = ()
    ) -> None:
        self.data = data
        self.validator = validator
        self.breaks = list(breaks)
        self.ranges: list[str] = []

    def __call__(self, request: Request) -> Reply:
        asked = request.headers.get("range", "")
        self.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        if asked and request.headers.get("if-range") != self.validator.partition(": ")[2]:
            start, asked = 0, ""
        if start >= len(self.data):
            return reply(b"", "416 Range Not Satisfiable", Content_Range=f"bytes */{len(self.data)}")
        body = self.data[start:]
        lines = [
            f"Content-Length: {len(body)}",
            "Content-Type: application/octet-stream",
            "Accept-Ranges: bytes",
        ]
        lines += [self.validator] if self.validator else []
        if asked:
            lines.append(f"Content-Range: bytes {start}-{len(self.data) - 1}/{len(self.data)}")
        status = "206 Partial Content" if asked else "200 OK"
        sent = body[: self.breaks.pop(0)] if self.breaks else body
        head = "".join(f"{line}\r\n" for line in lines)
        return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + sent


def names(workspace: Workspace) -> list[str]:
    return [entry.name for entry in workspace.entries()]


def test_a_file_is_downloaded(
    serve: Serve, download: Download, workspace: Workspace, shown: list[str]
) -> None:
    server = serve(FileServer())
    assert download() == f"data.bin is downloaded: 512.0 kB (application/octet-stream) from {URL}."
    assert workspace.read_bytes("data.bin") == DATA
    assert names(workspace) == ["data.bin"]
    assert server.requests[0].headers["accept-encoding"] == "identity"
    assert any("[" in line and "of 512.0 kB" in line for line in shown)
    assert shown[-1] == ""


def test_what_is_there_is_replaced_only_by_the_whole(
    serve: Serve, download: Download, workspace: Workspace
) -> None:
    workspace.write_text("data.bin", "old")
    files = FileServer(validator="", breaks=(1_000,))
    serve(files)
    with pytest.raises(CommandError, match="broke off"):
        download()
    assert workspace.read_bytes("data.bin") == b"old"
    assert names(workspace) == ["data.bin"]
    download()
    assert workspace.read_bytes("data.bin") == DATA


@pytest.mark.parametrize("validator", ['ETag: "one"', "Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_download_that_breaks_off_goes_on(
    serve: Serve, download: Download, workspace: Workspace, validator: str
) -> None:
    files = FileServer(validator=validator, breaks=(100_000, 50_000))
    serve(files)
    download()
    assert files.ranges == ["", "bytes=100000-", "bytes=150000-"]
    assert workspace.read_bytes("data.bin") == DATA
    assert names(workspace) == ["data.bin"]


@pytest.mark.parametrize("filename", ["data.bin", "./data.bin"])
def test_it_goes_on_when_the_command_is_given_again(
    serve: Serve, download: Download, workspace: Workspace, filename: str
) -> None:
    files = FileServer(breaks=(100_000, 0))
    serve(files)
    with pytest.raises(CommandError, match=r"100\.0 kB have come and are kept; give the command again"):
        download()
    assert names(workspace) == ["data.bin.autogpt-download"]
    assert "100.0 kB of it had come before" in download(filename=filename)
    assert files.ranges[-1] == "bytes=100000-"
    assert workspace.read_bytes("data.bin") == DATA
    assert names(workspace) == ["data.bin"]


def test_a_file_that_changed_meanwhile_begins_anew(
    serve: Serve, download: Download, workspace: Workspace
) -> None:
    files = FileServer(breaks=(100_000, 0))
    serve(files)
    with pytest.raises(CommandError):
        download()
    files.data, files.validator = b"new" * 1_000, 'ETag: "two"'
    download()
    assert workspace.read_bytes("data.bin") == b"new" * 1_000


def test_what_is_kept_of_another_url_is_not_gone_on_with(
    serve: Serve, download: Download, workspace: Workspace
) -> None:
    files = FileServer(breaks=(100_000, 0))
    serve(files)
    with pytest.raises(CommandError):
        download()
    download("http://example.com/other.bin")
    assert files.ranges[-1] == ""
    assert workspace.read_bytes("data.bin") == DATA


SECRET = "Ostermann loses 48.3 million"
NOTE = json.dumps({"url": URL, "validator": SECRET})


@pytest.mark.parametrize("note", [NOTE, NOTE.replace(SECRET, '"etag"'), "", "[]", "{"])
def test_no_file_says_what_is_sent(serve: Serve, download: Download, workspace: Workspace, note: str) -> None:
    workspace.write_text("data.bin.autogpt-download", "x" * 83)
    workspace.write_text("data.bin.autogpt-download.json", note)
    server = serve(FileServer())
    download()
    assert workspace.read_bytes("data.bin") == DATA
    assert not {"range", "if-range"} & set(server.requests[0].headers)


def _other_size(part: Path) -> None:
    part.write_bytes(part.read_bytes() + b"x" * 83)


def _other_content(part: Path) -> None:
    times = part.stat()
    part.write_bytes(b"x" * times.st_size)
    later = times.st_mtime_ns + (10**9 if os.name == "nt" else 0)  # there it is the only time
    os.utime(part, ns=(times.st_atime_ns, later))


def _another_file(part: Path) -> None:
    part.rename(part.with_name("kept"))
    part.symlink_to("kept")


@pytest.mark.parametrize("change", [_other_size, _other_content, _another_file, Path.unlink])
def test_a_part_that_is_not_as_it_was_left_begins_anew(
    serve: Serve, download: Download, workspace: Workspace, change: Callable[[Path], None]
) -> None:
    files = FileServer(breaks=(100_000, 0))
    server = serve(files)
    with pytest.raises(CommandError, match="are kept"):
        download()
    asked = len(server.requests)
    change(workspace.root / "data.bin.autogpt-download")
    download()
    assert not {"range", "if-range"} & set(server.requests[asked].headers)
    assert workspace.read_bytes("data.bin") == DATA


def test_what_an_earlier_process_left_begins_anew(
    serve: Serve, download: Download, workspace: Workspace, world: World
) -> None:
    files = FileServer(breaks=(100_000, 0))
    serve(files)
    with pytest.raises(CommandError, match="are kept"):
        download()
    DownloadCommands(world.door(), workspace, 1_000_000).download_file(URL, "data.bin")
    assert files.ranges[-1] == ""
    assert names(workspace) == ["data.bin"]
    assert workspace.read_bytes("data.bin") == DATA


@pytest.mark.parametrize("content_range", ["bytes 5-9/10", "bytes */10", "nonsense", ""])
def test_a_server_that_sends_other_parts(
    serve: Serve, download: Download, workspace: Workspace, content_range: str
) -> None:
    def answer(request: Request) -> Reply:
        if "range" in request.headers:
            return reply(b"evil", "206 Partial Content", Content_Range=content_range, ETag='"one"')
        return FileServer(breaks=(1_000,) * 9)(request)

    serve(answer)
    with pytest.raises(CommandError, match="broke off"):
        download()
    assert names(workspace) == []


@pytest.mark.parametrize("said", [True, False])
def test_files_that_are_too_large(serve: Serve, download: Download, workspace: Workspace, said: bool) -> None:
    serve(lambda request: reply(DATA, **({} if said else {"Content_Length": "-"})))
    with pytest.raises(CommandError, match=r"may be downloaded.*DOWNLOAD_LIMIT"):
        download(limit=100_000)
    assert names(workspace) == []
    download(limit=len(DATA))


def test_a_bomb(serve: Serve, download: Download, workspace: Workspace) -> None:
    serve(lambda request: reply(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip", ETag='"x"'))
    with pytest.raises(CommandError):
        download()
    assert names(workspace) == []


def test_a_body_that_is_compressed_all_the_same(
    serve: Serve, download: Download, workspace: Workspace
) -> None:
    serve(lambda request: reply(gzip.compress(DATA), Content_Encoding="gzip", ETag='"x"'))
    download()
    assert workspace.read_bytes("data.bin") == DATA


@pytest.mark.parametrize(
    "filename", ["../out.bin", "/etc/out.bin", ".git/hooks/post-checkout", ".autogpt/x", "a/../../b"]
)
def test_only_into_the_workspace(
    serve: Serve, download: Download, workspace: Workspace, filename: str
) -> None:
    server = serve(FileServer())
    with pytest.raises(CommandError):
        download(filename=filename)
    assert names(workspace) == []
    assert not server.requests or filename == ".autogpt/x"


def test_a_link_that_leaves_the_workspace(serve: Serve, download: Download, workspace: Workspace) -> None:
    outside = workspace.root.parent / "outside"
    outside.mkdir()
    (workspace.root / "link").symlink_to(outside)
    serve(FileServer())
    with pytest.raises(CommandError):
        download(filename="link/data.bin")
    assert list(outside.iterdir()) == []


def test_a_link_is_not_replaced_also_where_the_address_gives_the_name(
    serve: Serve, download: Download, workspace: Workspace
) -> None:
    server = serve(FileServer())
    workspace.write_text("folder/other.txt", "x")
    (workspace.root / "folder" / "data.bin").symlink_to("other.txt")
    with pytest.raises(CommandError, match="is a link"):
        download(filename="folder/")
    assert workspace.read_bytes("folder/other.txt") == b"x"
    assert server.requests == []


def test_a_file_that_is_replaced_is_named_and_one_that_others_changed_is_told_of_before(
    serve: Serve, world: World, workspace: Workspace
) -> None:
    server, seen = serve(FileServer()), Seen()
    family = DownloadCommands(world.door(), workspace, 1_000_000, seen=seen)
    workspace.write_bytes("data.bin", b"\x89PNG old")
    assert family.download_file(URL, "data.bin").endswith("It replaced the file of 8 bytes that was there.")
    seen.note("data.bin", DATA)
    workspace.write_text("data.bin", "the person's")
    asked = len(server.requests)
    with pytest.raises(CommandError, match="has changed since you last read or wrote it"):
        family.download_file(URL, "data.bin")
    assert workspace.read_bytes("data.bin") == b"the person's"
    assert len(server.requests) == asked
    assert "replaced" in family.download_file(URL, "data.bin")
    assert seen.knows("data.bin", DATA) == "not at all"


@pytest.mark.parametrize(
    ("filename", "url", "name"),
    [
        ("folder/", "http://example.com/a%20b.pdf?x=/y", "folder/a b.pdf"),
        (".", "http://example.com/..%2f..%2fetc%2fpasswd", "_.._etc_passwd"),
        ("", "http://example.com/", "download"),
    ],
)
def test_a_folder_gets_a_file_named_as_in_the_url(
    serve: Serve, download: Download, workspace: Workspace, filename: str, url: str, name: str
) -> None:
    serve(FileServer())
    workspace.write_text("folder/other.txt", "x")
    download(url, filename)
    assert workspace.read_bytes(name) == DATA


def test_errors_and_redirects(serve: Serve, download: Download, workspace: Workspace) -> None:
    steps = {
        "/old": redirect("/files/data.bin"),
        "/inside": redirect("http://127.0.0.1/x"),
        "/no": reply(b"", "404 No"),
    }
    files = FileServer()
    serve(lambda request: steps.get(request.path) or files(request))
    assert "which led to http://example.com/files/data.bin" in download("http://example.com/old")
    for path in ("/inside", "/no"):
        with pytest.raises(CommandError):
            download(f"http://example.com{path}", "x.bin")
    assert names(workspace) == ["data.bin"]
