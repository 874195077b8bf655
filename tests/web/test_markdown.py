"""What people write in Markdown becomes HTML that can do nothing but be read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.markdown import render


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**Hej** _du_", "<p><strong>Hej</strong> <em>du</em></p>\n"),
        ("# Rubrik", "<h3>Rubrik</h3>\n"),
        ("##### Liten", "<h6>Liten</h6>\n"),
        ("en rad\nen till", "<p>en rad<br>\nen till</p>\n"),
        (
            "se https://example.org/a",
            '<p>se <a href="https://example.org/a" rel="nofollow noopener noreferrer">https://example.org/a</a></p>\n',
        ),
    ],
)
def test_what_people_use_is_rendered(text, html):
    assert render(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<a href="javascript:alert(1)">x</a>',
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://elsewhere.example/pixel.png)",
        '<p style="position:fixed" onclick="x()">x</p>',
        "<svg/onload=alert(1)>",
        "[x](vbscript:x)",
    ],
)
def test_hostile_text_stays_text(text):
    tags = re.findall(r"<[^>]*>", render(text).lower())

    assert [
        tag
        for tag in tags
        if re.match(r"</?(script|img|svg)", tag) or re.search(r"href=.(java|data|vb)|style=|on\w+=", tag)
    ] == []


@given(st.text(max_size=400))
def test_any_text_is_rendered(text):
    assert "<script" not in render(text).lower()


def test_deep_nesting_ends_soon():
    assert len(render("> " * 5000 + "x")) < 30_000
