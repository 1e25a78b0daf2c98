"""Main text out of pages of many kinds, and out of pages that mean harm."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from autogpt.web.pages import MAX_HTML, Link, hyperlinks, read_page
from tests.web.saved_pages import Saved, letters, measured, saved_pages

URL = "https://example.com/dir/page.html?q=1"
PAGES = saved_pages()


def test_there_are_twenty_kinds_of_pages() -> None:
    assert len(PAGES) == len({page.name for page in PAGES}) == 20
    for page in PAGES:
        assert not any(mark in page.html for mark in (" k>", " d>", " k ", " d "))
        assert len("".join(page.keep)) > 300
        assert page.drop


def test_main_text_is_kept_and_boilerplate_dropped() -> None:
    shares = [measured(page, read_page(page.html, URL).text) for page in PAGES]
    assert sum(kept for kept, _ in shares) / len(shares) >= 0.95
    assert sum(dropped for _, dropped in shares) / len(shares) >= 0.90


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_kind_of_page_loses_its_main_text(page: Saved) -> None:
    kept, _ = measured(page, read_page(page.html, URL).text)
    assert kept >= 0.95


def test_the_measure_can_fail() -> None:
    page = next(page for page in PAGES if page.name == "news")
    assert measured(page, "") == (0.0, 1.0)
    assert measured(page, " ".join((*page.keep, *page.drop))) == (1.0, 0.0)
    assert letters("A b[12] c.") == "abc"


def body(inside: str, head: str = "<title>T</title>") -> str:
    return f"<html><head>{head}</head><body>{inside}</body></html>"


def test_a_page_with_its_links_numbered() -> None:
    html = body(
        "<main><h1>Boats</h1><p>See <a href='/a'>one</a> and <a href='b?x=1&amp;y=2#part'>two</a>, "
        "then <a href='https://other.example/'>other</a>, <a href='/a#z'>one again</a>, "
        "<a href='#top'>up</a>, <a href='javascript:x()'>script</a>, <a href='mailto:a@b.c'>mail</a>.</p></main>",
        "<title> Boats \n &amp; more </title>",
    )
    page = read_page(html, URL)
    assert page.title == "Boats & more"
    assert page.text == ("# Boats\nSee one [1] and two [2], then other [3], one again [1], up, script, mail.")
    assert page.links == (
        Link("one", "https://example.com/a"),
        Link("two", "https://example.com/dir/b?x=1&y=2"),
        Link("other", "https://other.example/"),
    )


def test_structure_is_readable() -> None:
    html = body(
        "<h2>List</h2><ul><li>first</li><li>second</li></ul><table><tr><th>a</th><td>1</td></tr></table>"
        "<pre>def f():\n    return 1</pre>line<br>break"
    )
    assert read_page(html, URL).text == (
        "## List\n- first\n- second\na\t1\ndef f():\n    return 1\nline\nbreak"
    )


@pytest.mark.parametrize(
    "hidden",
    [
        "<p style='display: none'>SECRET</p>",
        "<p style='visibility:hidden'>SECRET</p>",
        "<p style='font-size:0px'>SECRET</p>",
        "<p hidden>SECRET</p>",
        "<template>SECRET</template>",
        "<noscript>SECRET</noscript>",
        "<script>SECRET</script>",
        "<style>SECRET</style>",
        "<!-- SECRET -->",
        "<textarea>SECRET</textarea>",
        "<span aria-hidden='true'>SECRET</span>",
        "<svg><text>SECRET</text></svg>",
        "<button>SECRET</button>",
    ],
)
def test_what_nobody_sees_is_left_out(hidden: str) -> None:
    html = body(f"<p>{'What everybody sees. ' * 30}</p>{hidden}<p>The end.</p>")
    text = read_page(html, URL).text
    assert "SECRET" not in text
    assert "The end." in text


def test_a_button_that_opens_the_text_below_it_is_a_heading() -> None:
    html = body(
        "<h3><button>May I bring a dog?</button></h3><div aria-hidden='true'>"
        + "Yes, on a lead. " * 5
        + "</div>"
    )
    assert "May I bring a dog?" in read_page(html, URL).text
    assert "on a lead" in read_page(html, URL).text


def test_a_page_that_needs_scripts() -> None:
    html = body("<div id=root></div><script src=/app.js></script>")
    assert read_page(html, URL).scripted
    assert not read_page(body("<p>A short page.</p>"), URL).scripted
    assert not read_page(body(f"<p>{'A long one. ' * 50}</p><script></script>"), URL).scripted


def test_frames_of_a_page_without_text() -> None:
    html = "<html><frameset><frame src=menu.html><frame src='/main.html'><frame src='javascript:0'></frameset></html>"
    assert read_page(html, URL).frames == (
        "https://example.com/dir/menu.html",
        "https://example.com/main.html",
    )
    assert read_page(body(f"<p>{'Text. ' * 100}</p><iframe src=/ad></iframe>"), URL).frames == ()


@pytest.mark.parametrize(
    ("content", "leads"),
    [
        ("0; url=/new", "https://example.com/new"),
        ("0;URL='http://other.example/x'", "http://other.example/x"),
        ("3 , /new", "https://example.com/new"),
        ("600; url=/new", ""),
        ("5", ""),
        ("0; url=javascript:alert(1)", ""),
        ("0; url=file:///etc/passwd", ""),
    ],
)
def test_a_page_that_sends_its_reader_on(content: str, leads: str) -> None:
    html = body("<p>Moved.</p>", f'<meta http-equiv="Refresh" content="{content}">')
    assert read_page(html, URL).refresh == leads


def test_the_base_of_links() -> None:
    html = body("<a href=x>t</a>", "<base href='https://cdn.example/a/'>")
    assert hyperlinks(html, URL) == (Link("t", "https://cdn.example/a/x"),)
    broken = body("<a href=x>t</a>", "<base href='http://[bad'>")
    assert hyperlinks(broken, URL) == (Link("t", "https://example.com/dir/x"),)


def test_all_links_each_once_with_a_text() -> None:
    html = body(
        "<nav><a href=/n>Menu</a></nav><a href=/p><img alt='A picture'></a><a href=/q aria-label='Label'></a>"
        "<a href=/files/report.pdf></a><a href=/n>again</a><map><area href=/area></map>"
    )
    assert [(link.text, link.url.removeprefix("https://example.com")) for link in hyperlinks(html, URL)] == [
        ("Menu", "/n"),
        ("A picture", "/p"),
        ("Label", "/q"),
        ("report.pdf", "/files/report.pdf"),
        ("area", "/area"),
    ]


@pytest.mark.parametrize(
    "html", ["", " ", "\0", "plain words", "<", "<<<>>>", "<html", "<p>un<b>closed", "<!doctype html>"]
)
def test_what_is_hardly_a_page(html: str) -> None:
    page = read_page(html, URL)
    assert page.links == ()
    assert ("words" in page.text) is ("words" in html)


@given(some.text(alphabet="<>/ab=\"' &;#!-\n", max_size=300))
def test_any_text_is_a_page(html: str) -> None:
    page = read_page(html, URL)
    assert isinstance(page.text, str)
    hyperlinks(html, URL)


HARMFUL = {
    "boxes in boxes": "<div>x",
    "never closed": "<p>word ",
    "links never closed": "<a href=/x>",
    "bold in bold": "<b>",
    "script": "<script",
    "style": "<p style='font-size:0",
    "angles": "<",
    "tables in tables": "<table><tr><td><table>",
    "titles": "<title>a</title><h1>a<span>",
    "blanks": " ",
    "frames": "<iframe src=x>",
    "refresh": "<meta http-equiv=refresh content='0 ; ; url'>",
    "names": "<div class=navAnavB>",
}


@pytest.mark.slow
@pytest.mark.parametrize("piece", HARMFUL.values(), ids=HARMFUL.keys())
def test_no_page_takes_long(piece: str) -> None:
    """Time that grows faster than the page would take minutes here; what is allowed leaves room for a slow machine."""
    html = piece * (MAX_HTML // len(piece))
    begun = time.process_time()
    read_page(html, URL)
    hyperlinks(html, URL)
    assert time.process_time() - begun < 30


def test_a_tag_with_very_many_attributes_takes_no_time_and_others_keep_theirs() -> None:
    many = " ".join(f"a{number}=b" for number in range(140_000))
    long = f'<a title="{"so long " * 400}" href="/there">a link with a long title</a>'
    begun = time.process_time()
    page = read_page(f"<html><body><p {many}>text</p>{long}<p {many}", URL)
    assert time.process_time() - begun < 10
    assert "text" in page.text
    assert "a link with a long title [1]" in page.text


def test_a_page_that_a_script_makes_shows_nothing_of_the_script() -> None:
    html = """<title>App</title><style>p > a { content: "<b>" }</style><div id=root></div>
    <SCRIPT>show('<main><h1>Made by a script</h1></main>' + (1 < 2))</SCRIPT ><script>'</div>' unclosed"""
    page = read_page(html, "https://example.com/")
    assert page.text == ""
    assert page.scripted
