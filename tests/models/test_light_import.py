"""In processes of their own, since an import happens once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

COMPLETE = """
from autogpt.models import light_import
thread = light_import.preload()
openai = light_import.openai()
thread.join()
assert openai is light_import.openai()
assert "openai.types.responses.response" not in __import__("sys").modules
from openai.types.responses import Response
from openai.types.chat import ChatCompletion
import openai.types.images_response
from openai.types import *
assert Response.__name__ == "Response" and Embedding.__name__ == "Embedding"
assert openai.types.CreateEmbeddingResponse
try:
    openai.types.Nonsense
except AttributeError as error:
    assert "Nonsense" in str(error)
else:
    raise AssertionError
assert not [finder for finder in __import__("sys").meta_path if type(finder).__module__.startswith("autogpt")]
client = openai.OpenAI(api_key="x", base_url="http://127.0.0.1:1/v1", max_retries=0)
client.images, client.embeddings, client.audio, client.responses, client.chat.completions
"""

FIRST_REQUEST = """
import os, time
begun = time.perf_counter()
from autogpt.core.messages import Message
from autogpt.models.endpoint import Endpoint
from autogpt.models.openai import OpenAIModel
model = OpenAIModel("gpt-6.1-sol", Endpoint({url!r}, "sk-test"))
print(model.complete([Message("user", "hello")], reply_tokens=10).text, time.perf_counter() - begun)
peak = 0  # where the system doesn't tell
if os.path.exists("/proc/self/status"):
    # Not getrusage: that one counts what the parent had at the fork.
    peak = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) // 1024
print(peak)
"""


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_all_of_openai_is_there_when_asked_for() -> None:
    run(COMPLETE)


@pytest.mark.slow
@pytest.mark.real
def test_the_first_request_is_soon_made(capsys: pytest.CaptureFixture[str]) -> None:
    from tests.loopback.openai_server import OpenAIServer

    with OpenAIServer(["hi"] * 3) as server:
        answers = [run(FIRST_REQUEST.format(url=server.url)).split() for _ in range(3)]
    seconds = min(float(answer[1]) for answer in answers)
    megabytes = max(int(answer[2]) for answer in answers)
    assert [answer[0] for answer in answers] == ["hi"] * 3
    with capsys.disabled():
        sys.stdout.write(
            f"\nmodels: import to first reply {seconds:.2f} s (best of 3), peak memory {megabytes} MB\n"
        )
    assert seconds < 3
    assert megabytes < 80


def test_importing_the_door_imports_no_openai() -> None:
    modules = [
        "catalogue",
        "errors",
        "fallback",
        "light_import",
        "metered",
        "openai",
        "retrying",
        "scripted",
        "tokens",
    ]
    imports = "; ".join(f"import autogpt.models.{name}" for name in modules)
    heavy = {"openai", "httpx2", "pydantic", "tiktoken", "yaml", "requests"}
    assert run(f"import sys; {imports}; print(sorted({heavy!r} & set(sys.modules)))").strip() == "[]"
