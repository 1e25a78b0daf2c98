"""Make a virtual environment hold what a locked requirements file lists.

`install.py VENV REQUIREMENTS` makes or repairs VENV and installs into it;
`install.py --check VENV REQUIREMENTS`, run by VENV's own Python, only looks
(exit 0: current). Current means: VENV was filled from a file with these very
contents, by this version of Python, and that installation reached its end. What
somebody deletes inside VENV afterwards is not noticed; delete the whole VENV then.

Standard library only, for it runs before anything is installed. Everything it
says goes to stderr: stdout belongs to the program that is started next.
"""

from __future__ import annotations

import io
import os
import sys

STAMP = "installed.txt"
LOG = "install.log"
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"


def main(arguments: list[str]) -> int:
    """Exit code 0 when VENV is current at the end."""
    if arguments[:1] == ["--check"]:
        return 0 if is_current(arguments[1], arguments[2]) else 1
    venv, requirements = arguments
    try:
        with only_one(requirements):
            if not (is_current(venv, requirements) and is_sound(venv)):  # another start may have made it
                install(venv, requirements)
    except Failure as failure:
        say(str(failure))
        return 1
    except OSError as error:
        say(f"Cannot install into {os.path.abspath(venv)}: {error.strerror}.")
        return 1
    except KeyboardInterrupt:
        say("Installing was interrupted; the next start begins it again.")
        return 130
    return 0


class Failure(Exception):
    """One line for the person: what went wrong and what to type."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def is_current(venv: str, requirements: str) -> bool:
    """Whether VENV holds what REQUIREMENTS lists."""
    try:
        with open(os.path.join(venv, STAMP), encoding="utf-8") as stamp:
            return stamp.read() == stamp_for(requirements)
    except OSError:
        return False


def stamp_for(requirements: str) -> str:
    """What VENV was made with: the version of Python and the requirements themselves."""
    with open(requirements, encoding="utf-8") as file:
        return f"Python {VERSION}\n{file.read()}"


def only_one(requirements: str) -> io.TextIOWrapper:
    """Let two starts at the same moment install one after the other."""
    handle = open(requirements, encoding="utf-8")  # noqa: SIM115 - closed by the caller's `with`
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)
    except (ImportError, OSError):
        pass  # no locks on this system or file system: installing twice does no harm by itself
    return handle


def install(venv: str, requirements: str) -> None:
    """Make VENV, fill it, and stamp it last, so that half an installation never passes for a whole."""
    import time

    started = time.monotonic()
    first = not os.path.lexists(venv)
    say(
        f"Setting up Auto-GPT in {venv} (once; a minute or so) ..."
        if first
        else f"Bringing {venv} up to date ..."
    )
    stamp_path = os.path.join(venv, STAMP)
    left_half_way = os.path.exists(os.path.join(venv, LOG)) and not os.path.exists(stamp_path)
    if left_half_way or not is_sound(venv):
        discard(venv)
        make(venv)
    elif os.path.exists(stamp_path):
        os.remove(stamp_path)
    fill(venv, requirements)
    compile_sources(venv)
    with open(stamp_path, "w", encoding="utf-8") as stamp:
        stamp.write(stamp_for(requirements))
    say(f"Ready after {time.monotonic() - started:.0f} s.")


def python_of(venv: str) -> str:
    return os.path.join(venv, "bin", "python")


def environment() -> dict[str, str]:
    """The person's environment, without the settings of pip that would install elsewhere or ask."""
    strays = ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIREMENT")
    kept = {name: value for name, value in os.environ.items() if name not in strays}
    return kept | {"PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def succeeds(*command: str) -> bool:
    """Whether the command ends well; quietly, and without touching the person's stdin."""
    import subprocess

    try:
        quiet = subprocess.DEVNULL
        return (
            subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, env=environment()).returncode
            == 0
        )
    except OSError:
        return False


def is_sound(venv: str) -> bool:
    """Whether VENV has a Python of our version and a pip that both start."""
    same_version = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    python = (python_of(venv), "-I")
    return succeeds(*python, "-c", same_version) and succeeds(*python, "-m", "pip", "--version")


def discard(venv: str) -> None:
    """Remove what is left of a broken environment; anything else of that name is not ours to remove."""
    import shutil

    if not os.path.lexists(venv):
        return
    if not os.path.isdir(venv) or (os.listdir(venv) and not os.path.exists(os.path.join(venv, "pyvenv.cfg"))):
        raise Failure(f"{os.path.abspath(venv)} is not a virtual environment. Move it away and start again.")
    if os.path.islink(venv):
        os.remove(venv)
    else:
        shutil.rmtree(venv)


def make(venv: str) -> None:
    """Make an empty environment by the first way that works."""
    for way in (with_venv, with_apt, with_uv, with_virtualenv):
        if way(venv) and is_sound(venv):
            return
        discard(venv)
    raise Failure(
        f"Python {VERSION} here cannot make virtual environments. "
        f"Type: sudo apt-get install -y python{VERSION}-venv"
    )


def with_venv(venv: str) -> bool:
    # sys.executable may itself belong to an environment; venv then links to the Python behind it.
    return succeeds(sys.executable, "-I", "-m", "venv", venv)


def with_apt(venv: str) -> bool:
    """Debian and Ubuntu keep a part of `venv` in a package of its own."""
    import shutil

    if not shutil.which("apt-get") or not os.path.realpath(sys.executable).startswith("/usr/bin/"):
        return False
    package = f"python{VERSION}-venv"
    sudo = () if os.geteuid() == 0 else ("sudo", "-n")
    if not succeeds(*sudo, "true"):
        return False
    say(f"Installing the system package {package} ...")
    fetch = (*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", package)
    return (succeeds(*fetch) or (succeeds(*sudo, "apt-get", "update") and succeeds(*fetch))) and with_venv(
        venv
    )


def with_uv(venv: str) -> bool:
    return succeeds("uv", "venv", "--quiet", "--seed", "--python", sys.executable, venv)


def with_virtualenv(venv: str) -> bool:
    """Through pip, in a folder of its own, which is allowed where the system's Python is locked."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        code = (
            f"import sys; sys.path.insert(0, {folder!r}); import virtualenv; virtualenv.cli_run([{venv!r}])"
        )
        return succeeds(
            sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, "virtualenv"
        ) and succeeds(sys.executable, "-c", code)


def fill(venv: str, requirements: str) -> None:
    """Install by pip, which checks every file against the hashes in REQUIREMENTS."""
    import subprocess

    command = [python_of(venv), "-I", "-m", "pip", "install", "--requirement", requirements]
    names: list[str] = []
    with open(os.path.join(venv, LOG), "w", encoding="utf-8", errors="replace") as log:
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment(),
            encoding="utf-8",
            errors="replace",
        ) as pip:
            assert pip.stdout is not None
            for line in pip.stdout:
                log.write(line)
                if line.startswith("Collecting "):
                    names.append(line.split()[1].partition("==")[0])
                    show_progress(f"  {len(names)} libraries, now {names[-1]}")
                elif line.startswith("Installing "):
                    show_progress(f"  {len(names)} libraries, installing")
        show_progress("")
    if pip.returncode != 0:
        with open(os.path.join(venv, LOG), encoding="utf-8") as log:
            errors = [line.strip() for line in log if line.startswith("ERROR:")]
        raise Failure(
            f"Installing failed: {errors[0][7:] if errors else f'pip ended with {pip.returncode}'} "
            f"(the whole output is in {os.path.join(venv, LOG)}). Is the network there? Then start again."
        )


def show_progress(text: str) -> None:
    """Replace the last line on a terminal; elsewhere say nothing."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text[:78]}", end="", file=sys.stderr, flush=True)


def compile_sources(venv: str) -> None:
    """Compile the program's own sources; pip has compiled the libraries. Starts are three times faster."""
    succeeds(python_of(venv), "-I", "-m", "compileall", "-q", "-j", "0", "autogpt")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
