"""Markdown of strangers on our pages: it says what it says, and does nothing."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.articles import MAX_BODY_BYTES
from comity.core.errors import TooLargeError
from comity.edges.starter_articles import load_starter_articles
from comity.wire.markdown_page import is_live, plain_text, render_page

ALLOWED = re.compile(
    r"</?(?:p|ul|ol|li|strong|em|s|code|pre|blockquote|table|thead|tbody|tr|th|td|a|br|hr|h[2-6])\b[^<>]*>"
)
PIECES = (
    "# ", "## ", "\n", "\n\n", "- ", "1. ", "> ", "    ", "`", "```\n", "**", "*", "_", "~~", "[a](", "](", ")", "![",
    "]", "|", "|-|\n", "<script>", "</script>", "<img src=x onerror=1>", "javascript:", "data:text/html,",
    "https://first.org/x", "http://evil.example/", "&lt;", "&#106;", "\\", '"', "'", "<!--", "-->", "<svg/onload=1>",
    "\u202e", "\x00", "[a]: javascript:1\n", "<http://a.b>", "[ ] ", "слово", "字",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=60))
@settings(max_examples=150, deadline=None)
def test_whatever_is_written_only_allowed_elements_come_out(pieces: list[str]) -> None:
    html = render_page("".join(pieces)).html
    left = ALLOWED.sub("", html)
    assert "<" not in left
    for tag in re.findall(r"<[^/][^>]*>", html):
        attributes = re.findall(r'\s([a-z]+)="([^"]*)"', tag)
        assert {name for name, _ in attributes} <= {"href", "rel", "scope", "start"}, tag
        for name, value in attributes:
            assert name != "href" or is_live(value.replace("&amp;", "&")), tag


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
        ("[x](http://evil.example/a)", "<p>x (<code>hxxp://evil[.]example/a</code>)</p>"),
        ("![x](https://evil.example/a.svg)", "<p>x (<code>hxxps://evil[.]example/a.svg</code>)</p>"),
        ("see http://evil.example", "<p>see hxxp://evil[.]example</p>"),
        ("`http://evil.example`", "<p><code>hxxp://evil[.]example</code></p>"),
        ("[x](/sign-out/)", "<p>x (<code>/sign-out/</code>)</p>"),
        ("[x](//evil.example)", "<p>x (<code>//evil.example</code>)</p>"),
        ("- [ ] do\n- [x] done", "<ul>\n<li>☐ do</li>\n<li>☑ done</li>\n</ul>"),
        ("[TLP](https://www.first.org/tlp/)",
         '<p><a href="https://www.first.org/tlp/" rel="noopener noreferrer nofollow">TLP</a> (www.first.org)</p>'),
    ],
)  # fmt: skip
def test_how_it_comes_out(text: str, expected: str) -> None:
    assert render_page(text).html.strip() == expected


@pytest.mark.parametrize(
    "address",
    ["http://first.org/", "https://first.org.evil.example/", "https://first.org@evil.example/", "https://first.org:444/",
     "https://evilfirst.org/", "//first.org/", "https://", "https://[", "ftp://first.org"],
)  # fmt: skip
def test_what_only_looks_like_a_known_site_is_not_live(address: str) -> None:
    assert not is_live(address)


def test_headings_stand_below_the_pages_own_and_none_is_skipped() -> None:
    text = "### a\n\n# b\n\n#### c\n\n## d\n\n###### e\n\n# f"
    assert re.findall(r"<h(\d)>(\w)", render_page(text).html) == [
        ("2", "a"), ("2", "b"), ("3", "c"), ("3", "d"), ("4", "e"), ("2", "f"),
    ]  # fmt: skip
    assert "<h3>a" in render_page(text, top=3).html


def test_table_heads_have_their_scope_and_no_style() -> None:
    html = render_page("| a | b |\n|:--|--:|\n| 1 | 2 |").html
    assert html.count('<th scope="col">') == 2
    assert "style" not in html


def test_what_is_nested_too_deep_is_told() -> None:
    assert render_page("> " * 10 + "deep").is_whole
    assert not render_page("> " * 200 + "deep").is_whole


def test_size_is_bounded_before_anything_is_parsed() -> None:
    for text in ("x" * (MAX_BODY_BYTES + 1), "я" * MAX_BODY_BYTES, "\n" * 1_500):
        with pytest.raises(TooLargeError):
            render_page(text)


@pytest.mark.parametrize(
    "piece",
    ["[", "![", "*a ", "_a_", "`", ">", "- ", "<", "[a](<b", "[a](", "**", "[a]: x\n", "&#x41;", "~~a", "\\", "|a"],
)
def test_the_longest_text_is_bounded_in_time(piece: str) -> None:
    text = "\n".join((piece * MAX_BODY_BYTES)[:MAX_BODY_BYTES].split("\n")[:1_400])
    began = time.process_time()
    render_page(text)
    assert time.process_time() - began < 5  # a tenth of a second on an idle machine


def test_a_wide_table_is_shown_as_it_was_written() -> None:
    wide = "|a" * 200 + "|\n" + "|-" * 200 + "|\n" + "x\n" * 1_400
    assert "<table" not in render_page(wide).html


def test_our_own_articles_are_shown_whole() -> None:
    for article in load_starter_articles():
        for text in article.texts:
            page = render_page(text.words.body)
            assert page.is_whole
            assert "<h2>" in page.html
            assert "☐" in page.html


def test_words_without_marks() -> None:
    assert plain_text("# A\n- *b* [c](http://d.example) `e`").split() == ["A", "b", "c", "e"]
