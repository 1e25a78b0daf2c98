"""A model that reads its prompt: what it does next follows from what the prompt says was done.

It works through numbered steps with file commands, one unlike the other. Told that the
outcome of a step is unknown, it looks at the file and repeats the step only if nothing
came of it, as it was told to. So whatever happens to the program between two calls, a
run that loses and repeats nothing leaves exactly the files of `expected`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

TRIGGER = "Determine which next command to use"
SUMMARY = "I work through the numbered steps; what is done stands in the list."
PROFILE = """\
ai_name: LedgerGPT
ai_role: an assistant that keeps ledgers
ai_goals:
- Work through the numbered steps, one after the other
- Finish when the last one is done
"""

_OF_A_LEDGER = 20


def step(number: int) -> tuple[str, dict[str, str]]:
    """The command and the arguments of a step, from 1."""
    part = f"part-{(number + 3) // 4}.txt"
    match number % 4:
        case 1:
            return "write_to_file", {"filename": part, "text": f"begin {number}\n"}
        case 2:
            ledger = f"ledger-{number // _OF_A_LEDGER}.txt"
            return "append_to_file", {"filename": ledger, "text": f"line {number}\n"}
        case 3:
            return "append_to_file", {"filename": part, "text": f"line {number}\n"}
        case _:
            return "read_file", {"filename": part}


def expected(steps: int) -> dict[str, str]:
    """The files that so many steps leave behind, each done once."""
    files: dict[str, str] = {}
    for number in range(1, steps + 1):
        command, args = step(number)
        if command == "write_to_file":
            files[args["filename"]] = args["text"]
        elif command == "append_to_file":
            files[args["filename"]] = files.get(args["filename"], "") + args["text"]
    return files


def answer(messages: Sequence[Mapping[str, str]], steps: int) -> str:
    """The reply to a prompt, given as OpenAI's messages, on the way to so many steps."""
    if TRIGGER not in messages[-1]["content"]:
        return SUMMARY
    replies = [at for at, message in enumerate(messages) if message["role"] == "assistant"]
    since = "\n".join(message["content"] for message in messages[replies[-1] + 1 :]) if replies else ""
    said = messages[replies[-1]]["content"] if replies else ""
    done = max([_in_list(messages[1]["content"]), *(_named(messages[at]["content"]) for at in replies)])
    if "outcome is unknown" in since:
        filename = step(done)[1]["filename"]
        return _reply(f"Checking step {done}.", "read_file", {"filename": filename})
    if "Checking step" in said:
        mark = step(done)[1].get("text", "").strip()
        found = re.search(rf"\b{mark}\b", since) is not None
        return _next(done + 1 if found else done, steps)
    if "was not run" in since:
        return _next(done, steps)
    return _next(done + 1, steps)


def _next(number: int, steps: int) -> str:
    if number > steps:
        return _reply("All steps are done.", "task_complete", {"reason": f"{steps} steps are done"})
    return _reply(f"Step {number} of {steps}.", *step(number))


def _reply(text: str, command: str, args: Mapping[str, str]) -> str:
    thoughts: dict[str, Any] = {
        "text": text,
        "reasoning": "",
        "plan": "- go on",
        "criticism": "",
        "speak": "",
    }
    return json.dumps({"thoughts": thoughts, "command": {"name": command, "args": args}})


def _named(reply: str) -> int:
    found = re.search(r"[Ss]tep (\d+)", reply)
    return int(found[1]) if found else 0


def _in_list(memory: str) -> int:
    """The last step in the list of what was done, which stays when turns are folded."""
    numbers = re.findall(r"^- \w+\(filename=\S+, text=(?:begin|line) (\d+)\)", memory, re.MULTILINE)
    return max(map(int, numbers), default=0)
