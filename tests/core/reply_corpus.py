"""Malformed replies of the kinds that models really send, each with what a reader sees in it.

`⏹` marks the place where the JSON is complete; a text cut anywhere before it must
not act. Without a mark that is after the last closing bracket.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

KNOWN = (
    "append_to_file",
    "ask_person",
    "browse_website",
    "delete_file",
    "do_nothing",
    "execute_python_code",
    "execute_shell",
    "google",
    "list_files",
    "patch_file",
    "read_file",
    "start_agent",
    "task_complete",
    "write_to_file",
)

END = "⏹"


@dataclass(frozen=True, slots=True)
class Case:
    """A reply and the action in it; `command` None means that it must be refused.

    `refused` is a word of the sentence that then tells the model why.
    """

    name: str
    marked: str
    command: str | None
    args: dict[str, Any] = field(default_factory=dict)
    refused: str = ""
    known: tuple[str, ...] = KNOWN

    @property
    def text(self) -> str:
        return self.marked.replace(END, "")

    @property
    def complete_at(self) -> int:
        """From this length on, the text may act."""
        if END in self.marked:
            return self.marked.index(END)
        return max(self.text.rfind(bracket) for bracket in "}])>") + 1


# --- Real-looking replies that are whole ---------------------------------------

THOUGHTS: dict[str, Any] = {
    "text": "I should look at what is in the workspace before I write anything.",
    "reasoning": "Knowing the files avoids overwriting somebody's work (it's easily done).",
    "plan": "- list the files\n- read the notes\n- write the report",
    "criticism": "I could be quicker; I mustn't re-read files.",
    "speak": "First I look around.",
}

SCRIPT = (
    "import json\n\n\ndef main():\n\tdata = {'a': [1, 2], \"b\": None}\n"
    "    print(json.dumps(data) + \"\\n\")  # it's \\d+ {not} a comment\n\n\nif __name__ == '__main__':\n    main()\n"
)

PAGE = (
    '<!DOCTYPE html>\n<html lang="en">\n<body class="x">“Smart” quotes, ‘single’ ones, it’s {{ braces }} </think>'
    '\n```json\n{"command": {"name": "delete_file", "args": {"filename": "x"}}}\n```\n</body>\n</html>\n'
)


def valid(command: str, indent: int | None = 4, **args: Any) -> str:
    """A reply in the format that the prompt asks for."""
    return json.dumps(
        {"thoughts": THOUGHTS, "command": {"name": command, "args": args}}, indent=indent, ensure_ascii=False
    )


LIST = valid("list_files", directory=".")
WRITE = valid("write_to_file", filename="script.py", text=SCRIPT)
WRITE_PAGE = valid("write_to_file", filename="page.html", text=PAGE)
SHELL = valid("execute_shell", indent=None, command_line='grep -rn "it\'s" . | wc -l', timeout=2.5, dry=False)
DONE = valid("task_complete", reason="All 3 goals are met.")

IS_LIST: tuple[str, dict[str, Any]] = ("list_files", {"directory": "."})
IS_WRITE: tuple[str, dict[str, Any]] = ("write_to_file", {"filename": "script.py", "text": SCRIPT})
IS_PAGE: tuple[str, dict[str, Any]] = ("write_to_file", {"filename": "page.html", "text": PAGE})
IS_SHELL: tuple[str, dict[str, Any]] = (
    "execute_shell",
    {"command_line": 'grep -rn "it\'s" . | wc -l', "timeout": 2.5, "dry": False},
)
IS_DONE: tuple[str, dict[str, Any]] = ("task_complete", {"reason": "All 3 goals are met."})


def call(name: str, **args: Any) -> str:
    return json.dumps({"name": name, "arguments": args})


def _around() -> list[Case]:
    """Whole JSON with something around it."""
    return [
        Case("valid", LIST, *IS_LIST),
        Case("valid, one line", SHELL, *IS_SHELL),
        Case("valid, with a program", WRITE, *IS_WRITE),
        Case("valid, with a page that holds another reply", WRITE_PAGE, *IS_PAGE),
        Case("prose before", f"Sure! Here is my next step:\n\n{LIST}", *IS_LIST),
        Case("prose after", f"{LIST}{END}\n\nLet me know if you'd like me to go on (or not).", *IS_LIST),
        Case("prose around", f"Okay, let's begin. {WRITE}{END} That's my reply; it's final.", *IS_WRITE),
        Case("prose around a page", f"Writing the page now.\n{WRITE_PAGE}{END}\nDone!", *IS_PAGE),
        Case("json fence", f"```json\n{WRITE}{END}\n```", *IS_WRITE),
        Case("JSON fence in capitals", f"```JSON\n{LIST}{END}\n```\n", *IS_LIST),
        Case("plain fence", f"```\n{WRITE_PAGE}{END}\n```", *IS_PAGE),
        Case("fence never closed", f"```json\n{LIST}{END}\n", *IS_LIST),
        Case("only the closing fence", f"{LIST}{END}\n```", *IS_LIST),
        Case("fence on one line", f"```json {SHELL}{END} ```", *IS_SHELL),
        Case("four backticks", f"````json\n{WRITE_PAGE}{END}\n````", *IS_PAGE),
        Case("tilde fence", f"~~~json\n{LIST}{END}\n~~~", *IS_LIST),
        Case("inline backticks", f"`{SHELL}{END}`", *IS_SHELL),
        Case(
            "fence with prose around",
            f"My reply is:\n```json\n{WRITE}{END}\n```\nI hope it's right.",
            *IS_WRITE,
        ),
        Case("python fence", f"```python\n{SHELL}{END}\n```", *IS_SHELL),
        Case(
            "a fence of code before the fence of JSON",
            f"I will run this:\n```bash\nfor f in *; do echo ${{f}} {{; done\n```\nSo:\n```json\n{LIST}{END}\n```",
            *IS_LIST,
        ),
        Case(
            "a fence of code after",
            f"```json\n{LIST}{END}\n```\nLater:\n```python\nx = {{1: '{{'}}\n```\n",
            *IS_LIST,
        ),
        Case("word json before", f"json\n{LIST}", *IS_LIST),
        Case("RESPONSE: before", f"RESPONSE FORMAT:\n{LIST}", *IS_LIST),
        Case("role before", f"assistant: {SHELL}", *IS_SHELL),
        Case("byte order mark", f"\ufeff{LIST}", *IS_LIST),
        Case("zero-width spaces", f"\u200b{LIST}\u200b", *IS_LIST),
        Case("NULs around", f"\0\0{LIST}\0", *IS_LIST),
        Case("NULs between tokens", LIST.replace("\n", "\0\n"), *IS_LIST),
        Case("no-break spaces for indentation", LIST.replace("    ", "\u00a0\u00a0"), *IS_LIST),
        Case("Windows line ends", LIST.replace("\n", "\r\n"), *IS_LIST),
        Case("end-of-text marker", f"{LIST}{END}<|endoftext|>", *IS_LIST),
        Case("end-of-turn marker", f"{WRITE}{END}<|im_end|>\n<|im_start|>", *IS_WRITE),
        Case("sentence markers", f"<s> {LIST}{END} </s>", *IS_LIST),
        Case(
            "end-of-text marker inside an argument",
            valid("google", query="what is <|endoftext|>?"),
            "google",
            {"query": "what is <|endoftext|>?"},
        ),
        Case("extra closing brace", f"{LIST}{END}}}", *IS_LIST),
        Case("two extra closing braces", f"{LIST}{END}\n}}\n}}\n", *IS_LIST),
        Case("extra bracket and a fence", f"```json\n{LIST}{END}]\n```", *IS_LIST),
        Case("parentheses around", f"({SHELL}{END})", *IS_SHELL),
        Case("semicolon after", f"{SHELL}{END};", *IS_SHELL),
        Case("assigned to a variable", f"reply = {SHELL}", *IS_SHELL),
        Case("braces in the prose before", f"I fill in {{filename}} and {{n}} first.\n{LIST}", *IS_LIST),
        Case(
            "brackets and quotes in the prose before",
            f'It\'s "easy" [1]: see the docs (p. 3.\n{LIST}',
            *IS_LIST,
        ),
        Case("LaTeX in the prose before", f"$\\frac{{a}}{{b}}$ is enough, so:\n{LIST}", *IS_LIST),
        Case(
            "an example without a command first",
            f'Files look like {{"name": "a.txt", "size": 3}}. So:\n{LIST}',
            *IS_LIST,
        ),
        Case("Chinese prose around", f"好的，下面是我的回复：\n{LIST}{END}\n以上。", *IS_LIST),
        Case("Markdown heading and bold", f"## Next step\n**Reply**:\n\n{LIST}", *IS_LIST),
    ]


def _reasoning() -> list[Case]:
    draft = '{"thoughts": {"text": "draft"}, "command": {"name": "delete_file", "args": {"filename": "notes.txt"}}}'
    return [
        Case("reasoning before", f"<think>\nThe user wants a list. Let's see…\n</think>\n\n{LIST}", *IS_LIST),
        Case("reasoning with a draft", f"<think>Maybe {draft}? No, that's wrong.</think>\n{LIST}", *IS_LIST),
        Case(
            "reasoning with braces that don't match",
            f'<think>if (x) {{ or [ or " …</think>{WRITE}',
            *IS_WRITE,
        ),
        Case(
            "thinking tag in capitals",
            f"<THINKING>It's simple.</THINKING>\n```json\n{LIST}{END}\n```",
            *IS_LIST,
        ),
        Case(
            "reasoning without its beginning",
            f"The user wants a list, so I list.\n</think>\n\n{LIST}",
            *IS_LIST,
        ),
        Case("reasoning after prose", f"Let me think.\n<thinking>hm {{</thinking>\nSo:\n{LIST}", *IS_LIST),
        Case("reasoning after the reply", f"{LIST}{END}\n<think>That was good.</think>", *IS_LIST),
        Case("empty reasoning", f"<think>\n\n</think>\n\n{SHELL}", *IS_SHELL),
        Case("the whole reply inside reasoning tags", f"<think>\n{LIST}\n</think>", *IS_LIST),
        Case("scratchpad", f"<scratchpad>1. list {{files}}\n2. done</scratchpad>{LIST}", *IS_LIST),
        Case("reasoning and a page that holds the tag", f"<think>a page</think>{WRITE_PAGE}", *IS_PAGE),
        Case(
            "only a draft inside reasoning",
            f"<think>Maybe {draft}? Not yet.</think>\nI don't know.",
            None,
            refused="no JSON",
        ),
        Case(
            "reasoning that never ends", f"<think>I wonder whether {LIST} is right", None, refused="cut off"
        ),
    ]


def _quotes() -> list[Case]:
    return [
        Case("Python repr", repr(json.loads(WRITE)), *IS_WRITE),
        Case("Python repr with a page", repr(json.loads(WRITE_PAGE)), *IS_PAGE),
        Case("Python repr with literals", repr(json.loads(SHELL)), *IS_SHELL),
        Case(
            "single quotes, apostrophes not escaped",
            "{'thoughts': {'text': 'It's time; let's go', 'speak': 'I'm on it'}, 'command': {'name': 'read_file', 'args': {'filename': 'what's new.txt'}}}",
            "read_file",
            {"filename": "what's new.txt"},
        ),
        Case(
            "single and double quotes mixed",
            """{'thoughts': {"text": 'say "hi"'}, "command": {'name': "write_to_file", 'args': {"filename": 'a.txt', 'text': "it's"}}}""",
            "write_to_file",
            {"filename": "a.txt", "text": "it's"},
        ),
        Case(
            "curly quotes",
            "{“thoughts”: {“text”: “Let’s go”}, “command”: {“name”: “list_files”, “args”: {“directory”: “my ‘files’”}}}",
            "list_files",
            {"directory": "my ‘files’"},
        ),
        Case(
            "curly single quotes",
            "{‘thoughts’: {‘text’: ‘it’s fine’}, ‘command’: {‘name’: ‘list_files’, ‘args’: {‘directory’: ‘.’}}}",
            *IS_LIST,
        ),
        Case(
            "curly quotes around, straight ones inside",
            '{“command”: {“name”: “google”, “args”: {“query”: “the "best" tea”}}}',
            "google",
            {"query": 'the "best" tea'},
        ),
        Case(
            "low and high quotes",
            "{„command“: {„name“: „list_files“, „args“: {„directory“: „.“}}}",
            *IS_LIST,
        ),
        Case(
            "curly quotes in an argument stay",
            valid("google", query="“tea” or ‘coffee’…"),
            "google",
            {"query": "“tea” or ‘coffee’…"},
        ),
        Case(
            "backticks around a long text",
            '{"command": {"name": "write_to_file", "args": {"filename": "a.js", "text": `const a = "x";\nlet b = ${a};\n`}}}',
            "write_to_file",
            {"filename": "a.js", "text": 'const a = "x";\nlet b = ${a};\n'},
        ),
        Case(
            "triple quotes around a long text",
            '{"command": {"name": "write_to_file", "args": {"filename": "a.py", "text": """def f():\n    return "x", {\'a\': 1}\n"""}}}',
            "write_to_file",
            {"filename": "a.py", "text": "def f():\n    return \"x\", {'a': 1}\n"},
        ),
        Case(
            "triple single quotes",
            "{'command': {'name': 'execute_python_code', 'args': {'code': '''print(\"it's\")\n''', 'basename': 'a'}}}",
            "execute_python_code",
            {"code": 'print("it\'s")\n', "basename": "a"},
        ),
        Case(
            "quotes inside thoughts not escaped",
            '{"thoughts": {"text": "The user said "hello" to me", "speak": "A "test""}, "command": {"name": "list_files", "args": {"directory": "."}}}',
            *IS_LIST,
        ),
        Case(
            "quotes inside an argument not escaped",
            '{"thoughts": {"text": "x"}, "command": {"name": "write_to_file", "args": {"filename": "a.py", "text": "print("hello", end="")"}}}',
            "write_to_file",
            {"filename": "a.py", "text": 'print("hello", end="")'},
        ),
        Case(
            "HTML with attributes not escaped",
            '{"command": {"name": "write_to_file", "args": {"filename": "a.html", "text": "<a href="x.html" class="b">go</a>\n<p id="c">d</p>"}}}',
            "write_to_file",
            {"filename": "a.html", "text": '<a href="x.html" class="b">go</a>\n<p id="c">d</p>'},
        ),
        Case(
            "JSON inside an argument not escaped",
            '{"command": {"name": "write_to_file", "args": {"filename": "a.json", "text": "{"a": "b"}"}}}',
            "write_to_file",
            {"filename": "a.json", "text": '{"a": "b"}'},
        ),
        Case(
            "deep JSON inside an argument not escaped",
            '{"command": {"name": "write_to_file", "args": {"filename": "a.json", "text": "{"a": {"b": {"c": "d"}}}"}}}',
            "write_to_file",
            {"filename": "a.json", "text": '{"a": {"b": {"c": "d"}}}'},
        ),
        Case(
            "quotes at the start of an argument not escaped",
            '{"command": {"name": "google", "args": {"query": ""exact phrase" site:example.org"}}}',
            "google",
            {"query": '"exact phrase" site:example.org'},
        ),
        Case(
            "strings joined with plus",
            '{"command": {"name": "write_to_file", "args": {"filename": "a.txt", "text": "one\\n" +\n   "two\\n"}}}',
            "write_to_file",
            {"filename": "a.txt", "text": "one\ntwo\n"},
        ),
        Case(
            "strings joined in parentheses",
            "{'command': {'name': 'write_to_file', 'args': {'filename': 'a.txt', 'text': ('one\\n'\n    'two\\n')}}}",
            "write_to_file",
            {"filename": "a.txt", "text": "one\ntwo\n"},
        ),
        Case(
            "an odd quote inside an argument",
            '{"command": {"name": "write_to_file", "args": {"filename": "a.txt", "text": "a 5" screen"}}}',
            None,
            refused="left open",
        ),
        Case(
            "a string that seems to swallow a member",
            '{"command": {"name": "write_to_file", "args": {"filename": "a.txt" oops, "text": "b"}}}',
            None,
            refused="not escaped",
        ),
    ]


def _punctuation() -> list[Case]:
    return [
        Case(
            "trailing commas",
            '{"thoughts": {"plan": ["a", "b",], "speak": "x",}, "command": {"name": "list_files", "args": {"directory": ".",},},}',
            *IS_LIST,
        ),
        Case(
            "commas missing between members",
            '{\n"thoughts": {\n"text": "a"\n"speak": "b"\n}\n"command": {\n"name": "list_files"\n"args": {"directory": "."}\n}\n}',
            *IS_LIST,
        ),
        Case(
            "commas missing on one line",
            '{"thoughts": {"text": "a" "speak": "b"} "command": {"name": "list_files" "args": {"directory": "."}}}',
            *IS_LIST,
        ),
        Case(
            "commas missing in a list",
            '{"thoughts": {"plan": [\n"one"\n"two"\n]}, "command": {"name": "list_files", "args": {"directory": "."}}}',
            *IS_LIST,
        ),
        Case(
            "doubled commas",
            '{"thoughts": {"text": "a",, "speak": "b"},, "command": {"name": "list_files",, "args": {"directory": "."}}}',
            *IS_LIST,
        ),
        Case(
            "leading comma", '{, "command": {"name": "list_files", "args": {, "directory": "."}}}', *IS_LIST
        ),
        Case(
            "semicolons for commas",
            '{"thoughts": {"text": "a"}; "command": {"name": "list_files"; "args": {"directory": "."}}}',
            *IS_LIST,
        ),
        Case(
            "full-width punctuation",
            '{"thoughts"：{"text"："看一看"}，"command"：{"name"："list_files"，"args"：{"directory"："."}}}',
            *IS_LIST,
        ),
        Case(
            "equals signs for colons",
            '{"thoughts" = {"text" = "a"}, "command" = {"name" = "list_files", "args" = {"directory" = "."}}}',
            *IS_LIST,
        ),
        Case(
            "Ruby arrows",
            '{"thoughts" => {"text" => "a"}, "command" => {"name" => "list_files", "args" => {"directory" => "."}}}',
            *IS_LIST,
        ),
        Case(
            "bare keys",
            '{thoughts: {text: "a", plan: ["b"]}, command: {name: "list_files", args: {directory: "."}}}',
            *IS_LIST,
        ),
        Case(
            "keys with one quote",
            '{thoughts": {text": "a"}, command": {name": "list_files", "args": {directory": "."}}}',
            *IS_LIST,
        ),
        Case(
            "bare words",
            '{"thoughts": {"text": I will look around}, "command": {"name": list_files, "args": {"directory": .}}}',
            *IS_LIST,
        ),
        Case(
            "a bare address",
            "{command: {name: browse_website, args: {url: https://example.org/a?b=c, question: what is it?}}}",
            "browse_website",
            {"url": "https://example.org/a?b=c", "question": "what is it?"},
        ),
        Case(
            "an extra brace after thoughts",
            '{"thoughts": {"text": "a", "speak": "b"}}, "command": {"name": "list_files", "args": {"directory": "."}}}',
            *IS_LIST,
        ),
        Case(
            "an extra brace after thoughts, no comma",
            '{"thoughts": {"text": "a"}}\n"command": {"name": "list_files", "args": {"directory": "."}}}',
            *IS_LIST,
        ),
        Case(
            "the command inside thoughts",
            '{"thoughts": {"text": "a", "command": {"name": "list_files", "args": {"directory": "."}}}}',
            *IS_LIST,
        ),
        Case(
            "the opening brace missing",
            '"thoughts": {"text": "a"}, "command": {"name": "list_files", "args": {"directory": "."}}}',
            *IS_LIST,
        ),
        Case(
            "a list closed by a brace",
            '{"thoughts": {"plan": ["a", "b"}}, "command": {"name": "list_files", "args": {"directory": "."}}}',
            *IS_LIST,
        ),
        Case(
            "an object closed by a bracket",
            '{"thoughts": {"plan": ["a", "b"]], "command": {"name": "list_files", "args": {"directory": "."}}}',
            *IS_LIST,
        ),
        Case(
            "doubled braces from a template",
            '{{"thoughts": {{"text": "a"}}, "command": {{"name": "list_files", "args": {{"directory": "."}}}}}}',
            *IS_LIST,
        ),
        Case(
            "doubled braces outside only",
            '{{"thoughts": {"text": "a"}, "command": {"name": "list_files", "args": {"directory": "."}}}}',
            *IS_LIST,
        ),
        Case(
            "literal \\n between tokens",
            '{\\n  "thoughts": {\\n "text": "a"},\\n\\t"command": {"name": "list_files", "args": {"directory": "."}}\\n}',
            *IS_LIST,
        ),
        Case("last brace missing", LIST[: LIST.rindex("}")], None, refused="cut off"),
        Case("last brace missing before a fence", f"```json\n{LIST[: LIST.rindex('}')]}\n```", None),
        Case("last brace missing before prose", f"{LIST[: LIST.rindex('}')]}\n\nThat is my reply.", None),
        Case(
            "thoughts never closed",
            '{"thoughts": {"text": "a", "command": {"name": "list_files", "args": {"directory": "."}}}',
            None,
            refused="cut off",
        ),
        Case(
            "an ellipsis for what was left out",
            '{"thoughts": {...}, "command": {"name": "write_to_file", "args": {"filename": "a.txt", ...}}}',
            None,
        ),
    ]


def _strings() -> list[Case]:
    emoji = {"filename": "a.txt", "text": "done 😀 é 漢"}
    return [
        Case(
            "raw newlines and tabs in strings",
            '{"thoughts": {"text": "a\nb\tc"}, "command": {"name": "write_to_file", "args": {"filename": "a.py", "text": "def f():\n\treturn 1\r\n\n"}}}',
            "write_to_file",
            {"filename": "a.py", "text": "def f():\n\treturn 1\r\n\n"},
        ),
        Case(
            "raw control characters in strings",
            '{"command": {"name": "write_to_file", "args": {"filename": "a", "text": "\x1b[31mred\x00\x07"}},}',
            "write_to_file",
            {"filename": "a", "text": "\x1b[31mred\x00\x07"},
        ),
        Case(
            "a regular expression's escapes",
            r'{"command": {"name": "execute_shell", "args": {"command_line": "grep -P \"\d+\s\w\.\[x\]\" a \| wc"}}}',
            "execute_shell",
            {"command_line": r'grep -P "\d+\s\w\.\[x\]" a \| wc'},
        ),
        Case(
            "a Windows path",
            r'{"command": {"name": "read_file", "args": {"filename": "C:\Users\me\Docs\x.txt"}}}',
            "read_file",
            {"filename": r"C:\Users\me\Docs\x.txt"},
        ),
        Case(
            "escaped single quotes",
            r"""{"command": {"name": "write_to_file", "args": {"filename": "a.py", "text": "print(\'it\\n\')"}}}""",
            "write_to_file",
            {"filename": "a.py", "text": r"print('it\n')"},
        ),
        Case(
            "an emoji escaped",
            json.dumps({"command": {"name": "write_to_file", "args": emoji}}),
            "write_to_file",
            emoji,
        ),
        Case(
            "an emoji escaped, then a trailing comma",
            json.dumps({"command": {"name": "write_to_file", "args": emoji}})[:-1] + ",}",
            "write_to_file",
            emoji,
        ),
        Case(
            "an emoji escaped as in Python",
            r'{"command": {"name": "write_to_file", "args": {"filename": "a", "text": "\U0001F600!"}}}',
            "write_to_file",
            {"filename": "a", "text": "😀!"},
        ),
        Case(
            "an emoji escaped as in JavaScript",
            r'{"command": {"name": "write_to_file", "args": {"filename": "a", "text": "\u{1F600}!"}}}',
            "write_to_file",
            {"filename": "a", "text": "😀!"},
        ),
        Case(
            "a lone surrogate escaped",
            r'{"thoughts": {"speak": "\ud83d"}, "command": {"name": "write_to_file", "args": {"filename": "a", "text": "x\ud83dy"}}}',
            "write_to_file",
            {"filename": "a", "text": "x\ufffdy"},
        ),
        Case(
            "a lone surrogate raw",
            '{"command": {"name": "write_to_file", "args": {"filename": "a", "text": "x\udc80y"}}}',
            "write_to_file",
            {"filename": "a", "text": "x\ufffdy"},
        ),
        Case(
            "a broken unicode escape",
            r'{"command": {"name": "write_to_file", "args": {"filename": "a", "text": "\u12 \uZZZZ"}}}',
            "write_to_file",
            {"filename": "a", "text": r"\u12 \uZZZZ"},
        ),
        Case(
            "Python's byte escapes",
            r"{'command': {'name': 'write_to_file', 'args': {'filename': 'a', 'text': '\x1b[0m\x41\'\n'}}}",
            "write_to_file",
            {"filename": "a", "text": "\x1b[0mA'\n"},
        ),
        Case(
            "colour codes in a program",
            r'{"command": {"name": "write_to_file", "args": {"filename": "a.py", "text": "print(\"\x1b[0m\")"}}}',
            "write_to_file",
            {"filename": "a.py", "text": r'print("\x1b[0m")'},
        ),
        Case(
            "line continuations in a script",
            '{"command": {"name": "execute_shell", "args": {"command_line": "pip install \\\n  requests"}}}',
            "execute_shell",
            {"command_line": "pip install \\\n  requests"},
        ),
        Case(
            "Markdown underscores",
            r'{"thoughts": {"text": "a"}, "command": {"name": "write\_to\_file", "args": {"file\_name": "a\_b.txt"}}}',
            "write_to_file",
            {"file_name": r"a\_b.txt"},
        ),
        Case(
            "spaces that matter",
            valid("write_to_file", filename=" a ", text="\n\n  x  \n\n"),
            "write_to_file",
            {"filename": " a ", "text": "\n\n  x  \n\n"},
        ),
        Case("a string of JSON", json.dumps(WRITE), *IS_WRITE),
        Case("a string of a string of JSON", json.dumps(json.dumps(WRITE_PAGE)), *IS_PAGE),
        Case("a string of JSON with prose after", f"{json.dumps(LIST)}{END} That's all.", *IS_LIST),
        Case("JSON escaped without quotes around", json.dumps(WRITE)[1:-1], *IS_WRITE),
        Case(
            "JSON in single quotes",
            f"'{SHELL.replace(chr(39), ' ')}{END}'",
            "execute_shell",
            {"command_line": 'grep -rn "it s" . | wc -l', "timeout": 2.5, "dry": False},
        ),
    ]


def _values() -> list[Case]:
    deep: Any = "bottom"
    for _ in range(90):
        deep = [deep]
    return [
        Case(
            "Python literals",
            '{"command": {"name": "execute_shell", "args": {"command_line": "ls", "a": True, "b": False, "c": None}}}',
            "execute_shell",
            {"command_line": "ls", "a": True, "b": False, "c": None},
        ),
        Case(
            "JavaScript literals",
            '{command: {name: "execute_shell", args: {command_line: "ls", a: undefined, b: .5, c: +3, d: 5.}}}',
            "execute_shell",
            {"command_line": "ls", "a": None, "b": 0.5, "c": 3, "d": 5.0},
        ),
        Case(
            "literals in capitals",
            '{"command": {"name": "execute_shell", "args": {"command_line": "ls", "a": TRUE, "b": NULL}}}',
            "execute_shell",
            {"command_line": "ls", "a": True, "b": None},
        ),
        Case(
            "tuples",
            "{'thoughts': {'plan': ('a', 'b')}, 'command': {'name': 'execute_shell', 'args': {'argv': ('ls', '-l'), 'one': (1,), 'same': ('x')}}}",
            "execute_shell",
            {"argv": ["ls", "-l"], "one": [1], "same": "x"},
        ),
        Case(
            "numbers keep their kind",
            valid("execute_shell", a=1, b=1.0, c=-2.5e3, d=10**40, e=[0, [1.5]]),
            "execute_shell",
            {"a": 1, "b": 1.0, "c": -2500.0, "d": 10**40, "e": [0, [1.5]]},
        ),
        Case(
            "a number with zeros in front",
            '{"command": {"name": "execute_shell", "args": {"mode": 0755}}}',
            "execute_shell",
            {"mode": "0755"},
        ),
        Case(
            "numbers that are none",
            '{"command": {"name": "execute_shell", "args": {"a": NaN, "b": Infinity, "c": 1e999}}}',
            "execute_shell",
            {"a": "NaN", "b": "Infinity", "c": "1e999"},
        ),
        Case(
            "a number of 5 000 digits",
            '{"command": {"name": "execute_shell", "args": {"a": ' + "7" * 5000 + "}}}",
            "execute_shell",
            {"a": "7" * 5000},
        ),
        Case(
            "line comments",
            '{\n// my thoughts\n"thoughts": {"text": "a"}, # short {\n"command": {"name": "list_files", // "args": {\n"args": {"directory": "."}}\n}',
            *IS_LIST,
        ),
        Case(
            "block comments",
            '{/* {"command": */ "thoughts": {"text": "a" /* x */}, "command": {"name": /* y */ "list_files", "args": {"directory": "."}}/**/}',
            *IS_LIST,
        ),
        Case(
            "a comment after the last member",
            '{"command": {"name": "list_files", "args": {"directory": "." // here\n}}}',
            *IS_LIST,
        ),
        Case(
            "hash signs in strings stay",
            '{"command": {"name": "write_to_file", "args": {"filename": "a", "text": "# Title // not a comment /* x */"},}}',
            "write_to_file",
            {"filename": "a", "text": "# Title // not a comment /* x */"},
        ),
        Case("deep nesting", valid("execute_shell", indent=None, a=deep), "execute_shell", {"a": deep}),
        Case(
            "nesting deeper than allowed",
            '{"command": {"name": "execute_shell", "args": {"a": ' + "[" * 300 + "]" * 300 + "}}}",
            None,
            refused="deep",
        ),
        Case(
            "nesting deeper than the interpreter",
            '{"command": {"name": "execute_shell", "args": {"a": ' + "[" * 9000 + "]" * 9000 + "}}}",
            None,
            refused="deep",
        ),
        Case(
            "a key twice, equal",
            '{"thoughts": {"text": "a", "text": "b"}, "command": {"name": "list_files", "args": {"directory": ".", "directory": "."}}}',
            *IS_LIST,
        ),
        Case(
            "a thought twice",
            '{"thoughts": {"text": "a"}, "thoughts": {"text": "b"}, "command": {"name": "list_files", "args": {"directory": "."}}}',
            *IS_LIST,
        ),
        Case(
            "an argument twice",
            '{"command": {"name": "list_files", "args": {"directory": "old", "directory": "."}}}',
            *IS_LIST,
        ),
        Case(
            "two commands in one object",
            '{"command": {"name": "delete_file", "args": {"filename": "a"}}, "command": {"name": "list_files", "args": {}}}',
            None,
            refused="twice",
        ),
        Case(
            "two names in one command",
            '{"command": {"name": "delete_file", "name": "read_file", "args": {"filename": "a"}}}',
            None,
            refused="twice",
        ),
    ]


def _shapes() -> list[Case]:
    args = {"filename": "a.txt", "text": "b\n"}
    two = {"directory": "docs", "depth": 2}
    return [
        Case(
            "command as a string, no arguments",
            '{"thoughts": "nothing to do", "command": "do_nothing"}',
            "do_nothing",
        ),
        Case(
            "command as a string, args beside",
            json.dumps({"thoughts": THOUGHTS, "command": "write_to_file", "args": args}),
            "write_to_file",
            args,
        ),
        Case(
            "command as a string, arguments in the open",
            json.dumps({"thoughts": THOUGHTS, "command": "write_to_file", **args}),
            "write_to_file",
            args,
        ),
        Case(
            "command as a call",
            '{"thoughts": {"text": "a"}, "command": "list_files(directory=\\"docs\\", depth=2)"}',
            "list_files",
            two,
        ),
        Case(
            "command as a call with quotes and brackets",
            '{"command": "write_to_file(filename=\'a).txt\', text=\'f(x, \\"y\\") + (z\\\\n\')"}',
            "write_to_file",
            {"filename": "a).txt", "text": 'f(x, "y") + (z\n'},
        ),
        Case(
            "command as an empty call", '{"thoughts": {"text": "a"}, "command": "do_nothing()"}', "do_nothing"
        ),
        Case(
            "command as a call with an object",
            "{\"command\": \"list_files({'directory': 'docs', 'depth': 2})\"}",
            "list_files",
            two,
        ),
        Case(
            "command as a name and an object",
            '{"command": "list_files {\\"directory\\": \\"docs\\", \\"depth\\": 2}"}',
            "list_files",
            two,
        ),
        Case("name as an empty call", '{"command": {"name": "do_nothing()", "args": {}}}', "do_nothing"),
        Case(
            "name as a call",
            '{"command": {"name": "list_files(directory=\'docs\', depth=2)", "args": {}}}',
            "list_files",
            two,
        ),
        Case(
            "command_name and arguments",
            json.dumps(
                {"thoughts": THOUGHTS, "command": {"command_name": "write_to_file", "arguments": args}}
            ),
            "write_to_file",
            args,
        ),
        Case(
            "command_name at the top",
            json.dumps({"thoughts": THOUGHTS, "command_name": "write_to_file", "arguments": args}),
            "write_to_file",
            args,
        ),
        Case(
            "name at the top",
            json.dumps({"thoughts": THOUGHTS, "name": "write_to_file", "args": args}),
            "write_to_file",
            args,
        ),
        Case(
            "args beside the command",
            json.dumps({"thoughts": THOUGHTS, "command": {"name": "write_to_file"}, "args": args}),
            "write_to_file",
            args,
        ),
        Case(
            "arguments beside the name",
            json.dumps({"thoughts": THOUGHTS, "command": {"name": "write_to_file", **args}}),
            "write_to_file",
            args,
        ),
        Case(
            "arguments beside empty args",
            json.dumps({"thoughts": THOUGHTS, "command": {"name": "write_to_file", "args": {}, **args}}),
            "write_to_file",
            args,
        ),
        Case(
            "the name as the key",
            json.dumps({"thoughts": THOUGHTS, "command": {"write_to_file": args}}),
            "write_to_file",
            args,
        ),
        Case("the name as the only key", json.dumps({"write_to_file": args}), "write_to_file", args),
        Case(
            "args as a string of JSON",
            json.dumps({"command": {"name": "write_to_file", "args": json.dumps(args)}}),
            "write_to_file",
            args,
        ),
        Case(
            "args as a string of Python",
            json.dumps({"command": {"name": "write_to_file", "args": repr(args)}}),
            "write_to_file",
            args,
        ),
        Case("args as an empty string", '{"command": {"name": "do_nothing", "args": ""}}', "do_nothing"),
        Case("args null", '{"command": {"name": "do_nothing", "args": null}}', "do_nothing"),
        Case("args missing", '{"thoughts": {"text": "a"}, "command": {"name": "do_nothing"}}', "do_nothing"),
        Case("args as an empty list", '{"command": {"name": "do_nothing", "args": []}}', "do_nothing"),
        Case(
            "args as a list of pairs",
            '{"command": {"name": "write_to_file", "args": [{"name": "filename", "value": "a.txt"}, {"name": "text", "value": "b\\n"}]}}',
            "write_to_file",
            args,
        ),
        Case(
            "args as a list of objects",
            '{"command": {"name": "write_to_file", "args": [{"filename": "a.txt"}, {"text": "b\\n"}]}}',
            "write_to_file",
            args,
        ),
        Case(
            "args that are no object",
            '{"command": {"name": "read_file", "args": "a.txt"}}',
            None,
            refused="args",
        ),
        Case(
            "args as a list of values",
            '{"command": {"name": "write_to_file", "args": ["a.txt", "b"]}}',
            None,
            refused="args",
        ),
        Case(
            "args as a string that is cut off",
            '{"command": {"name": "write_to_file", "args": "{\\"filename\\": \\"a.txt\\", \\"text\\": \\"b"}}',
            None,
            refused="cut off",
        ),
        Case(
            "a call with unnamed arguments",
            "{\"command\": \"write_to_file('a.txt', 'b')\"}",
            None,
            refused="name",
        ),
        Case(
            "a call that is cut off",
            "{\"command\": \"write_to_file(filename='a.txt', text='b'\"}",
            None,
            refused="cut off",
        ),
        Case(
            "keys in capitals",
            json.dumps({"Thoughts": {"Text": "a"}, "Command": {"Name": "write_to_file", "Args": args}}),
            "write_to_file",
            args,
        ),
        Case(
            "keys in camel case",
            json.dumps({"commandName": "write_to_file", "commandArgs": args}),
            "write_to_file",
            args,
        ),
        Case(
            "the name in another case",
            json.dumps({"command": {"name": "Write To File", "args": args}}),
            "write_to_file",
            args,
        ),
        Case(
            "the name with a prefix",
            json.dumps({"command": {"name": "functions.write_to_file", "args": args}}),
            "write_to_file",
            args,
        ),
        Case(
            "the name in backticks",
            json.dumps({"command": {"name": "`write_to_file`", "args": args}}),
            "write_to_file",
            args,
        ),
        Case(
            "an unknown name",
            '{"command": {"name": "fly_away", "args": {"to": "x"}}}',
            "fly_away",
            {"to": "x"},
        ),
        Case("a function call", call("write_to_file", **args), "write_to_file", args),
        Case(
            "a function call with arguments as a string",
            json.dumps({"name": "write_to_file", "arguments": json.dumps(args)}),
            "write_to_file",
            args,
        ),
        Case(
            "a function call inside function",
            json.dumps({"type": "function", "function": {"name": "write_to_file", "parameters": args}}),
            "write_to_file",
            args,
        ),
        Case(
            "function_call",
            json.dumps(
                {
                    "role": "assistant",
                    "content": None,
                    "function_call": {"name": "write_to_file", "arguments": json.dumps(args)},
                }
            ),
            "write_to_file",
            args,
        ),
        Case(
            "tool_calls",
            json.dumps(
                {
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [
                        {
                            "id": "c1",
                            "type": "function",
                            "function": {"name": "write_to_file", "arguments": json.dumps(args)},
                        }
                    ],
                }
            ),
            "write_to_file",
            args,
        ),
        Case("tool", json.dumps({"tool": "write_to_file", "tool_input": args}), "write_to_file", args),
        Case(
            "tool with a list of parameters",
            json.dumps({"tool": {"name": "write_to_file", "parameters": args}}),
            "write_to_file",
            args,
        ),
        Case(
            "action and action_input",
            json.dumps({"thought": "hm", "action": "write_to_file", "action_input": args}),
            "write_to_file",
            args,
        ),
        Case(
            "action as an object",
            json.dumps(
                {
                    "thoughts": THOUGHTS,
                    "action": {"type": "write_to_file", "name": "write_to_file", "args": args},
                }
            ),
            "write_to_file",
            args,
        ),
        Case(
            "tool_use",
            json.dumps({"type": "tool_use", "id": "t1", "name": "write_to_file", "input": args}),
            "write_to_file",
            args,
        ),
        Case(
            "use_tool",
            json.dumps({"thoughts": THOUGHTS, "use_tool": {"tool_name": "write_to_file", "arguments": args}}),
            "write_to_file",
            args,
        ),
        Case(
            "recipient_name",
            json.dumps({"tool_uses": [{"recipient_name": "functions.write_to_file", "parameters": args}]}),
            "write_to_file",
            args,
        ),
        Case(
            "JSON-RPC",
            json.dumps({"jsonrpc": "2.0", "method": "write_to_file", "params": args}),
            "write_to_file",
            args,
        ),
        Case("a list of one reply", f"[{LIST}]", *IS_LIST),
        Case(
            "a list under command",
            json.dumps({"thoughts": THOUGHTS, "command": [{"name": "write_to_file", "args": args}]}),
            "write_to_file",
            args,
        ),
        Case(
            "a list of commands",
            json.dumps(
                {
                    "thoughts": THOUGHTS,
                    "commands": [
                        {"name": "list_files", "args": two},
                        {"name": "write_to_file", "args": args},
                    ],
                }
            ),
            "list_files",
            two,
        ),
        Case("under response", json.dumps({"response": json.loads(LIST)}), *IS_LIST),
        Case("under content, as a string", json.dumps({"role": "assistant", "content": LIST}), *IS_LIST),
        Case(
            "a command that has an argument called command",
            '{"command": {"name": "execute_shell", "command": "ls"}}',
            "execute_shell",
            {"command": "ls"},
        ),
        Case(
            "thoughts a string, plan a list of objects",
            '{"thoughts": "a", "plan": [{"step": 1, "do": "x"}], "command": {"name": "list_files", "args": {"directory": "."}}}',
            *IS_LIST,
        ),
        Case(
            "thoughts null",
            '{"thoughts": null, "command": {"name": "list_files", "args": {"directory": "."}}}',
            *IS_LIST,
        ),
        Case("thoughts missing", '{"command": {"name": "list_files", "args": {"directory": "."}}}', *IS_LIST),
        Case(
            "a numeric name",
            '{"thoughts": {"text": "a"}, "command": {"name": 7, "args": {}}}',
            None,
            refused="7",
        ),
        Case(
            "a null name",
            '{"thoughts": {"text": "a"}, "command": {"name": null, "args": {}}}',
            None,
            refused="null",
        ),
        Case(
            "an empty name",
            '{"thoughts": {"text": "a"}, "command": {"name": " ", "args": {}}}',
            None,
            refused="empty",
        ),
        Case("a null command", '{"thoughts": {"text": "a"}, "command": null}', None, refused="null"),
        Case("an empty command", '{"thoughts": {"text": "a"}, "command": {}}', None, refused="name"),
        Case("a numeric command", '{"thoughts": {"text": "a"}, "command": 3}', None, refused="3"),
        Case(
            "the example of the prompt, unchanged",
            '{"thoughts": {"text": "thought"}, "command": {"name": "command name", "args": {"arg name": "value"}}}',
            None,
            refused="command name",
        ),
        Case(
            "an argument called command beside an action",
            '{"thought": "hm", "action": "execute_shell", "command": "ls -l"}',
            "execute_shell",
            {"command": "ls -l"},
        ),
        Case(
            "an argument called reason beside a command",
            '{"thoughts": {"text": "hm"}, "command": "task_complete", "reason": "all done"}',
            "task_complete",
            {"reason": "all done"},
        ),
        Case(
            "two commands under different keys",
            '{"command": {"name": "list_files", "args": {}}, "action": {"name": "delete_file", "args": {"filename": "a"}}}',
            None,
            refused="different",
        ),
        Case(
            "two commands in different spellings",
            '{"Command": {"name": "list_files", "args": {}}, "command": {"name": "delete_file", "args": {"filename": "a"}}}',
            None,
            refused="twice",
        ),
        Case("thoughts only", json.dumps({"thoughts": THOUGHTS}), None, refused="no command"),
    ]


def _several() -> list[Case]:
    args = {"filename": "a.txt", "text": "b\n"}
    write = call("write_to_file", **args)
    thoughts = json.dumps({"thoughts": THOUGHTS})
    command = '{"command": {"name": "list_files", "args": {"directory": "."}}}'
    return [
        Case("thoughts and command as two objects", f"{thoughts}\n{command}", *IS_LIST),
        Case("command and thoughts as two objects", f"{command}{END}\n{thoughts}", *IS_LIST),
        Case(
            "thoughts and command in two fences",
            f"```json\n{thoughts}\n```\n```json\n{command}{END}\n```",
            *IS_LIST,
        ),
        Case("the same reply twice", f"{LIST}{END}\n\nAgain, as asked:\n\n{LIST}", *IS_LIST),
        Case("a batch in lines", f"{command}{END}\n{write}\n{DONE}", *IS_LIST),
        Case("a batch with semicolons", f"{write}{END}; {command}; {DONE}", "write_to_file", args),
        Case("a batch in a list", f"[{write}, {command}]", "write_to_file", args),
        Case(
            "a batch in tags",
            f"<tool_call>\n{write}{END}\n</tool_call>\n<tool_call>\n{call('do_nothing')}\n</tool_call>",
            "write_to_file",
            args,
        ),
        Case(
            "a correction",
            f"{write}{END}\n\nNo, wait, that would overwrite it. Better:\n{command}",
            None,
            refused="several",
        ),
        Case(
            "the example of the prompt, then a reply",
            f'Format: {{"command": {{"name": "command name", "args": {{"arg name": "value"}}}}}}\n{LIST}',
            *IS_LIST,
        ),
        Case(
            "a draft in tags, then a correction",
            f"<draft>{write}{END}</draft>\n<final>{command}</final>",
            None,
            refused="several",
        ),
        Case("a reply, then one that is cut off", f"{write}{END}\n{command[:-8]}", None, refused="cut off"),
    ]


def _tags() -> list[Case]:
    args = {"filename": "a.txt", "text": "b\n"}
    write = call("write_to_file", **args)
    return [
        Case("tool_call tags", f"<tool_call>\n{write}{END}\n</tool_call>", "write_to_file", args),
        Case(
            "tool_call tags with prose",
            f"I write it.\n<tool_call>{write}{END}</tool_call>",
            "write_to_file",
            args,
        ),
        Case("tool_call never closed", f"<tool_call>\n{write}{END}\n", "write_to_file", args),
        Case(
            "function tag with JSON",
            f"<function=write_to_file>{json.dumps(args)}</function>",
            "write_to_file",
            args,
        ),
        Case(
            "function tag with name attribute",
            f'<function name="write_to_file">\n{json.dumps(args)}\n</function>',
            "write_to_file",
            args,
        ),
        Case(
            "function tag with single quotes",
            f"<function=write_to_file>{args!r}</function>",
            "write_to_file",
            args,
        ),
        Case("function tag with no arguments", "<function=do_nothing></function>", "do_nothing"),
        Case(
            "function tag with parameters",
            '<tool_call>\n<function=write_to_file>\n<parameter=filename>\na.py\n</parameter>\n<parameter=text>\nif a < b:\n    print("</p>")\n\n</parameter>\n</function>⏹\n</tool_call>',
            "write_to_file",
            {"filename": "a.py", "text": 'if a < b:\n    print("</p>")\n'},
        ),
        Case(
            "invoke tag",
            '<function_calls>\n<invoke name="list_files">\n<parameter name="directory">.</parameter>\n</invoke>⏹\n</function_calls>',
            *IS_LIST,
        ),
        Case(
            "function tag never closed",
            f"<function=write_to_file>{json.dumps(args)}",
            None,
            refused="cut off",
        ),
        Case(
            "parameters never closed",
            "<function=write_to_file><parameter=filename>a.txt</parameter>",
            None,
            refused="cut off",
        ),
        Case("Mistral's tool calls", f"[TOOL_CALLS] [{write}]", "write_to_file", args),
        Case(
            "Llama's tag",
            f"<|python_tag|>{json.dumps({'name': 'write_to_file', 'parameters': args})}{END}<|eom_id|>",
            "write_to_file",
            args,
        ),
        Case(
            "harmony channel",
            f"<|channel|>commentary to=functions.write_to_file <|constrain|>json<|message|>{json.dumps(args)}{END}<|call|>",
            "write_to_file",
            args,
        ),
        Case(
            "ReAct",
            f"Thought: I write it.\nAction: write_to_file\nAction Input: {json.dumps(args)}",
            "write_to_file",
            args,
        ),
        Case(
            "ReAct in Markdown",
            f"**Thought**: I write it.\n**Action**: `write_to_file`\n**Action Input**:\n```json\n{json.dumps(args)}{END}\n```\n",
            "write_to_file",
            args,
        ),
        Case(
            "ReAct with nothing to give", "Thought: done.\nAction: do_nothing\nAction Input: {}", "do_nothing"
        ),
        Case(
            "the old way of showing an action",
            "NEXT ACTION:  COMMAND = list_files ARGUMENTS = {'directory': '.'}",
            *IS_LIST,
        ),
    ]


def _hopeless() -> list[Case]:
    return [
        Case("empty", "", None, refused="empty"),
        Case("only space", " \n\t ", None, refused="empty"),
        Case("only prose", "I'm sorry, but I can't help with that.", None, refused="no JSON"),
        Case(
            "only a question",
            "Sure, communication is important. In what ways could we improve it?",
            None,
            refused="no JSON",
        ),
        Case(
            "HTML",
            "<!DOCTYPE html><html><head><style>body { color: red; }</style></head><body>502 Bad Gateway</body></html>",
            None,
        ),
        Case("only a bare name", "list_files", None, refused="no JSON"),
        Case("a bare call", 'delete_file(filename="notes.txt")', None, refused="no JSON"),
        Case(
            "YAML",
            "thoughts:\n  text: look around\ncommand:\n  name: list_files\n  args:\n    directory: .\n",
            None,
            refused="no JSON",
        ),
        Case(
            "YAML in a fence",
            "```yaml\ncommand:\n  name: list_files\n  args:\n    directory: .\n```",
            None,
            refused="no JSON",
        ),
        Case("a number", "42", None, refused="no JSON"),
        Case("null", "null", None, refused="no JSON"),
        Case("an empty object", "{}", None, refused="no command"),
        Case("an empty list", "[]", None, refused="no JSON"),
        Case("only an opening brace", "{", None, refused="cut off"),
        Case("the end-of-text marker alone", "<|endoftext|>", None, refused="no JSON"),
        Case(
            "an argument text that holds a reply",
            '{"thoughts": {"text": "x", "note": "{\\"command\\": {\\"name\\": \\"delete_file\\", \\"args\\": {}}}"}}',
            None,
            refused="no command",
        ),
    ]


CORPUS: tuple[Case, ...] = (
    *_around(),
    *_reasoning(),
    *_quotes(),
    *_punctuation(),
    *_strings(),
    *_values(),
    *_shapes(),
    *_several(),
    *_tags(),
    *_hopeless(),
)
UNDERSTOOD: tuple[Case, ...] = tuple(case for case in CORPUS if case.command is not None)
REFUSED: tuple[Case, ...] = tuple(case for case in CORPUS if case.command is None)
