"""What a Python script says it needs: the header that PEP 723 describes, and a way to install it.

Installed in the sandbox by uv if it is there, else by pip: where the sandbox keeps packages from run to
run, or in its folder for passing files, for the run.
"""

from __future__ import annotations

import json
import re

_KEY = re.compile(r"dependencies[ \t]*=[ \t]*\[")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')
_BETWEEN = re.compile(r"(?:[ \t\n]|#[^\n]*\n)*")
_MOST = 50


def requirements_of(source: str) -> tuple[str, ...]:
    """The requirements in a script's header; none if there is no header, or no sense in it.

    What could be taken for an option of the installer is left out.
    """
    content = _header(source)
    start = next((match for line in content if (match := _KEY.match(line))), None)
    if start is None:
        return ()
    rest = "\n".join(content[content.index(start.string) :]) + "\n"
    at = _between(rest, start.end())
    found: list[str] = []
    while (match := _STRING.match(rest, at)) and len(found) < _MOST:
        found.append(_text(match[0]))
        at = _between(rest, match.end())
        if rest[at : at + 1] != ",":
            break
        at = _between(rest, at + 1)
    return tuple(one for one in found if one[:1].isalnum())


def _header(source: str) -> list[str]:
    """The lines of the header's own tables, without the comment marks."""
    lines = source.splitlines()
    if "# /// script" not in lines:
        return []
    content: list[str] = []
    end = None
    for line in lines[lines.index("# /// script") + 1 :]:
        if line != "#" and not line.startswith("# "):
            break
        if line == "# ///":
            end = len(content)
        content.append(line[2:])
    content = content[: end or 0]
    tables = (number for number, line in enumerate(content) if line.startswith("["))
    return content[: next(tables, len(content))]


def _between(text: str, at: int) -> int:
    """The place of what comes next, behind blanks and comments."""
    match = _BETWEEN.match(text, at)
    return match.end() if match else at


def _text(written: str) -> str:
    """A TOML string's text; its escapes are those of JSON, or it is left out."""
    if written[0] == "'":
        return written[1:-1].strip()
    try:
        return str(json.loads(written)).strip()
    except ValueError:
        return ""


INSTALL = """\
import hashlib, importlib.util, os, shutil, subprocess, sys, sysconfig, tempfile, time
kept, *wanted = sys.argv[1:]
here = kept or os.environ.get("TMPDIR") or os.environ.get("TEMP") or "/tmp"
known = [*sorted(wanted), sys.version, str(sysconfig.get_config_var("SOABI")), str(int(time.time() / 604800))]
place = os.path.join(here, "requirements-" + hashlib.sha256(repr(known).encode()).hexdigest()[:16])
if not os.path.exists(place):
    uv = shutil.which("uv")
    if uv:
        words = [uv, "pip", "install", "--quiet", "--no-config", "--link-mode", "copy", "--python", sys.executable]
    elif importlib.util.find_spec("pip"):
        words = [sys.executable, "-I", "-m", "pip", "install", "--quiet"]
        os.environ["PIP_CONFIG_FILE"] = os.devnull
    else:
        sys.exit("Neither uv nor pip is in the sandbox.")
    words += ["--cache-dir", os.path.join(here, "downloads")]
    if kept:
        words += ["--only-binary", ":all:"]
    with tempfile.TemporaryDirectory(dir=here, ignore_cleanup_errors=True) as part:
        os.environ["TMPDIR"] = part
        new = os.path.join(part, "new")
        code = subprocess.call([*words, "--target", new, "--", *wanted], stdin=subprocess.DEVNULL)
        if code:
            sys.exit(code)
        try:
            os.rename(new, place)
        except OSError:
            if not os.path.exists(place):
                raise
sys.stdout.write("PLACE=" + place)
"""
"""A program for the sandbox that installs its arguments and writes, last, where they are.

The first argument is the folder to keep them in, or empty. What is kept is taken from wheels only: to
build a package is to run its code, which could then change what others find there. For a week the same
requirements are taken as they are.
"""
