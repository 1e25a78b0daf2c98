"""Twenty web pages of different kinds, in the markup of the programs that make such pages.

What a person would call the main text is marked with the attribute `k` (keep), what is around it
with `d` (drop); `html` is the page without the marks. Sentences are made up and never repeat, since
programs that read pages drop what they have seen before.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Saved:
    """A page, the pieces of its main text, and those of its boilerplate."""

    name: str
    html: str
    keep: tuple[str, ...]
    drop: tuple[str, ...]


_SUBJECTS = [
    "harbour council",
    "river ferry",
    "night market",
    "weather station",
    "city archive",
    "glass maker",
    "tram driver",
    "school orchestra",
    "bridge engineer",
    "village baker",
    "coast guard",
    "history museum",
    "seed library",
    "repair shop",
    "radio amateur",
]
_VERBS = [
    "reported",
    "measured",
    "repaired",
    "described",
    "opened",
    "postponed",
    "compared",
    "catalogued",
    "restored",
    "tested",
    "replaced",
    "announced",
    "questioned",
    "documented",
    "rebuilt",
]
_OBJECTS = [
    "a wooden staircase",
    "the copper roof",
    "eleven old maps",
    "a series of pumps",
    "the northern pier",
    "a broken turbine",
    "several oak doors",
    "the winter timetable",
    "two hundred letters",
    "a forgotten tunnel",
    "the tidal gauge",
    "a set of brass bells",
    "the southern canal",
    "a stone archway",
    "the lighthouse lens",
]
_ENDS = [
    "before the first frost",
    "without any outside help",
    "in less than a week",
    "despite heavy rain",
    "after a long debate",
    "with borrowed tools",
    "for the third time this decade",
    "under the old rules",
    "because nobody else would",
    "at half the expected cost",
    "while the shops were closed",
    "on a quiet Sunday",
]
_HAN = [
    "城市",
    "河流",
    "市场",
    "工程师",
    "桥梁",
    "博物馆",
    "气象站",
    "渔船",
    "冬天",
    "学校",
    "图书馆",
    "老师",
    "铁路",
    "港口",
    "居民",
    "计划",
    "费用",
    "报告",
    "春天",
    "屋顶",
]
_ARABIC = [
    "المدينة",
    "النهر",
    "السوق",
    "المهندس",
    "الجسر",
    "المتحف",
    "السفينة",
    "الشتاء",
    "المدرسة",
    "المكتبة",
    "المعلم",
    "القطار",
    "الميناء",
    "السكان",
    "الخطة",
    "التكلفة",
    "التقرير",
    "الربيع",
    "السقف",
    "الباب",
]


def _sentences(seed: str) -> Iterator[str]:
    chance = random.Random(seed)
    number = 0
    while True:
        number += 1
        yield (
            f"The {chance.choice(_SUBJECTS)} {chance.choice(_VERBS)} {chance.choice(_OBJECTS)} "
            f"{chance.choice(_ENDS)}, and {chance.randrange(12, 990)} people {chance.choice(_VERBS)} "
            f"{chance.choice(_OBJECTS)} {chance.choice(_ENDS)}."
        )


class _Writer:
    """Makes texts that no other place of the same page has."""

    def __init__(self, seed: str) -> None:
        self._sentence = _sentences(seed)
        self._chance = random.Random(seed + "!")

    def prose(self, sentences: int = 3) -> str:
        return " ".join(next(self._sentence) for _ in range(sentences))

    def paragraphs(self, count: int, sentences: int = 3, tag: str = "p") -> str:
        return "\n".join(f"<{tag} k>{self.prose(sentences)}</{tag}>" for _ in range(count))

    def phrase(self) -> str:
        chance = self._chance
        return f"{chance.choice(_SUBJECTS).title()} {chance.choice(_VERBS)} {chance.choice(_OBJECTS)} {chance.randrange(100, 999)}"

    def han(self, sentences: int) -> str:
        chance = self._chance
        return "".join(
            "".join(chance.choice(_HAN) for _ in range(9))
            + "，"
            + "".join(chance.choice(_HAN) for _ in range(7))
            + "。"
            for _ in range(sentences)
        )

    def arabic(self, sentences: int) -> str:
        chance = self._chance
        return " ".join(" ".join(chance.choice(_ARABIC) for _ in range(14)) + "." for _ in range(sentences))


def _head(title: str, more: str = "") -> str:
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{more}'
        "<style>body{font-family:sans-serif}</style><script>window.dataLayer=[];</script></head>"
    )


def _menu(names: str, kind: str = "nav", cls: str = "main-navigation") -> str:
    items = "".join(
        f'<li class="menu-item"><a d href="/{i}/{name.lower().replace(" ", "-")}">{name}</a></li>'
        for i, name in enumerate(names.split(","))
    )
    return f'<{kind} class="{cls}"><ul>{items}</ul></{kind}>'


_COOKIES = '<div id="cookie-banner" class="cookie-consent" role="dialog"><p d>We and our 312 partners use cookies to personalise content.</p><button d>Accept all cookies</button><button d>Manage preferences</button></div>'
_FOOT = '<footer class="site-footer"><div class="footer-widgets"><h4 d>About the company</h4><ul><li><a d href="/imprint">Imprint of publisher</a></li><li><a d href="/privacy">Privacy policy notice</a></li><li><a d href="/jobs">Careers with us</a></li></ul></div><p class="copyright" d>© 2024 Example Media Group. All rights reserved.</p></footer>'
_SHARE = '<div class="social-share"><span d>Share this story</span><a d href="https://facebook.example/s">Facebook sharing</a><a d href="https://x.example/s">Post on X</a></div>'


def news() -> str:
    w = _Writer("news")
    related = "".join(f'<li><a d href="/r/{i}">{w.phrase()}</a></li>' for i in range(6))
    return f"""{_head("Harbour wall holds - The Daily Example")}<body class="single">{_COOKIES}
<header class="site-header"><a d class="logo" href="/">The Daily Example</a>{_menu("World,Politics,Business,Culture,Sport,Weather,Obituaries")}
<form class="search"><input placeholder="Search"></form></header>
<div class="ad-slot" d>Advertisement: switch your energy provider today</div>
<main><article><header><h1 k>Harbour wall holds through the worst storm in decades</h1>
<p class="standfirst" k>{w.prose(1)}</p><p class="byline" k>By Maria Lindqvist, Rotterdam</p></header>
<figure><img src="a.jpg" alt="The wall"><figcaption k>Waves break over the outer wall on Tuesday evening.</figcaption></figure>
{_SHARE}{w.paragraphs(4)}<aside class="related-inline"><h3 d>More on this story today</h3><ul>{related}</ul></aside>
<h2 k>A wall built for another century</h2>{w.paragraphs(4)}<blockquote><p k>“We never expected it to bend,” said the engineer in charge.</p></blockquote>{w.paragraphs(3)}
<div class="newsletter-signup"><h3 d>Get our morning briefing by mail</h3><input type="email"><button d>Sign me up</button></div></article></main>
<aside class="sidebar"><h3 d>Most read this week</h3><ol>{"".join(f'<li><a d href="/m/{i}">{w.phrase()}</a></li>' for i in range(8))}</ol></aside>{_FOOT}</body></html>"""


def blog() -> str:
    w = _Writer("blog")
    return f"""{_head("Why I bake at night")}<body><div id="page"><div id="masthead" class="site-header"><div d>A quiet kitchen journal</div>{_menu("Home,About me,Archive,Contact form", "div", "menu-container")}</div>
<div id="primary" class="content-area"><div id="post-123" class="post type-post hentry"><h1 class="entry-title" k>Why I bake at night</h1>
<div class="entry-meta"><span k>Posted on 3 March 2023 by Anna</span></div><div class="entry-content">{w.paragraphs(5, 4)}
<h2 k>What the dough knows</h2><ul><li k>Flour from the mill in the next village.</li><li k>Water that stood overnight.</li><li k>Salt, but later than you think.</li></ul>{w.paragraphs(3, 4)}
<p k>See also <a href="/older">my older notes on rye</a> for the details of the starter.</p></div>
<div class="sharedaddy sd-sharing-enabled"><h3 d>Share this post:</h3><ul><li><a d href="#t">Click to tweet this</a></li><li><a d href="#f">Click to pin this</a></li></ul></div>
<div class="tags-links" d>Filed under kitchen</div></div>
<div class="nav-links"><a d href="/p">Previous post: Oven stones</a><a d href="/n">Next post: Rye again</a></div></div>
<div id="secondary" class="widget-area"><section class="widget"><h2 d>Recent blog entries</h2><ul>{"".join(f'<li><a d href="/b/{i}">{w.phrase()}</a></li>' for i in range(5))}</ul></section><section class="widget"><h2 d>Monthly archives</h2><ul><li><a d href="/2">February of 2023</a></li><li><a d href="/1">January of 2023</a></li></ul></section></div></div>{_FOOT}</body></html>"""


def documentation() -> str:
    w = _Writer("docs")
    toc = "".join(
        f'<li class="toctree-l1"><a d class="reference internal" href="p{i}.html">{w.phrase()}</a></li>'
        for i in range(14)
    )
    code = "import ferry\n\nwith ferry.open('north') as pier:\n    for boat in pier:\n        print(boat.name, boat.load)\n"
    return f"""{_head("ferry.open — Ferry 4.2 documentation")}<body class="wy-body-for-nav"><div class="wy-grid-for-nav"><nav data-toggle="wy-nav-shift" class="wy-nav-side"><div class="wy-side-scroll"><div class="wy-menu wy-menu-vertical" role="navigation"><p class="caption" d>Contents of the manual</p><ul>{toc}</ul></div></div></nav>
<section class="wy-nav-content-wrap"><div class="wy-nav-content"><div class="rst-content"><div role="navigation" aria-label="Page navigation"><ul class="wy-breadcrumbs"><li><a d href="index.html">Docs start page</a></li><li class="breadcrumb-item active" d>API of ferry.open</li></ul></div>
<div role="main" class="document"><div itemprop="articleBody"><section id="ferry-open"><h1 k>ferry.open<a class="headerlink" href="#ferry-open">¶</a></h1>{w.paragraphs(2)}
<dl class="py function"><dt class="sig" k>ferry.open(pier, mode='r', timeout=30)</dt><dd><p k>Open a pier and return an iterator over its boats.</p><dl class="field-list"><dt k>Parameters</dt><dd><ul><li k>pier – the name of the pier, as in the timetable</li><li k>timeout – seconds to wait for the gate</li></ul></dd><dt k>Raises</dt><dd k>FerryError when the gate stays closed</dd></dl></dd></dl>
<div class="highlight-python"><pre k>{code}</pre></div>{w.paragraphs(2)}<div class="admonition note"><p class="admonition-title" k>Note</p><p k>Piers are closed at night; see also the chapter on tides.</p></div>
<table class="docutils"><thead><tr><th k>Mode</th><th k>Meaning</th></tr></thead><tbody><tr><td k>r</td><td k>board the boats one after the other</td></tr><tr><td k>w</td><td k>send empty boats out again</td></tr></tbody></table></section></div></div>
<footer><div class="rst-footer-buttons" role="navigation"><a d href="n.html">Next chapter of manual</a><a d href="p.html">Previous chapter of manual</a></div><div role="contentinfo"><p d>© Copyright 2024, the Ferry developers.</p></div><span d>Built with Sphinx using a theme.</span></footer></div></div></section></div></body></html>"""


def forum() -> str:
    w = _Writer("forum")
    posts = "".join(
        f'<div id="p{i}" class="post has-profile bg{i % 2}"><div class="inner"><dl class="postprofile"><dt><a k href="/u/{i}" class="username">sailor_{i}_{n}</a></dt><dd d>Posts: {i * 31 + 7} Joined: 20{10 + i}</dd></dl><div class="postbody"><h3><a k href="#p{i}">Re: Engine stops below 900 rpm</a></h3><p class="author" k>by sailor_{i}_{n} » 1{i} May 2022</p><div class="content" k>{w.prose(2 + i % 3)}</div></div></div></div>'
        for i, n in enumerate(("bosun", "mate", "cook", "purser", "pilot", "stoker", "deckhand"))
    )
    return f"""{_head("Engine stops below 900 rpm - Boat forum")}<body id="phpbb" class="nojs section-viewtopic"><div id="wrap" class="wrap"><div id="page-header"><div class="headerbar"><h1 d>Boat owners’ community</h1><p d>Questions about boats of any size</p></div><div class="navbar"><ul class="linklist"><li><a d href="/faq">Frequently asked</a></li><li><a d href="/register">Register an account</a></li><li><a d href="/login">Login to forum</a></li></ul></div></div>
<div id="page-body" class="page-body"><h2 class="topic-title" k><a href="/t/9">Engine stops below 900 rpm</a></h2><div class="action-bar"><a d href="/reply">Post a reply</a><div class="pagination" d>7 posts • Page 1 of 1</div></div>{posts}
<div class="panel" id="online-list"><h3 d>Who is online right now</h3><p d>Users browsing this forum: no registered users and 3 guests</p></div></div><div id="page-footer" class="page-footer"><div class="copyright"><p d>Powered by phpBB® Forum Software © phpBB Limited</p></div></div></div></body></html>"""


def question() -> str:
    w = _Writer("qa")
    answers = "".join(
        f'<div id="answer-{i}" class="answer js-answer"><div class="post-layout"><div class="votecell post-layout--left"><div class="js-vote-count" d>{41 - i * 7}</div></div><div class="answercell post-layout--right"><div class="s-prose js-post-body">{w.paragraphs(2, 2)}<pre><code k>kettle --descale --minutes {i + 3}\nkettle --rinse twice_{i}</code></pre></div><div class="post-menu"><a d href="/a/{i}">Share a link to this answer</a><a d href="/e/{i}">Improve this answer</a></div><div class="user-info"><a k href="/u/{i}">descaler_{"abcd"[i]}</a></div></div></div><div class="comments"><ul><li class="comment"><span class="comment-copy" k>{w.prose(1)}</span> – <a k href="/u/9">commenter_{"wxyz"[i]}</a></li></ul></div></div>'
        for i in range(4)
    )
    return f"""{_head("How do I descale a kettle without vinegar? - Home Exchange")}<body class="question-page"><header class="s-topbar"><a d href="/products">Products for teams</a><form role="search"></form><ol class="s-topbar--content"><li><a d href="/login">Log in here</a></li><li><a d href="/signup">Sign up free</a></li></ol></header>
<div class="container"><div id="left-sidebar"><div class="left-sidebar--sticky-container"><nav role="navigation"><ol class="nav-links"><li><a d href="/q">Questions of all kinds</a></li><li><a d href="/t">Tags by popularity</a></li><li><a d href="/u">Users by reputation</a></li></ol></nav></div></div>
<div id="content"><div itemprop="mainEntity" itemscope><div id="question-header"><h1 itemprop="name" k>How do I descale a kettle without vinegar?</h1></div><div id="mainbar" role="main"><div id="question" class="question"><div class="postcell"><div class="s-prose js-post-body" itemprop="text">{w.paragraphs(2, 2)}<p k>I have tried lemon juice, which left <em>a film</em>.</p></div><div class="post-taglist"><a k href="/t/kettle">kettle-care</a><a k href="/t/lime">limescale</a></div></div></div>
<div id="answers"><h2 k>4 Answers</h2>{answers}</div></div><div id="sidebar" class="show-votes" role="complementary"><div class="module sidebar-related"><h4 d>Hot network questions</h4>{"".join(f'<div class="spacer"><a d href="/h/{i}">{w.phrase()}</a></div>' for i in range(7))}</div></div></div></div></div>{_FOOT}</body></html>"""


def product() -> str:
    w = _Writer("product")
    specs = "".join(
        f"<tr><th k>{a}</th><td k>{b}</td></tr>"
        for a, b in (
            ("Weight", "1.4 kg"),
            ("Material", "stainless steel"),
            ("Capacity", "1.7 litres"),
            ("Power", "2200 watts"),
            ("Guarantee", "five years"),
        )
    )
    reviews = "".join(
        f'<div class="review"><h4 k>Reviewer {name}</h4><p k>{w.prose(1)}</p></div>'
        for name in ("Olga", "Tariq", "Wei")
    )
    return f"""{_head("Kettle Borealis 1.7 l | Shop")}<body class="template-product">{_COOKIES}<div class="announcement-bar" d>Free delivery on orders over fifty euros</div><header class="header">{_menu("Kettles,Toasters,Grinders,Gift cards,Spare parts")}<a d href="/cart">Cart with 0 items</a></header>
<main id="MainContent"><div class="product"><div class="product__media"><img src="k.jpg" alt="Kettle"></div><div class="product__info"><h1 class="product__title" k>Kettle Borealis 1.7 l</h1><div class="price" k>€ 89.95</div><div class="product-form"><select><option>White</option></select><button d>Add to the cart now</button></div><div class="stock" k>In stock, delivered in two days</div><div class="product__description rte">{w.paragraphs(3, 2)}<ul><li k>Boils a litre in two minutes</li><li k>Keeps warm for half an hour</li></ul></div><table class="specs">{specs}</table></div></div><section class="reviews"><h2 k>What buyers say</h2>{reviews}</section></main>
<section class="product-recommendations"><h2 d>You may also like these</h2><div class="grid">{"".join(f'<div class="card"><a d href="/p/{i}">{w.phrase()}</a><span d>€ {i}9.00 instead of € {i}9.50</span></div>' for i in range(1, 6))}</div></section>{_FOOT}</body></html>"""


def table() -> str:
    w = _Writer("table")
    rows = "".join(
        f"<tr><td k>{i}</td><td k><a href='/c/{i}'>Port of {name}</a></td><td k>{i * 417 + 1203}</td><td k>{(i * 37) % 91}.{i % 10}</td><td k>{1890 + i * 3}</td></tr>"
        for i, name in enumerate(
            [
                "Aalborg",
                "Bergen",
                "Cork",
                "Dover",
                "Esbjerg",
                "Falmouth",
                "Gdynia",
                "Haifa",
                "Izmir",
                "Jakarta",
                "Kotka",
                "Lagos",
                "Malmö",
                "Naples",
                "Oulu",
                "Piraeus",
                "Quebec",
                "Riga",
                "Split",
                "Turku",
                "Umeå",
                "Varna",
                "Wismar",
                "Yalta",
                "Zadar",
            ],
            1,
        )
    )
    return f"""{_head("List of ports by turnover")}<body><div id="top">{_menu("Home page,Statistics,Downloads,Methods,About us", "div", "topnav")}</div><div id="content"><h1 k>List of ports by turnover</h1><p k>{w.prose(2)}</p><table class="sortable"><caption k>Turnover in thousand tonnes</caption><thead><tr><th k>Rank</th><th k>Port</th><th k>Turnover</th><th k>Change in percent</th><th k>Opened</th></tr></thead><tbody>{rows}</tbody></table><p k>{w.prose(1)}</p></div><div id="bottom" class="footer"><a d href="/legal">Legal information</a> <a d href="/feed">Subscribe to feed</a></div></body></html>"""


def recipe() -> str:
    w = _Writer("recipe")
    ingredients = "".join(
        f'<li class="wprm-recipe-ingredient" k><span>{n}</span> <span>{u}</span> <span>{what}</span></li>'
        for n, u, what in (
            ("500", "g", "strong flour"),
            ("320", "ml", "cold water"),
            ("10", "g", "sea salt"),
            ("7", "g", "dried yeast"),
            ("2", "tbsp", "olive oil"),
        )
    )
    steps = "".join(f'<li class="wprm-recipe-instruction" k>{w.prose(1)}</li>' for _ in range(6))
    return f"""{_head("Slow flatbread")}<body>{_menu("Breads,Soups,Salads,Desserts,Shop cookbooks", "nav", "nav-primary")}<div class="site-inner"><main class="content"><article class="post entry"><header class="entry-header"><h1 class="entry-title" k>Slow flatbread</h1></header><div class="entry-content"><div class="jump-to" ><a d href="#recipe" class="jump-link">Jump to the recipe</a> <a d href="/print">Print this recipe</a></div>{w.paragraphs(4)}<div class="pinterest-share"><a d href="https://pin.example">Pin it for later</a></div>
<div id="recipe" class="wprm-recipe-container"><h2 k>Ingredients</h2><ul>{ingredients}</ul><h2 k>Instructions</h2><ol>{steps}</ol><div class="wprm-nutrition"><span k>Calories: 214 kcal</span> <span k>Protein: 6 g</span></div></div></div></article>
<div class="comment-respond"><h3 d>Leave a reply below</h3><form><label d>Your email will not be published</label><textarea></textarea><button d>Post the comment</button></form></div></main><aside class="sidebar sidebar-primary"><section class="widget"><h4 d>Hello, I am the cook here</h4><p d>I live near the sea and write about bread.</p></section></aside></div>{_FOOT}</body></html>"""


def wiki() -> str:
    w = _Writer("wiki")
    refs = "".join(f'<li id="cite{i}" k>{w.phrase()}, Harbour Press, 19{50 + i}</li>' for i in range(6))
    return f"""{_head("Tidal gauge - Wikiexample")}<body class="mediawiki"><div id="mw-page-base"></div><div id="content" class="mw-body" role="main"><h1 id="firstHeading" class="firstHeading" k>Tidal gauge</h1><div id="bodyContent"><div id="siteSub" class="noprint" d>From Wikiexample, the open encyclopedia</div><div id="jump-to-nav"></div><a d class="mw-jump-link" href="#mw-head">Jump to navigation</a><div id="mw-content-text" class="mw-content-ltr"><div class="mw-parser-output"><div class="hatnote" k>For the instrument of sailors, see Tide clock.</div><table class="infobox"><tr><th k>Invented</th><td k>1830 in Sheerness</td></tr><tr><th k>Measures</th><td k>height of the water</td></tr></table>{w.paragraphs(3)}<div id="toc" class="toc" role="navigation"><h2 d>Contents of this page</h2><ul><li><a d href="#h">1 History of it</a></li><li><a d href="#u">2 Use of it</a></li></ul></div><h2 k>History<span class="mw-editsection"><a d href="/edit">edit source</a></span></h2>{w.paragraphs(4)}<h2 k>Use</h2>{w.paragraphs(2)}<h2 k>References</h2><ol class="references">{refs}</ol></div></div><div id="catlinks" class="catlinks"><div><a d href="/Cats">Categories of page</a>: <ul><li><a d href="/c1">Measuring instruments</a></li><li><a d href="/c2">Tides of the world</a></li></ul></div></div></div></div><div id="mw-navigation"><h2 d>Navigation menu of wiki</h2><div id="mw-panel"><ul><li><a d href="/main">Main page here</a></li><li><a d href="/rand">Random article</a></li><li><a d href="/don">Donate to us</a></li></ul></div></div><footer id="footer" role="contentinfo"><ul><li d>This page was last edited on 4 June 2023.</li><li d>Text is available under a free licence.</li></ul></footer></body></html>"""


def results() -> str:
    w = _Writer("results")
    hits = "".join(
        f'<div class="result results_links web-result"><h2 class="result__title"><a k href="https://site{i}.example/page">{w.phrase()}</a></h2><a class="result__url" k href="https://site{i}.example/page">site{i}.example/page</a><a class="result__snippet" k href="https://site{i}.example/page">{w.prose(1)}</a></div>'
        for i in range(10)
    )
    return f"""{_head("descale kettle at Search")}<body><div class="header"><form><input name="q" value="descale kettle"></form><ul class="header-menu"><li><a d href="?ia=images">Images of it</a></li><li><a d href="?ia=videos">Videos of it</a></li><li><a d href="?ia=maps">Maps nearby</a></li></ul></div><div class="serp__results"><div class="results" id="links">{hits}</div><div class="nav-link"><form><input type="submit" value="Next page"></form></div></div><div class="footer"><a d href="/feedback">Give us feedback</a><a d href="/settings">Search settings page</a></div></body></html>"""


def landing() -> str:
    w = _Writer("landing")
    features = "".join(
        f'<div class="col feature"><h3 k>{t}</h3><p k>{w.prose(1)}</p></div>'
        for t in (
            "Fast setup",
            "Fair prices",
            "Friendly support",
            "Works offline",
            "Open formats",
            "Own your data",
        )
    )
    quotes = "".join(
        f'<div class="testimonial"><blockquote k>{w.prose(1)}</blockquote><cite k>{n}</cite></div>'
        for n in ("Ines, harbour master", "Paul, archivist")
    )
    plans = "".join(
        f'<div class="plan"><h3 k>{n}</h3><div class="price" k>{p} a month</div><ul><li k>{a} boats included</li><li k>{b} days of history</li></ul><a class="btn" d href="/buy/{n}">Choose plan {n} today</a></div>'
        for n, p, a, b in (("Skiff", "€ 0", 1, 7), ("Sloop", "€ 9", 5, 90), ("Schooner", "€ 29", 50, 3650))
    )
    return f"""{_head("Tidebook: the logbook for small boats")}<body><nav class="navbar navbar-expand"><a d class="navbar-brand" href="/">Tidebook start</a><a d class="nav-link" href="/f">Features tour</a><a d class="nav-link" href="/p">Pricing table</a><a d class="nav-link" href="/in">Sign in here</a></nav><section class="hero"><h1 k>The logbook for small boats</h1><p class="lead" k>{w.prose(1)}</p><a class="btn btn-primary" d href="/try">Start the free trial</a></section><section class="features"><h2 k>Made for people who sail</h2><div class="row">{features}</div></section><section class="testimonials">{quotes}</section><section class="pricing"><h2 k>Plans</h2>{plans}</section>{_FOOT}</body></html>"""


def faq() -> str:
    w = _Writer("faq")
    half = "".join(
        f"<details><summary k>How do I {v} my ticket {i}?</summary><p k>{w.prose(2)}</p></details>"
        for i, v in enumerate(("change", "refund", "print", "share", "renew"), 1)
    )
    other = "".join(
        f'<div class="accordion-item"><h3 class="accordion-header"><button class="accordion-button" k>May I bring {v} aboard?</button></h3><div class="accordion-collapse collapse" aria-hidden="true"><div class="accordion-body" k>{w.prose(2)}</div></div></div>'
        for v in ("a bicycle", "a dog", "a kayak", "a piano")
    )
    return f"""{_head("Help: ferry tickets")}<body>{_menu("Timetable,Tickets,Islands,Contact us")}<main><h1 k>Questions and answers</h1><p k>{w.prose(1)}</p><section><h2 k>Tickets</h2>{half}</section><section class="accordion"><h2 k>Luggage</h2>{other}</section></main><div class="chat-widget" d>Chat with our assistant now</div>{_FOOT}</body></html>"""


def changelog() -> str:
    w = _Writer("changelog")
    releases = "".join(
        f'<section class="release"><h2 k>Version {9 - i}.{i}.0</h2><time k>2023-0{9 - i}-14</time><h3 k>Added</h3><ul>{"".join(f"<li k>{w.prose(1)} (<a href=/pull/{i}{j}>#{i}{j}</a>)</li>" for j in range(3))}</ul><h3 k>Fixed</h3><ul>{"".join(f"<li k><code>pier.{n}()</code> no longer {w.phrase().lower()}</li>" for n in ("close", "open"))}</ul></section>'
        for i in range(5)
    )
    return f"""{_head("Changelog · ferry")}<body><header class="AppHeader"><a d href="/">Code hosting home</a>{_menu("Code,Issues 12,Pull requests 3,Actions,Security", "nav", "UnderlineNav")}</header><main><div class="markdown-body"><h1 k>Changelog</h1>{releases}</div></main><footer class="footer"><ul><li><a d href="/terms">Terms of hosting</a></li><li><a d href="/status">Status of service</a></li></ul></footer></body></html>"""


def legal() -> str:
    w = _Writer("legal")
    clauses = "".join(
        f'<p class="clause" k><strong>{i}.{j}</strong> {w.prose(2)}</p>'
        if j
        else f"<h3 k>{i}. {w.phrase()}</h3>"
        for i in range(1, 8)
        for j in range(4)
    )
    return f"""{_head("Terms of carriage")}<body><div class="topbar"><a d href="tel:1">Call us on 555 0199</a></div>{_menu("Book a trip,Timetables,Freight,Company")}<div class="container legal-page"><div class="legal"><h1 k>Terms of carriage</h1><p k>Last updated on 1 April 2024.</p>{clauses}</div></div>{_FOOT}</body></html>"""


def chinese() -> str:
    w = _Writer("chinese")
    body = "".join(f"<p k>{w.han(3)}</p>" for _ in range(8))
    side = "".join(f'<li><a d href="/n/{i}">{w.han(1)[:12]}</a></li>' for i in range(7))
    return f"""<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>港口新桥通车</title></head><body><div class="header"><ul class="nav"><li><a d href="/a">首页新闻</a></li><li><a d href="/b">国际要闻</a></li><li><a d href="/c">财经频道</a></li><li><a d href="/d">体育赛事</a></li></ul></div><div class="main"><div class="article"><h1 k>港口新桥今天正式通车</h1><div class="info" k>2024年3月5日　来源：示例日报</div><div class="content">{body}</div></div><div class="right sidebar"><h3 d>热门推荐阅读</h3><ul>{side}</ul></div></div><div class="footer"><p d>版权所有 未经许可不得转载</p><p d>京ICP备00000000号</p></div></body></html>"""


def arabic() -> str:
    w = _Writer("arabic")
    body = "".join(f"<p k>{w.arabic(3)}</p>" for _ in range(7))
    side = "".join(f'<li><a d href="/n/{i}">{w.arabic(1)[:40]} {i}</a></li>' for i in range(5))
    return f"""<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>الجسر الجديد</title></head><body><header><nav><a d href="/1">أخبار العالم</a><a d href="/2">الاقتصاد اليوم</a><a d href="/3">الرياضة والشباب</a></nav></header><main><article><h1 k>افتتاح الجسر الجديد في الميناء</h1><p class="byline" k>كتب أحمد منصور من الإسكندرية</p>{body}</article></main><aside class="sidebar"><h3 d>الأكثر قراءة هذا الأسبوع</h3><ul>{side}</ul></aside><footer><p d>جميع الحقوق محفوظة للناشر</p></footer></body></html>"""


def plain() -> str:
    w = _Writer("plain")
    body = "<br><br>".join(f"<font k>{w.prose(3)}</font>" for _ in range(8))
    links = " | ".join(
        f'<a d href="{n}.htm">{t}</a>'
        for n, t in (("a", "My boat page"), ("b", "Guest book"), ("c", "Links of mine"), ("d", "Photo album"))
    )
    return f"""<html><head><title>Building a dinghy</title></head><body bgcolor=white><table width=100%><tr><td colspan=2>{links}</td></tr><tr><td width=120 valign=top><a d href="1.htm">Plans for sale</a><br><a d href="2.htm">Tools I use</a><br><a d href="3.htm">Wood sellers</a><br><a d href="4.htm">Old newsletter</a></td><td><b k>Building a dinghy in a garage</b><br><br>{body}</td></tr><tr><td colspan=2><font size=1 d>You are visitor number 48213</font></td></tr></table></body></html>"""


def nested() -> str:
    w = _Writer("nested")
    body = "".join(f"{'<div>' * 12}<span k>{w.prose(2)}</span>{'</div>' * 12}" for _ in range(12))
    deep = "<div>" * 60
    return f"""{_head("Boxes in boxes")}<body>{deep}<div class="css-1x9f"><div class="css-nav"><div><a d href="/1">Explore topics</a></div><div><a d href="/2">Write a story</a></div><div><a d href="/3">Sign in or up</a></div><div><a d href="/4">Membership plans</a></div></div><div class="css-8kq2"><div class="css-h1" role="heading" k>Boxes in boxes in boxes</div>{body}</div><div class="css-ft footer"><div><a d href="/h">Help centre</a></div><div><a d href="/s">Status page</a></div><div><a d href="/t">Terms page</a></div><div><a d href="/r">Report abuse</a></div></div></div>{"</div>" * 60}</body></html>"""


def huge() -> str:
    w = _Writer("huge")
    sections = "".join(
        f"<h2 k>Chapter {i}: {w.phrase()}</h2>{w.paragraphs(6, 4)}<ul>{''.join(f'<li k>{w.phrase()} <a href=/x/{i}/{j}>see the note</a></li>' for j in range(5))}</ul>"
        for i in range(1, 43)
    )
    return f"""{_head("The long chronicle of the harbour")}<body>{_menu("Library,Catalogue,Reading room,Opening hours")}<main><article><h1 k>The long chronicle of the harbour</h1>{sections}</article></main>{_FOOT}</body></html>"""


def listing() -> str:
    w = _Writer("listing")
    jobs = "".join(
        f'<li class="job-card"><h3><a k href="/j/{i}">{w.phrase()}</a></h3><div class="company" k>Shipyard {n}</div><div class="place" k>{n}haven, on site</div><p class="summary" k>{w.prose(1)}</p><span class="salary" k>€ {31 + i} 000 a year</span></li>'
        for i, n in enumerate(("Alma", "Brigit", "Corva", "Dunlin", "Eider", "Fulmar", "Godwit", "Heron"))
    )
    return f"""{_head("8 jobs for boat builders")}<body>{_COOKIES}{_menu("Jobs,Companies,Salaries,For employers", "div", "navbar")}<div class="layout"><aside class="filters"><h3 d>Filter these results</h3><label d>Full time positions only</label><label d>Remote positions only</label></aside><main class="list"><h1 k>8 jobs for boat builders</h1><ul class="jobs">{jobs}</ul><nav class="pagination"><a d href="?p=2">Next page of jobs</a></nav></main></div>{_FOOT}</body></html>"""


KINDS = (
    news, blog, documentation, forum, question, product, table, recipe, wiki, results, landing, faq, changelog,
    legal, chinese, arabic, plain, nested, huge, listing,
)  # fmt: skip

_MARKS = re.compile(r"(<[a-z0-9]+(?:\s[^<>]*?)?)\s(?:k|d)(?=[\s>])")


def saved_pages() -> tuple[Saved, ...]:
    """All of them."""
    return tuple(_saved(kind.__name__, kind()) for kind in KINDS)


def _saved(name: str, marked: str) -> Saved:
    from lxml import html  # type: ignore[import-untyped]

    tree: Any = html.document_fromstring(marked.encode(), parser=html.HTMLParser(encoding="utf-8"))
    for element in tree.iter("script", "style"):
        element.text = ""
    keep = tuple(_kept_text(element) for element in tree.iter() if element.get("k") is not None)
    drop = tuple(_kept_text(element) for element in tree.iter() if element.get("d") is not None)
    return Saved(name, _MARKS.sub(r"\1", marked), keep, drop)


def _kept_text(element: Any) -> str:
    dropped = {
        part
        for inner in element.iter()
        if inner is not element and inner.get("d") is not None
        for part in inner.iter()
    }
    own = element.text or ""
    for inner in element.iterdescendants():
        if inner not in dropped:
            own += inner.text or ""
        if inner.getparent() not in dropped:
            own += inner.tail or ""
    return own


def letters(text: str) -> str:
    """What is left of a text when only letters and digits count, links' numbers left out."""
    return re.sub(r"[\W_]+", "", re.sub(r" ?\[\d+\]", "", text)).casefold()


def measured(page: Saved, text: str) -> tuple[float, float]:
    """How much of the main text is in `text`, and how much of the boilerplate isn't, by characters."""
    found = letters(text)
    keep = [letters(piece) for piece in page.keep]
    drop = [letters(piece) for piece in page.drop]
    kept = sum(len(piece) for piece in keep if piece in found) / max(1, sum(map(len, keep)))
    dropped = sum(len(piece) for piece in drop if piece not in found) / max(1, sum(map(len, drop)))
    return kept, dropped
