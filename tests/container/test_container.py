"""The agent in a container, as a person starts it: the image is built, whole runs are played in it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pexpect  # type: ignore[import-untyped]
import pytest

from tests.container.project import CHECKOUT, GROUP, USER, Project

pytestmark = [pytest.mark.slow, pytest.mark.real]

READY = "\x1b\\[\\?2004h"
"""The prompt asks for bracketed pastes: it reads now."""
CTRL_C = "\x03"

IN_HOME = {".autogpt", "auto_gpt_workspace"}


def owners(folder: Path) -> set[tuple[int, int]]:
    paths = [folder, *folder.rglob("*")]
    return {(path.stat().st_uid, path.stat().st_gid) for path in paths}


def test_a_whole_run_leaves_its_files_to_the_person(project: Project) -> None:
    before = {
        path: path.stat().st_mtime_ns
        for path in project.folder.rglob("*")
        if project.home not in path.parents
    }
    del before[project.home]
    done = project.agent("--demo")
    assert done.returncode == 0, done.stderr
    assert "DONE." in done.stdout
    report = (project.workspace / "birds" / "report.md").read_text(encoding="utf-8")
    assert "mallard" in report
    assert {path.name for path in project.home.iterdir()} == IN_HOME
    assert len(list((project.home / ".autogpt" / "runs").iterdir())) == 1
    assert owners(project.home) == {(USER, GROUP)}
    assert (project.home / ".autogpt").stat().st_mode & 0o777 == 0o700
    assert {path: path.stat().st_mtime_ns for path in before} == before

    listed = project.agent("runs")
    assert listed.returncode == 0
    assert "1" in listed.stdout


PROBE = """
import json, os, sys

def kind(path):
    try:
        with open(os.path.join(path, "canary") if os.path.isdir(path) else path, "ab"):
            return "written"
    except OSError as error:
        return error.strerror

status = dict(line.split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
writable = []
for folder, folders, files in os.walk("/"):
    if folder in ("/proc", "/sys"):
        folders.clear()
        continue
    writable += [path for path in (folder, *(os.path.join(folder, name) for name in files))
                 if not os.path.islink(path) and os.access(path, os.W_OK)]
import autogpt
print(json.dumps({
    "user": [os.getuid(), os.getgid(), os.getgroups()],
    "capabilities": [status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")],
    "no_new_privileges": status["NoNewPrivs"].strip(),
    "writable": writable,
    "program": kind(autogpt.__file__),
    "attempts": {path: kind(path) for path in ("/opt/program", "/opt/autogpt", "/etc", "/usr", "/", "/root")},
    "mounted": [line.split()[1] for line in open("/proc/self/mounts") if line.startswith("/dev/")],
    "root": next(line.split()[3] for line in open("/proc/self/mounts") if line.split()[1] == "/"),
    "sockets": [path for path in ("/var/run/docker.sock", "/run/docker.sock", "/run/podman") if os.path.exists(path)],
    "environ": dict(os.environ),
    "program_files": sorted(os.listdir("/opt/program")),
}))
"""


def test_the_container_is_a_wall(project: Project) -> None:
    seen = json.loads(project.python(PROBE))
    assert seen["user"] in ([USER, GROUP, []], [USER, GROUP, [GROUP]])
    assert seen["capabilities"] == ["0" * 16] * 5
    assert seen["no_new_privileges"] == "1"
    assert "written" not in seen["attempts"].values()
    assert seen["program"] != "written"
    assert seen["root"].startswith("ro,")
    outside = [path for path in seen["writable"] if not re.match(r"/(agent|tmp|dev)(/|$)", path)]
    assert outside == []
    engines_own = {
        "/etc/resolv.conf",
        "/etc/hostname",
        "/etc/hosts",
        "/sbin/docker-init",
        "/run/.containerenv",
    }
    assert set(seen["mounted"]) - engines_own == {"/agent"}
    assert seen["sockets"] == []
    assert seen["program_files"] == ["autogpt", "entry.sh"]
    assert seen["environ"]["AUTOGPT_CONTAINER"] == "1"
    assert seen["environ"]["HOME"] == "/tmp"
    assert not [name for name in seen["environ"] if name.startswith(("DOCKER", "COMPOSE"))]


def test_programs_in_tmp_can_be_run(project: Project) -> None:
    """Libraries that the agent's code installs there have parts that must be."""
    code = (
        "import os; open('/tmp/x', 'w').write('#!/bin/sh\\nexit 3'); os.chmod('/tmp/x', 0o700);"
        "print(os.system('/tmp/x') >> 8)"
    )
    assert project.python(code) == "3\n"


def test_nothing_in_the_home_is_run_as_part_of_the_program(project: Project) -> None:
    for name in ("autogpt.py", "json.py", "sitecustomize.py", "usercustomize.py", "click.py"):
        (project.home / name).write_text("raise SystemExit('code of the home was run')\n")
    done = project.agent("--version", run=("-e", "PYTHONPATH=/agent", "-e", "PYTHONSTARTUP=/agent/json.py"))
    assert (done.returncode, done.stderr.count("code of the home")) == (0, 0)
    assert done.stdout.startswith("autogpt")


def test_ctrl_c_leaves_with_7_and_a_new_container_goes_on(project: Project) -> None:
    with project.terminal("--demo") as child:
        child.expect("\x1b\\[[0-9;]*mNEXT ACTION")  # in colour
        child.expect(READY)
        child.send("y\r")
        child.expect("RESULT")
        child.expect(READY)
        child.send(CTRL_C)
        child.expect("Ctrl-C again")
        child.expect(READY)
        child.send(CTRL_C)
        child.expect("Go on with: docker-compose run --rm auto-gpt resume")
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 7
    assert (project.workspace / "birds" / "counts.csv").exists()
    assert not (project.workspace / "birds" / "report.md").exists()
    with project.terminal("resume") as child:
        child.expect(READY)
        child.send("y -9\r")
        child.expect("DONE")
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 0
    assert (project.workspace / "birds" / "report.md").exists()


def test_a_container_that_is_stopped_ends_its_run_properly(project: Project) -> None:
    with project.terminal("--demo", NO_COLOR="1") as child:
        child.expect(READY)
        assert "\x1b[1;36m" not in child.before
        (container,) = project.containers()
        project.docker("stop", "--time", "20", container)
        child.expect("Go on with: docker-compose run --rm auto-gpt resume")
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 7


def test_json_output_is_json_alone(project: Project) -> None:
    done = project.agent("--demo", "--output", "json")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(events) > 10
    assert "birds/report.md" in done.stdout


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [(("--no-such-option",), 2, "no-such-option"), (("--continuous", "--task", "x"), 2, "OPENAI_API_KEY")],
)
def test_exit_codes_come_through(project: Project, options: tuple[str, ...], code: int, told: str) -> None:
    done = project.agent(*options)
    assert done.returncode == code
    assert told in done.stderr


def test_the_workspace_may_have_any_name(project: Project) -> None:
    name = "Čapek's “birds” and 鸟"
    done = project.agent("--demo", "--workspace-directory", name)
    assert done.returncode == 0, done.stderr
    assert (project.home / name / "birds" / "report.md").exists()
    assert not project.workspace.exists()


def test_settings_come_from_both_env_files_and_the_one_beside_compose_counts_first(project: Project) -> None:
    """What is wrong in a file shows which one was read."""
    (project.home / ".env").write_text("# mine\nPLAIN_OUTPUT=perhaps\n")
    done = project.agent("--demo")
    assert (done.returncode, ".env, line 2" in done.stderr, "perhaps" in done.stderr) == (2, True, True)
    (project.folder / ".env").write_text('PLAIN_OUTPUT="maybe not"\nAGENT_GID=1\n')
    done = project.agent("--demo")
    assert (done.returncode, "in the environment" in done.stderr, "maybe not" in done.stderr) == (
        2,
        True,
        True,
    )
    (project.folder / ".env").write_text("PLAIN_OUTPUT=yes\n")
    assert project.agent("--demo").returncode == 0


@pytest.mark.parametrize(
    ("owner", "advice"), [(0, "sudo chown 1234:2345 FOLDER"), (4321, "AGENT_UID=4321 and AGENT_GID=4321")]
)
def test_a_home_that_it_cannot_write_is_explained(project: Project, owner: int, advice: str) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give a folder to somebody else")
    os.chown(project.home, owner, owner)
    project.home.chmod(0o755)
    done = project.agent("--demo")
    assert done.returncode == 2
    assert f"belongs to user number {owner}, and this container runs as number 1234" in done.stderr
    assert advice in done.stderr


def test_without_compose_and_without_a_mount_it_works_and_says_what_gets_lost(project: Project) -> None:
    done = project.command("docker", "run", "--rm", project.environ["AUTOGPT_IMAGE"], "--demo")
    assert done.returncode == 0
    assert "Nothing is mounted at /agent" in done.stderr
    assert list(project.home.iterdir()) == []


@contextlib.contextmanager
def model_server(project: Project, record: Path) -> Iterator[tuple[str, int]]:
    """The benchmarks' scripted server in a container of its own: its name, and its port on its loopback."""
    name = f"{project.environ['COMPOSE_PROJECT_NAME']}-model"
    record.mkdir()
    command = [
        "docker", "run", "--rm", "--interactive", "--name", name, "--workdir", "/checkout",
        "--volume", f"{project.folder / 'autogpt'}:/checkout/autogpt:ro",
        "--volume", f"{CHECKOUT / 'benchmarks'}:/checkout/benchmarks:ro",
        "--volume", f"{record}:/record", project.environ["AUTOGPT_TEST_IMAGE"],
        "python3", "-m", "benchmarks.server", "/record/requests",
    ]  # fmt: skip
    with subprocess.Popen(
        command, env=project.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield name, int(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(timeout=30)


def test_a_run_with_a_model_server_by_plain_docker(project: Project, tmp_path: Path) -> None:
    """The real client, a profile from the home, the fast model, a limit; and all that with `docker run`."""
    (project.home / "ai_settings.yaml").write_text(
        "ai_name: ListGPT\nai_role: a maker of lists\nai_goals:\n- Write entries\napi_budget: 0\n"
    )
    with model_server(project, tmp_path / "record") as (name, port):
        done = project.command(
            "docker", "run", "--rm", "--network", f"container:{name}", "--user", f"{USER}:{GROUP}",
            "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--volume", f"{project.home}:/agent",
            "--env", f"OPENAI_API_BASE_URL=http://127.0.0.1:{port}/v1", "--env", "FAST_LLM_MODEL=small",
            project.environ["AUTOGPT_IMAGE"],
            "--gpt3only", "--continuous", "--skip-reprompt", "--continuous-limit", "3",
        )  # fmt: skip
    assert done.returncode == 5, done.stdout + done.stderr
    assert "ListGPT" in done.stdout
    assert list(project.workspace.rglob("harbour_0.md"))
    assert owners(project.workspace) == {(USER, GROUP)}
    requests = (tmp_path / "record" / "requests").read_text(encoding="utf-8").splitlines()
    assert len(requests) >= 3


def test_the_image_holds_the_program_and_no_secret(built: Project, project: Project) -> None:
    image = project.environ["AUTOGPT_IMAGE"]
    about = json.loads(project.docker("image", "inspect", image))[0]
    assert about["Config"]["User"] == "1000:1000"
    assert about["Config"].get("Volumes") in (None, {})
    history = project.docker("history", "--no-trunc", image)
    assert "canary" not in history
    # Both .env files were there when it was built, with these values.
    with subprocess.Popen(["docker", "save", image], env=project.environ, stdout=subprocess.PIPE) as saving:
        assert saving.stdout is not None
        kept, found = b"", False
        while block := saving.stdout.read(1 << 20):
            found = found or b"canary-beside-compose" in kept + block or b"canary-at-home" in kept + block
            kept = block[-40:]
    assert saving.returncode == 0
    assert not found


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder for Podman, which refuses one whose name is longer than 50 characters."""
    folder = Path(tempfile.mkdtemp(prefix="podman", dir="/var/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def test_podman_runs_the_same_image(project: Project, short_folder: Path) -> None:
    if shutil.which("podman") is None:
        pytest.skip("podman is not installed")
    if os.getuid() != 0:
        pytest.skip("rootless Podman needs a session that tests don't have")
    runtime = next((name for name in ("runc", "crun") if shutil.which(name)), None)
    # Limits of its own: Podman would raise them, which only a privileged root may.
    (short_folder / "containers.conf").write_text(
        '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n'
        f'[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nruntime = "{runtime}"\n'
    )
    environ = project.environ | {"CONTAINERS_CONF": str(short_folder / "containers.conf")}
    podman = [
        "podman",
        "--root",
        f"{short_folder}/root",
        "--runroot",
        f"{short_folder}/run",
        "--tmpdir",
        f"{short_folder}/tmp",
    ]

    def run(*arguments: str, stdin: int | None = subprocess.DEVNULL) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*podman, *arguments],
            env=environ,
            stdin=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=240,
        )

    try:
        usable = run("info")
        if usable.returncode != 0:
            pytest.skip(f"podman does not work here: {usable.stderr.strip().splitlines()[-1]}")
        with subprocess.Popen(
            ["docker", "save", project.environ["AUTOGPT_IMAGE"]], env=project.environ, stdout=subprocess.PIPE
        ) as saving:
            assert saving.stdout is not None
            loaded = run("load", stdin=saving.stdout.fileno())
        assert loaded.returncode == 0, loaded.stderr
        image = loaded.stdout.split()[-1]
        done = run(
            "run", "--rm", "--pull", "never", "--network", "none", "--user", f"{USER}:{GROUP}", "--read-only", "--cap-drop", "ALL",
            "--security-opt", "no-new-privileges", "--tmpfs", "/tmp:exec,mode=1777,size=1g", "--init",
            "--volume", f"{project.home}:/agent:z", image, "--demo",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert (project.workspace / "birds" / "report.md").exists()
        assert owners(project.home) == {(USER, GROUP)}
    finally:
        run("system", "reset", "--force")
        for group in sorted(Path("/sys/fs/cgroup").glob("**/libpod_parent/**"), reverse=True):
            with contextlib.suppress(OSError):  # somebody else's, if it isn't empty
                group.rmdir()
