"""Signs of chat templates in texts: broken in every prompt, mended in what the model writes.

Models mark whose turn it is by signs such as `<|im_start|>`. A server that finds one in a page takes it for the
real one. So prompts show a dot after its first character, `<·|im_start|>`, which no model knows as a sign (a
backslash would be an escape in the JSON of replies).
What the model writes is mended, so files, patches and searches hold the sign itself. One that has such
dots already gets one more, and loses one: nothing is changed by going there and back.

The signs are those of the public templates of the Llama, Mistral, Qwen, Gemma, DeepSeek, GLM, Phi, Command R,
Granite, Kimi, MiniMax, EXAONE, InternLM, Yi and gpt-oss families, of BERT-like fill-in models, and Claude's old turns;
most by their form, so that new ones of it count.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_INNER = r"[^\s<>|｜\\](?:[^<>|｜\n\\]{0,80}[^\s<>|｜\\])?"
_NAMES = (
    r"/?(?:(?:start|end)_of_\w{1,30}|fim_\w{1,20}|file_sep|repo_name|bos|eos|pad|unk|sop|eop|eot|eom|eod|eoh|eoa|bot|endoftext"
    r"|BOS_TOKEN|EOS_TOKEN|PAD|UNK|CLS|unused_?\d+|reserved_\w{1,20}|TOKENS_UNUSED_\d+|extra_id_\d+|image_soft_token"
    r"|think|thinking|seed:\w{1,30}|(?:[a-z]{1,20}:)?(?:tool|function)_(?:calls?|responses?|results?)|longcat_\w{1,30}|arg_key|arg_value)"
)
_BRACKETED = (
    r"/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|MODEL_SETTINGS|ARGS|CALL_ID|THINK|IMG|IMG_END"
    r"|IMG_BREAK|PREFIX|MIDDLE|SUFFIX|BEGIN_AUDIO|AUDIO|gMASK|sMASK)"
)

BREAK = "·"

_STRUCK = r"(?P<struck><s>[^<>\n]{1,200}</s>)"
"""Struck out text in HTML, in one line, is left as it is."""

_SIGNS = re.compile(
    "|".join(
        (
            _STRUCK,
            rf"</?·*(?=[|｜]{_INNER}[|｜]>)",
            # Half-open forms: <|turn>, <turn|>, <｜DSML｜name …>
            r"</?·*(?=[|｜]/?[A-Za-z_][\w:▁-]{0,60}[>｜])",
            r"<·*(?=/?[A-Za-z_][\w:-]{0,60}[|｜]>)",
            rf"<·*(?={_NAMES}>|</?SYS>>|/?s>)",
            rf"\[·*(?={_BRACKETED}\]|\|{_INNER}\|\]|e~\[)",
            r"\]·*(?=~!?b[\[\]])",
            r"(?<=\n\n)(?:Human|Assistant)·*(?=:)",
        )
    )
)
_MAY_HOLD = re.compile(r"[|｜]>|</?·*[|｜]|<·*/?[A-Za-z<]|\[·*[/A-Za-z|]|\]·*~|\n\n(?:Human|Assistant)·*:")

NOTE = (
    "[In it each sign of a chat template is shown with a dot after its first character, as in <|im_start|>. Write it "
    "as you see it here: the dot is taken out again, so that files and searches get the sign itself.]"
)
"""What is said of a text that holds some. It stands in a prompt, so its own sign is broken there like all."""


def broken(text: str) -> str:
    """The text as a prompt may show it."""
    return _SIGNS.sub(_broken, text) if _MAY_HOLD.search(text) else text


def mended(text: str) -> str:
    """What the model means by a text that it wrote."""
    return _SIGNS.sub(lambda sign: sign[0].removesuffix(BREAK), text) if BREAK in text else text


def in_all(change: Callable[[str], str], value: Any) -> Any:
    """A JSON value with all texts in it changed."""
    match value:
        case str():
            return change(value)
        case list() | tuple():
            return [in_all(change, item) for item in value]
        case dict():
            return {change(str(key)): in_all(change, item) for key, item in value.items()}
        case _:
            return value


def _broken(sign: re.Match[str]) -> str:
    return sign[0] if sign["struck"] else sign[0] + BREAK
