"""Text out of real documents of every kind, and sentences for what is none."""

from __future__ import annotations

import functools
import io
import json
import random
import re
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autogpt.core.errors import CommandError
from autogpt.documents import bounds, decode, encoding_of, extract, office, pdf, readable

SENTENCES = {
    "gb18030": "今天天气很好，我们去公园散步。报告已经写完了，请查收。",
    "big5": "今天天氣很好，我們去公園散步。報告已經寫完了。",
    "shift_jis": "今日は天気がいいので、公園を散歩しましょう。レポートは完成しました。",
    "euc_jp": "今日は天気がいいので、公園を散歩しましょう。レポートは完成しました。",
    "euc_kr": "오늘은 날씨가 좋아서 공원을 산책합니다. 보고서를 작성했습니다.",
    "latin-1": "Le café était fermé, où êtes-vous allés ? Ça coûte cher à Zürich.",
    "cp1252": "“Smart quotes” and a € sign, naïvely – as Windows writes them.",
    "cp1251": "Сегодня хорошая погода, мы пойдём гулять в парк. Отчёт готов.",
    "koi8_r": "Сегодня хорошая погода, мы пойдём гулять в парк. Отчёт готов.",
    "utf-8": "Ünïcödé 文字 🙂",
    "utf-8-sig": "with a mark",
    "utf-16": "with a mark 文字",
    "utf-32": "with a mark 文字",
    "utf-16-le": "no mark, but plain enough",
    "utf-16-be": "no mark, but plain enough",
    "utf-32-le": "no mark, but plain enough",
    "utf-32-be": "no mark, but plain enough",
    "iso2022_jp": "今日は天気がいい",
}


def page_of_text(lines: list[str]) -> bytes:
    """The content stream of a PDF page."""
    shown = "".join(f"({line}) Tj T* " for line in lines)
    return f"BT /F1 12 Tf 72 720 Td 14 TL {shown}ET".encode("latin-1")


def make_pdf(pages: list[bytes], extra: bytes = b"") -> bytes:
    """A small real PDF, by hand: one font, a content stream for each page."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for number, content in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out, offsets = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, io.SEEK_END)
    for number, content in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(
        b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, extra, start)
    )
    return out.getvalue()


@functools.cache
def make_docx() -> bytes:
    from docx import Document

    document = Document()
    document.add_heading("Quarterly report", 1)
    document.add_paragraph("Sales rose – by 7 %.")
    table = document.add_table(2, 3)
    for row, words in zip(table.rows, (["Region", "2025", "2026"], ["北京", "1", "2"]), strict=True):
        for cell, word in zip(row.cells, words, strict=True):
            cell.text = word
    table.cell(1, 1).merge(table.cell(1, 2))
    document.add_paragraph("The end.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@functools.cache
def make_xlsx() -> bytes:
    from openpyxl import Workbook  # type: ignore[import-untyped]

    book = Workbook()
    sheet = book.active
    sheet.title = "Umsätze"
    sheet.append(["Region", "Sum, net", None])
    sheet.append(["北京", 12.5])
    sheet["B4"] = "=SUM(B2:B2)"
    book.create_sheet("Second").append(["x"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def make_zip(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


PPTX = {
    "ppt/presentation.xml": "<p/>",
    "ppt/slides/slide10.xml": '<s xmlns:a="urn:a"><a:p><a:r><a:t>last</a:t></a:r></a:p></s>',
    "ppt/slides/slide2.xml": '<s xmlns:a="urn:a"><a:p><a:r><a:t>fi</a:t></a:r><a:r><a:t>rst</a:t></a:r></a:p></s>',
}
ODT = {
    "mimetype": "application/vnd.oasis.opendocument.text",
    "content.xml": '<d xmlns:text="urn:t"><text:h>Title</text:h><text:p>a<text:s/>b <text:span>c</text:span>'
    "<text:tab/>d</text:p></d>",
}
EPUB = {
    "mimetype": "application/epub+zip",
    "ch1.xhtml": '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html><body><p>Once upon a time</p></body></html>',
}


@pytest.mark.parametrize("encoding", SENTENCES)
@pytest.mark.parametrize("times", [1, 400])
def test_text_in_any_encoding(encoding: str, times: int) -> None:
    text = (SENTENCES[encoding] + "\n") * times
    document = extract(text.encode(encoding), "a.txt")
    assert document.text == text
    assert document.source


def test_the_encoding_found_can_write_more_of_the_same() -> None:
    for encoding, text in SENTENCES.items():
        found = encoding_of((text + "\n").encode(encoding))
        assert found is not None
        assert text.encode(found).decode(found) == text


@pytest.mark.parametrize(
    "name", ["a.csv", "a.tsv", "a.json", "a.yaml", "a.md", "a.py", "no_suffix", "a.pdf", "a.png"]
)
def test_plain_text_stays_as_it_is_whatever_its_name(name: str) -> None:
    text = 'key: [1, 2]\r\n\t"x",y\n\n  <b>tags</b>\n'
    assert extract(text.encode(), name).text == text


def test_nothing_is_empty_text() -> None:
    assert extract(b"", "a.txt").text == ""


def test_pdf() -> None:
    content = make_pdf([page_of_text(["Hello PDF", "second line"]), page_of_text(["page two"])])
    document = extract(content, "misleading.txt")
    assert document.kind == "PDF"
    assert not document.source
    assert document.text.split("\n\n")[:2] == ["Hello PDF\nsecond line", "page two"]


def test_docx() -> None:
    document = extract(make_docx(), "a.docx")
    assert document.kind == "DOCX"
    assert (
        document.text == "# Quarterly report\nSales rose – by 7 %.\nRegion\t2025\t2026\n北京\t1 2\nThe end.\n"
    )


def test_xlsx() -> None:
    document = extract(make_xlsx(), "a.xlsx")
    assert document.kind == "XLSX"
    assert (
        document.text == '# Sheet: Umsätze\nRegion,"Sum, net"\n北京,12.5\n,=SUM(B2:B2)\n# Sheet: Second\nx\n'
    )


def test_other_zipped_documents() -> None:
    assert extract(make_zip(PPTX), "a").text == "# Slide 1\nfirst\n# Slide 2\nlast\n"
    assert extract(make_zip(ODT), "a").text == "Title\na b c\td\n"
    assert extract(make_zip(EPUB), "a").text.strip() == "Once upon a time"


def test_html_is_readable_and_its_source_can_be_had() -> None:
    html = (
        "<!-- c --><!DOCTYPE html><html><head><title>The title</title><style>p {}</style><script>x()</script></head>"
        "<body><h1>Head</h1><p>One <b>bold</b>\n word &amp; more<br>next</p><ul><li>a</li><li>b</li></ul>"
        "<table><tr><th>k</th><td>v</td></tr></table><pre>if x:\n    y</pre><!-- hidden --></body></html>"
    )
    expected = "The title\nHead\nOne bold word & more\nnext\n- a\n- b\nk\tv\nif x:\n    y"
    document = extract(html.encode(), "page")
    assert (document.text, document.kind, document.source) == (expected, "HTML", False)
    assert extract(html.encode(), "page", source=True).text == html
    assert extract(b"<p>part", "part.html").text == "part"


def test_rtf() -> None:
    rtf = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator x;}\f0 Caf\'e9 \u8364? \b bold\b0\par two\{x\}}"
    assert extract(rtf, "a.rtf").text == "Café € bold\ntwo{x}"
    assert extract(rb"{\rtf1\ansicpg936 \'c4\'e3\'ba\'c3}", "a.rtf").text == "你好"
    assert extract(rb"{\rtf1\ansicpg99999 \'e9}", "a.rtf").text == "é"


def png() -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"\x08\x02\0\0\0"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (png(), "a PNG image, 640 × 480 pixels"),
        (b"GIF89a" + struct.pack("<HH", 3, 4) + b"\0" * 9, "a GIF image, 3 × 4 pixels"),
        (
            b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08" + struct.pack(">HH", 5, 6) + b"\3",
            "a JPEG image, 6 × 5 pixels",
        ),
        (b"BM" + b"\0" * 16 + struct.pack("<ii", 7, -8), "a BMP image, 7 × 8 pixels"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a WAV recording"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a WebP image"),
        (b"ID3\x03\0\0\0\0", "an MP3 recording"),
        (b"\0\0\0\x20ftypisom\0\0", "an MP4 video"),
        (b"\x1f\x8b\x08\0\0\0\0", "a gzip archive"),
        (b"\x7fELF\x02\x01\x01\0", "a program (ELF)"),
        (b"MZ\x90\0\x03\0\0\0", "a Windows program"),
        (b"SQLite format 3\0\x10", "an SQLite database"),
        (b"x" * 257 + b"ustar\0", "a tar archive"),
        (make_zip({"readme.md": "x", "src/a.py": "y"}), "It holds: readme.md, src/a.py"),
        (random.Random(1).randbytes(5000), "binary data"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "old Microsoft Office format"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "locked with a password",
        ),
        (make_pdf([b""]), "without any text"),
        (make_pdf([page_of_text(["x"])])[:60], "can't be read"),
        (make_docx()[:2000], "damaged"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (make_zip({"word/document.xml": "<unclosed>"}), "can't be read"),
    ],
)
def test_what_is_no_text_is_said_in_a_sentence(data: bytes, what: str) -> None:
    with pytest.raises(CommandError) as caught:
        extract(data, "file.bin")
    assert what in str(caught.value)
    assert "'file.bin'" in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "text",
    ["BMW is a car", "MZ and then text", "ID3 tags explained", "RIFFRAFF", "II*x", "GIF89a is a format\n"],
)
def test_text_that_begins_like_something_else_is_text(text: str) -> None:
    assert extract(text.encode(), "a.txt").text == text


def test_a_locked_pdf_is_said_to_be_locked() -> None:
    from pypdf import PdfReader, PdfWriter

    plain = make_pdf([page_of_text(["secret"])])
    for password, expected in (("pass", "locked with a password"), ("", None)):
        out = io.BytesIO()
        locked = PdfWriter(clone_from=PdfReader(io.BytesIO(plain)))
        locked.encrypt(password, "owner", algorithm="RC4-128")
        locked.write(out)
        if expected is None:
            assert extract(out.getvalue(), "a.pdf").text.strip() == "secret"
        else:
            with pytest.raises(CommandError, match=expected):
                extract(out.getvalue(), "a.pdf")


def test_a_document_that_breaks_off_gives_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = make_zip({**PPTX, "ppt/slides/slide3.xml": "<s><broken"})
    assert extract(cut, "a.pptx").text.startswith("# Slide 1\nfirst\n")
    assert extract(cut, "a.pptx").text.endswith("damaged here; the rest could not be read.]")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_never_expanded(encoding: str) -> None:
    laughs = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><d>&b;</d>'.encode(
        encoding
    )
    hostile: list[Mapping[str, str | bytes]] = [
        {**ODT, "content.xml": laughs},
        {"word/document.xml": laughs},
        {"xl/workbook.xml": laughs},
    ]
    for parts in hostile:
        with pytest.raises(CommandError, match="declares XML entities"):
            extract(make_zip(parts), "a")


def test_bombs_are_refused_unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MAX_UNPACKED", 1_000_000)
    bomb = make_zip({**ODT, "big.xml": b" " * 2_000_000})
    assert len(bomb) < 10_000
    with pytest.raises(CommandError, match="unpacks to more than"):
        extract(bomb, "a.odt")
    monkeypatch.setattr(office, "MAX_PARTS", 10)
    with pytest.raises(CommandError, match="unpacks to more than"):
        extract(make_zip({**ODT, **{f"{n}": "" for n in range(20)}}), "a.odt")


def test_long_documents_are_cut_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    long = make_pdf([page_of_text([f"page {number}"]) for number in range(30)])
    monkeypatch.setattr(pdf, "MAX_PAGES", 3)
    text = extract(long, "a.pdf").text
    assert "page 2" in text
    assert "page 3" not in text
    assert text.endswith("[The PDF document is longer; the rest was not read.]")
    monkeypatch.setattr(bounds, "MAX_TEXT", 5)
    assert extract(long, "a.pdf").text.startswith("page \n[The PDF")
    monkeypatch.setattr(bounds, "MAX_TEXT", 1000)
    monkeypatch.setattr(office, "MAX_ROWS", 2)
    assert "北京" in extract(make_xlsx(), "a.xlsx").text
    assert "Second" not in extract(make_xlsx(), "a.xlsx").text
    monkeypatch.setattr(bounds, "MAX_SECONDS", -1.0)
    with pytest.raises(CommandError, match="takes too long"):
        extract(long, "a.pdf")


def test_a_sheet_that_lies_about_its_size_is_read_as_it_is() -> None:
    with zipfile.ZipFile(io.BytesIO(make_xlsx())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet2.xml"].decode()
    parts["xl/worksheets/sheet2.xml"] = sheet.replace('ref="A1"', 'ref="A1:XFD1048576"').encode()
    assert extract(make_zip(dict(parts)), "a.xlsx").text.endswith("# Sheet: Second\nx\n")


@pytest.mark.parametrize(
    "html",
    [
        "<" * 200_000,
        "<a " * 60_000,
        "<!--" * 50_000,
        "<![CDATA[" * 20_000,
        "<div>" * 10_000 + "x",
        "<!DOCTYPE html>" + "&" * 99_999,
    ],
    ids=lambda html: html[:9],
)
def test_hostile_html_takes_no_time(html: str) -> None:
    assert isinstance(readable(html), str)


def test_text_that_lies_deeper_than_the_parser_goes_is_not_left_out() -> None:
    text = readable("<html><body>first" + "<div>x" * 10_000 + "</div>" * 10_000 + "<p>last")
    assert (text.count("x"), text[:5], text[-4:]) == (10_000, "first", "last")


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 140_000 + "text" + "</div>" * 140_000 + "<p>after",
        "<div>" * 140_000 + "text" + "</span>" * 140_000 + "<p>after",
        "text<p " + " ".join(f"a{number}=b" for number in range(140_000)) + "><p>after",
        "text<p " + " ".join(f"a{number}" for number in range(140_000)) + "<p>after",
        "text" + " " * 1_500_000 + "<p>after",
        "text<table><tr>" + "<td> </td>" * 150_000 + "</table><p>after",
        "text" + ("<div>" * 300 + "</div>" * 300) * 450 + "<p>after",
    ],
    ids=[
        "closed",
        "closed otherwise",
        "attributes",
        "endless tag",
        "blanks",
        "cells",
        "deep again and again",
    ],
)
def test_the_time_for_html_grows_as_its_size_does(html: str) -> None:
    """Each of these is 1.5 MB, and took a minute or more where something took the square of it."""
    started = time.process_time()
    text = readable(f"<html><body>{html}")
    assert time.process_time() - started < 10
    assert text.startswith("text")
    assert text.endswith("after")


SAMPLES: list[Callable[[], bytes]] = [
    lambda: make_pdf([page_of_text(["Hello", "two"])]),
    make_docx,
    make_xlsx,
    lambda: make_zip(PPTX),
    lambda: make_zip(ODT),
    lambda: rb"{\rtf1 {\b x} \'e9 \u8364?}",
    png,
    lambda: b"<!DOCTYPE html><html><body><p>x</p></body></html>",
]


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_damage_is_text_or_a_sentence_never_a_crash(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(SAMPLES))())
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(len(content) // 2, len(content)))]
    try:
        said = extract(bytes(content), "a").kind
    except CommandError as error:
        said = str(error)
    assert "\n" not in said


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_a_sentence(content: bytes) -> None:
    try:
        text, encoding = decode(content)
    except CommandError:
        return
    assert isinstance(text, str)
    assert isinstance("".encode(encoding), bytes)


@pytest.mark.slow
def test_a_thousand_pages_are_read_within_the_bounds(tmp_path: Path) -> None:
    content = make_pdf([page_of_text([f"page {n} line {line}" for line in range(50)]) for n in range(1000)])
    assert "line 49" in extract(content, "a.pdf").text


@pytest.mark.slow
def test_a_pdf_stream_that_unpacks_to_much_stays_bounded() -> None:
    bomb = zlib.compress(b"BT /F1 12 Tf " + b"(xxxxxxxxxx) Tj " * 1_000_000 + b"ET", 9)
    content = make_pdf([b"placeholder"]).replace(
        b"<< /Length 11 >>\nstream\nplaceholder",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s" % (len(bomb), bomb),
    )
    try:
        text = extract(content, "a.pdf").text
    except CommandError as error:
        text = str(error)
    assert "PDF" in text[-150:]
    assert len(text) <= bounds.MAX_TEXT + 100


def notebook(*cells: object) -> bytes:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


NOTEBOOK = notebook(
    {"cell_type": "markdown", "source": ["# Boats\n", "and tea"]},
    {
        "cell_type": "code",
        "source": "plot(1)",
        "outputs": [
            {"output_type": "stream", "text": ["one\n", "two\n"]},
            {
                "output_type": "display_data",
                "data": {"image/png": "iVBORw0KGgo" * 90, "text/plain": ["<Figure>"]},
            },
            {"output_type": "execute_result", "data": {"text/html": "<table>", "text/plain": "   a\n0  1"}},
            {"output_type": "error", "traceback": ["\x1b[0;31mValueError\x1b[0m: no", "at line 1"]},
        ],
    },
)


def test_a_notebook_is_read_as_its_cells() -> None:
    document = extract(NOTEBOOK, "a.ipynb")
    assert document.kind == "notebook"
    assert document.text == (
        "# Cell 1 (markdown)\n# Boats\nand tea\n\n"
        "# Cell 2 (code)\nplot(1)\n## Output\none\ntwo\n## Output\n<Figure>\n[left out: image/png]\n"
        "## Output\n   a\n0  1\n## Output\nValueError: no\nat line 1\n\n"
    )
    assert extract(NOTEBOOK, "a.ipynb", source=True).text == NOTEBOOK.decode()
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": "1 + 1"}]}], "nbformat": 3}
    assert "1 + 1" in extract(json.dumps(old).encode(), "old.ipynb").text


@pytest.mark.parametrize("data", [b"", b"words", b"[1]", b'{"cells": 5}', b'{"cells"', b'{"a": 1}'])
def test_what_is_no_notebook_is_read_as_it_is(data: bytes) -> None:
    assert extract(data, "a.ipynb").text == data.decode()


def letter() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Grüß Gott <a@b.example>"
    mail["To"] = "c@d.example"
    mail["Subject"] = "Größe & 漢字"
    mail["X-Secret-Route"] = "not shown"
    mail.set_content("Hallo Größe\n" + "long line " * 30, cte="quoted-printable")
    mail.add_alternative("<p>Hallo <b>page</b></p>", subtype="html")
    mail.add_attachment(b"\x89PNG" * 100, maintype="image", subtype="png", filename="Größe.png")
    mail.add_attachment("text", filename="notes.txt")
    return mail


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_mail_is_read_as_what_it_says(newline: bytes) -> None:
    document = extract(letter().as_bytes().replace(b"\n", newline), "a.eml")
    assert document.kind == "mail"
    assert document.text.startswith(
        "From: Grüß Gott <a@b.example>\nTo: c@d.example\nSubject: Größe & 漢字\n\nHallo Größe"
    )
    assert "long line " * 29 in document.text
    assert "page" not in document.text
    assert "not shown\n" not in document.text
    assert "\r" not in document.text
    assert re.search(
        r"\n\n\[Attached, and not shown: Größe\.png \(image/png, 400 bytes\); notes\.txt \(text/plain, \d bytes\)\]\n$",
        document.text,
    )


def test_a_mail_without_plain_text_shows_the_text_of_its_page() -> None:
    mail = EmailMessage()
    mail["Subject"] = "x"
    mail.set_content(
        "<p>Hallo <b>page</b></p><script>evil()</script>", subtype="html", charset="latin-1", cte="base64"
    )
    assert extract(mail.as_bytes(), "a.eml").text == "Subject: x\n\nHallo page\n"
    assert extract(b"only words\nin a file", "a.eml").kind == "text"


SIZE = 2_000_000
NESTED = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(20_000))
HOSTILE = {
    "deep.eml": b"From: a\n" + NESTED + b"\n" + b"x\n" * 300_000,
    "edges.eml": b"From: a\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * (SIZE // 4),
    "quotes.eml": b"Content-Type: a/b" + b';";"' * (SIZE // 4) + b"\n\nx",
    "words.eml": b"Subject: " + b"=?utf-8?q?a?= " * (SIZE // 14) + b"\n\nx",
    "headers.eml": b"From: a\nX: y\n" * (SIZE // 13) + b"\nx",
    "folded.eml": b"From: a\n" + b" x\n" * (SIZE // 3),
    "blanks.eml": b"From: a\n" + b" \t" * (SIZE // 2),
    "punycode.eml": b"Content-Type: text/plain; charset=punycode\n\na-" + b"b" * SIZE,
    "idna.eml": b"Content-Type: text/plain; charset=idna\n\n" + b"xn--a." * (SIZE // 6),
    "page.eml": b"From: a\nContent-Type: text/html\n\n" + b"<div>" * (SIZE // 5),
    "nested.ipynb": b'{"cells":' + b"[" * SIZE,
    "sources.ipynb": b'{"cells":[{"source":' + b'{"a":' * (SIZE // 5),
    "cells.ipynb": b'{"cells":[' + b"{}," * (SIZE // 3) + b"{}]}",
    "outputs.ipynb": b'{"cells":[{"outputs":[' + b'{"text":"x"},' * (SIZE // 13) + b"{}]}]}",
    "number.ipynb": b'{"cells":[' + b"1" * SIZE + b"]}",
    "wrong.ipynb": b'{"cells":[{"source":5,"outputs":7},3,null,{"outputs":[1,{"data":5},{"data":{"text/plain":{}}}]}]}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_notebook_or_mail_takes_long(name: str) -> None:
    started = time.process_time()
    document = extract(HOSTILE[name], name)
    assert time.process_time() - started < 2.0
    assert len(document.text) <= SIZE + 1_000
