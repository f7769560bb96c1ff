"""Markdown whoever wrote it is safe to show."""

import re

import pytest

from annotate.text.markdown import to_html

ALLOWED = {
    "a": {"href", "title", "rel", "target"},
    **{f"h{n}": {"id"} for n in range(2, 7)},
    "ol": {"start"},
    "code": {"class"},  # the language of a fenced block
    **{
        tag: set()
        for tag in [
            "p",
            "ul",
            "li",
            "strong",
            "em",
            "pre",
            "blockquote",
            "hr",
            "br",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        ]
    },
}
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<style>*{display:none}</style>",
    "a <b onclick=x>b</b> <!-- c --> <?php ?> <![CDATA[x]]>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:x) [x](data:text/html,x) [x](file:///etc/passwd) [x](ftp://a/b)",
    "[x](//evil.example) [x](/logout) [x](\\\\evil.example)",
    "<javascript:alert(1)>",
    "[x]\n\n[x]: javascript:alert(1)",
    "![x](https://evil.example/pixel.png)",
    "![x](data:image/png;base64,AAAA)",
    '[x](https://a.example "t\\" onmouseover=\\"alert(1)")',
    '![x" onerror="alert(1)](https://a.example)',
    "[![x](javascript:a)](javascript:b)",
    '```"><script>\nx\n```',
    "| a |\n|--:|\n| <script> |",
    "# <script>",
    '[a](https://a.example/" onclick="x)',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_it_becomes_code(text: str) -> None:
    html = to_html(text)

    for tag, rest in re.findall(r"</?([^\s>/]+)([^>]*)>", html):
        names = set(re.findall(r'\s([\w-]+)="[^"]*"', rest))
        assert tag in ALLOWED, html
        assert names <= ALLOWED[tag], html
        assert re.sub(r'\s[\w-]+="[^"]*"', "", rest).strip() in ("", "/"), html
    for target in re.findall(r'href="([^"]*)"', html):
        assert re.match(r"https?://|mailto:|#guide-", target), html


def test_links_lead_to_the_web_to_mail_and_to_headings() -> None:
    html = to_html("[a](https://a.example) [b](http://b.example) <mail@c.example> [d](#how-to)\n\n# How to")

    assert html.count('rel="noopener noreferrer" target="_blank"') == 3
    assert 'href="mailto:mail@c.example"' in html
    assert 'href="#guide-how-to"' in html
    assert '<h2 id="guide-how-to">How to</h2>' in html


def test_headings_of_one_name_have_ids_of_their_own() -> None:
    assert re.findall(r'id="([^"]*)"', to_html("# A\n# A\n# !\n")) == [
        "guide-a",
        "guide-a.2",
        "guide-heading",
    ]


def test_what_people_write_looks_as_they_mean_it() -> None:
    html = to_html("**bold** *it* `code`\n\n- one\n- two\n\n> said\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n")

    for each in ("<strong>bold</strong>", "<li>one</li>", "<blockquote>", "<td>2</td>"):
        assert each in html


def test_of_a_picture_its_words_are_left() -> None:
    assert to_html("![A *map*](https://a.example/map.png)") == "<p>A *map*</p>\n"
