"""A scripted OpenAI-compatible server that costs little: `python -m benchmarks.server RECORD`.

Runs as a process of its own, so that its work is not the agent's. Prints its port,
answers on loopback until its stdin closes, and writes one JSON line a request to
RECORD: when the request had arrived whole, when the reply had been sent whole
(seconds of a clock that all processes share), and the messages.

A prompt with the trigger sentence gets the next of the fixed small steps; any other
prompt is taken for the summariser's and gets a summary. Replies are streamed when
that is asked for, cut into pieces as a model's are, but sent without delay.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from itertools import count
from typing import Any, TextIO

TRIGGER = "Determine which next command to use"

SUBJECTS = ("harbour", "orchard", "library", "railway", "kitchen", "workshop", "garden", "archive")


def step_reply(number: int) -> str:
    """The reply of step `number`, from 0: thoughts and a file command, about 120 tokens.

    Four steps make an entry: written, read again, looked for in its folder, completed.
    """
    entry, kind = divmod(number, 4)
    subject = SUBJECTS[entry % len(SUBJECTS)]
    folder = f"part_{entry // 5}"
    name = f"{folder}/{subject}_{entry}.md"
    finding = f"# The {subject}\n\nFinding {entry}: the {subject} needs {entry % 7 + 2} changes.\n"
    steps: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("write down", "write_to_file", {"filename": name, "text": finding}),
        ("read again", "read_file", {"filename": name}),
        ("look for", "list_files", {"directory": folder}),
        (
            "complete",
            "append_to_file",
            {"filename": name, "text": f"\nChecked in step {number}: complete.\n"},
        ),
    )
    verb, command, args = steps[kind]
    reply = {
        "thoughts": {
            "text": f"I have what I need for entry {entry}, so I will {verb} the {subject}.",
            "reasoning": "Each subject needs an entry that is checked before the report.",
            "plan": f"- {verb} the {subject}\n- check the entry\n- go on",
            "criticism": "I should keep the entries short.",
            "speak": f"Working on the {subject}.",
        },
        "command": {"name": command, "args": args},
    }
    return json.dumps(reply)


SUMMARY = (
    "I am writing short entries about the harbour, the orchard, the library, the railway, the kitchen, the "
    "workshop, the garden and the archive, in folders part_0, part_1 and so on, one file for each entry. "
    "So far every entry was written, read again, compared with the list of its folder and completed with a "
    "line that says it was checked. Each subject needs between two and eight changes; the numbers stand in "
    "the entries themselves. No command failed, no file is missing and none was written twice. "
    "Still open: the entries of the folders that come next, then the report that collects the findings of "
    "all folders, with the number of changes for each subject and a recommendation where to begin."
)


def completion(request: dict[str, Any], text: str) -> tuple[str, bytes]:
    """Content type and body of the answer."""
    prompt_tokens = sum(len(message["content"]) for message in request["messages"]) // 4
    usage = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": len(text) // 4,
        "total_tokens": prompt_tokens + len(text) // 4,
    }
    head = {"id": "chatcmpl-1", "created": 1, "model": request.get("model", "model")}
    if not request.get("stream"):
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        whole = head | {"object": "chat.completion", "choices": [choice], "usage": usage}
        return "application/json", json.dumps(whole).encode()
    head["object"] = "chat.completion.chunk"
    pieces = [text[start : start + 24] for start in range(0, len(text), 24)]
    chunks: list[dict[str, Any]] = [
        head | {"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]}
        for piece in pieces
    ]
    chunks.append(head | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    chunks.append(head | {"choices": [], "usage": usage})
    lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return "text/event-stream", "".join([*lines, "data: [DONE]\n\n"]).encode()


class Script:
    """Answers requests in order, and writes them down."""

    def __init__(self, record: TextIO) -> None:
        self._record = record
        self._steps = count()
        self._lock = threading.Lock()

    def serve(self, connection: socket.socket) -> None:
        """Answer what comes over one connection until it closes."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, connection.makefile("rb") as incoming:
            while line := incoming.readline():
                length = 0
                path = line.split()[1]
                while header := incoming.readline().strip():
                    name, _, value = header.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                body = incoming.read(length)
                arrived = time.monotonic()
                if not path.endswith(b"/chat/completions"):
                    connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                    continue
                request = json.loads(body)
                is_step = TRIGGER in request["messages"][-1]["content"]
                with self._lock:
                    text = step_reply(next(self._steps)) if is_step else SUMMARY
                kind, answer = completion(request, text)
                seen = {
                    "arrived": arrived,
                    "is_step": is_step,
                    "messages": request["messages"],
                    "reply": text,
                }
                record = json.dumps(seen).removesuffix("}")
                head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(answer)}\r\n\r\n"
                connection.sendall(head.encode() + answer)
                sent = time.monotonic()  # what comes now takes the agent's time: next to nothing
                with self._lock:
                    self._record.write(f'{record}, "sent": {sent!r}}}\n')
                    self._record.flush()


def main() -> None:
    """Serve until stdin closes."""
    with open(sys.argv[1], "w", encoding="utf-8") as record, socket.create_server(("127.0.0.1", 0)) as server:
        script = Script(record)
        print(server.getsockname()[1], flush=True)

        def accept() -> None:
            while True:
                connection, _ = server.accept()
                threading.Thread(target=script.serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        sys.stdin.read()


if __name__ == "__main__":
    main()
