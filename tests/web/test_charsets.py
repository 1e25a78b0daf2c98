"""What pages say of their encoding, in all the ways in which they say it."""

from __future__ import annotations

import pytest

from autogpt.web.charsets import encoding_said


@pytest.mark.parametrize(
    ("body", "charset", "encoding"),
    [
        (b"x", "utf-8", "utf-8"),
        (b"x", "ISO-8859-1", "cp1252"),
        (b"x", "gb2312", "gb18030"),
        (b"x", "Shift_JIS", "cp932"),
        (b"x", "ks_c_5601-1987", "cp949"),
        (b"x", "big5", "big5hkscs"),
        (b"x", "koi8-r", "koi8-r"),
        (b"x", "utf-16", "utf-16-le"),
        (b"x", "", None),
        (b"x", "nonsense", None),
        (b"x", "rot13", None),
        (b"x", "zlib", None),
        (b'<meta charset="windows-1251">', "", "windows-1251"),
        (b"<meta http-equiv=Content-Type content='text/html; charset=euc-jp'>", "", "euc-jp"),
        (b'<?xml version="1.0" encoding="iso-8859-2"?>', "", "iso-8859-2"),
        (b'<meta charset="utf-16">', "", "utf-8"),
        (b'<meta charset="koi8-r">', "utf-8", "utf-8"),
        (b"\xef\xbb\xbfx", "latin1", "utf-8-sig"),
        (b"\xff\xfex\0", "latin1", "utf-16"),
    ],
)
def test_what_a_page_says(body: bytes, charset: str, encoding: str | None) -> None:
    assert encoding_said(body, charset) == encoding
