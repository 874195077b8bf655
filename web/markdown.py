"""Markdown from people, as HTML that is safe to show.

markdown-it renders without raw HTML and without images (which would ask foreign hosts), nh3 cleans what comes out.
"""

import nh3
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

TAGS = {
    "p", "br", "strong", "em", "s", "a", "ul", "ol", "li", "blockquote", "code", "pre", "hr",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
HIGHEST = 3  # a page has its own headings above

_parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True, "maxNesting": 20})
_parser.enable(["table", "strikethrough", "linkify"]).disable("image")


def render(text):
    """`text` as safe HTML: headings begin at the third level, links say that they lead away."""
    tokens = _parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + HIGHEST - 1, 6)}"
    return mark_safe(clean(_parser.renderer.render(tokens, _parser.options, {})))


def clean(html):
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )
