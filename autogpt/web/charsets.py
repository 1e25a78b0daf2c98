"""The encoding that a web page says it has.

Not promised: that it tells the truth. What a page says nothing about must be judged by its bytes.
"""

from __future__ import annotations

import re

_META = re.compile(
    rb"""<meta\b[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,30})|<\?xml\b[^>]{0,100}?encoding=["']([A-Za-z0-9_.-]{2,30})""",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    r"utf-?(8|16|32)|iso-?8859|windows-?12|cp[0-9]|koi8|gb|big5|shift|sjis|euc|mac|latin|l[0-9]|us-ascii|ascii|tis-?620"
)
# What pages mean by a name, after the Encoding Standard of the WHATWG.
_MEANT = {
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1", "us-ascii", "ascii"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "gb-2312", "x-gbk"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949"),
    **dict.fromkeys(("iso-8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("tis-620", "iso-8859-11"), "cp874"),
    "big5": "big5hkscs",
    "utf-16": "utf-16-le",
}


def encoding_said(body: bytes, charset: str) -> str | None:
    """The encoding that a page says it has: by its mark, the header's `charset`, or in its beginning.

    None where it says nothing that is known; its bytes must then tell.
    """
    if body.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    said = _META.search(body[:4_096])
    within = (said[1] or said[2]).decode("ascii").lower() if said else ""
    # A page that could be read far enough to find this is not in UTF-16.
    for name in (charset, "utf-8" if within.startswith("utf-16") else within):
        name = name.strip().lower()
        meant = _MEANT.get(name, name)
        if _KNOWN.match(meant):
            try:
                b"".decode(meant)
            except LookupError:
                continue
            return meant
    return None
