"""Text in any encoding, judged by its bytes."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from autogpt.core.errors import CommandError

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The common ones first: among all that it knows, charset-normalizer takes Latin-1 for exotic sets.
_COMMON = ("gb18030", "big5", "cp932", "euc_jp", "cp949", "cp1252", "cp1251", "koi8_r")
_RARE = ("cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "cp866", "cp437", "mac_roman")
_SAMPLE = 16_000
_CONTROLS = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_ESCAPED_JAPANESE = re.compile(rb"\x1b\$[@B]")


def decode(data: bytes, name: str = "the file") -> tuple[str, str]:
    """Text in whatever encoding, and the encoding's name as Python knows it.

    Raises CommandError for data that is no text. What can't be decoded becomes U+FFFD.
    """
    encoding = encoding_of(data)
    if encoding is None:
        raise CommandError(f"{name!r} holds {len(data):,} bytes of binary data, not text.")
    return data.decode(encoding, "replace"), encoding


def encoding_of(data: bytes) -> str | None:
    """The encoding of text, judged by its bytes; None for what is no text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    if _ESCAPED_JAPANESE.search(data[:_SAMPLE]):
        return "iso2022_jp"
    if wide := _wide(data):
        return wide
    if _looks_binary(data):
        return None
    with suppress(UnicodeDecodeError):
        data.decode("utf-8")
        return "utf-8"
    return _guessed(data)


def _looks_binary(data: bytes) -> bool:
    sample = data[:_SAMPLE]
    if len(_CONTROLS.findall(sample)) > len(sample) * 0.05:
        return True
    # A stray one among many letters, as in some logs, makes no program of a text.
    return sample.count(0) > max(1, len(sample) // 200) or (b"\0" in sample and not _is_utf8(data))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: where text is mostly Western, the zero bytes show it."""
    sample = data[: _SAMPLE // 4 * 4]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    zeros = [sample[place::4].count(0) / (len(sample) / 4) for place in range(4)]
    few, many = 0.1, 0.4
    patterns = (
        ("utf-32-le", zeros[0] < few and zeros[3] > 0.9 and zeros[2] > 0.9),
        ("utf-32-be", zeros[3] < few and zeros[0] > 0.9 and zeros[1] > 0.9),
        ("utf-16-le", zeros[0] < few and zeros[2] < few and zeros[1] > many and zeros[3] > many),
        ("utf-16-be", zeros[1] < few and zeros[3] < few and zeros[0] > many and zeros[2] > many),
    )
    return next((encoding for encoding, fits in patterns if fits), None)


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    sample = _whole_lines(data)
    # A sentence is little to judge by; the same several times is as good as a page.
    sample *= max(1, 2_000 // max(1, len(sample)))
    for encodings in (_COMMON, _RARE):
        with suppress(Exception):  # a guess must never fail; Latin-1 reads everything
            best = from_bytes(
                sample, cp_isolation=list(encodings), enable_fallback=False, threshold=0.4
            ).best()
            if best is not None:
                return str(best.encoding)
    return "latin-1"


def _whole_lines(data: bytes) -> bytes:
    """The beginning of the data, cut where no character is cut in two."""
    if len(data) <= _SAMPLE:
        return data if data.endswith(b"\n") else data + b"\n"
    sample = data[:_SAMPLE]
    return sample[: sample.rfind(b"\n") + 1] or sample
