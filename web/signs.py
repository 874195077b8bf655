"""Small drawn signs, so that colour never carries a meaning alone."""

# ruff: noqa: E501 (a drawing is one string)

from django.utils.html import format_html
from django.utils.safestring import mark_safe

# Drawn on a 24 × 24 grid with a 1.8 line; what is filled says so itself.
SIGNS = {
    # areas and themes: a region's folder picks one for each of its own
    "gear": '<circle cx="12" cy="12" r="3.4"/><path d="M12 2.5v4M12 17.5v4M2.5 12h4M17.5 12h4M5.3 5.3l2.8 2.8M15.9 15.9l2.8 2.8'
    'M18.7 5.3l-2.8 2.8M8.1 15.9l-2.8 2.8"/>',
    "press": '<path d="M4 3h16v4H4zM12 7v5M7 12h10v3H7zM3 21h18M6 18h12v3H6z"/>',
    "node": '<circle cx="5" cy="12" r="2.5"/><circle cx="19" cy="5" r="2.5"/><circle cx="19" cy="19" r="2.5"/>'
    '<path d="M7.3 10.9 16.7 6.1M7.3 13.1l9.4 4.8"/>',
    "buoy": '<path d="M8 16 10 6h4l2 10zM12 6V2.5M10.2 2.5h3.6M3 18.5c2 1.6 4 1.6 6 0s4-1.6 6 0 4 1.6 6 0"/>',
    "sun": '<circle cx="12" cy="12" r="4"/><path d="M12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22M4.9 4.9l1.8 1.8M17.3 17.3l1.8 1.8'
    'M19.1 4.9l-1.8 1.8M6.7 17.3l-1.8 1.8"/>',
    "wind": '<path d="M3 9h11a3 3 0 1 0-3-3M3 13h15a3 3 0 1 1-3 3M3 17h7a2 2 0 1 1-2 2"/>',
    "wave": '<path d="M2 8c2.5-2.4 4.2-2.4 6.7 0s4.2 2.4 6.6 0 4.2-2.4 6.7 0M2 13c2.5-2.4 4.2-2.4 6.7 0s4.2 2.4 6.6 0 4.2-2.4 6.7 0'
    'M2 18c2.5-2.4 4.2-2.4 6.7 0s4.2 2.4 6.6 0 4.2-2.4 6.7 0"/>',
    "drop": '<path d="M12 2.8c4 4.8 6.2 8 6.2 11.2a6.2 6.2 0 0 1-12.4 0c0-3.2 2.2-6.4 6.2-11.2zM9 14.5a3 3 0 0 0 3 3"/>',
    "leaf": '<path d="M5 19C4 9 10 4 20 4c0 10-5 16-13 14M5 21c1-5 4-9 9-11"/>',
    "bolt": '<path d="M13 2 5 13.5h6L10 22l9-12.5h-6.5z"/>',
    "heart": '<path d="M12 20C5 15 3 11.5 3 8.5A4.5 4.5 0 0 1 12 7a4.5 4.5 0 0 1 9 1.5c0 3-2 6.5-9 11.5z"/>',
    "tree": '<path d="M12 2 5.5 11H9l-4.5 6.5h15L15 11h3.5zM12 17.5V22"/>',
    "anchor": '<circle cx="12" cy="4.5" r="2"/><path d="M12 6.5V21M8 10h8M4 14c.5 4 3.5 7 8 7s7.5-3 8-7M4 14l-1.5 2M20 14l1.5 2"/>',
    # kinds of actors: the shapes of sea marks
    "cone": '<path d="M12 4 20 19H4z"/>',
    "can": '<path d="M6 5h12v14H6z"/>',
    "sphere": '<circle cx="12" cy="12" r="7.5"/>',
    "diamond": '<path d="M12 3.5 20.5 12 12 20.5 3.5 12z"/>',
    "pillar": '<path d="M9.5 3h5v18h-5zM5 21h14"/>',
    "spar": '<path d="M12 21V9M12 9 7 3h10zM6 21h12"/>',
    "light": '<path d="M9 21 10.5 9h3L15 21zM7 21h10M10 9V6h4v3M12 3v1M6.5 6 4 5M17.5 6 20 5"/>',
    # states
    "check": '<path d="m4.5 12.8 5 5L20 6.8"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.3l3.5 2"/>',
    "back": '<path d="M9 5 4 10l5 5M4.5 10H14a5.5 5.5 0 0 1 0 11h-3"/>',
    "box": '<path d="M3 4h18v5H3zM5 9v11h14V9M9.5 13h5"/>',
    "pencil": '<path d="m4 20 1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5 17.5 10"/>',
    "warn": '<path d="M12 3.5 22 20.5H2zM12 10v5M12 17.2v.9"/>',
    "stop": '<path d="M8 2.8h8L21.2 8v8L16 21.2H8L2.8 16V8zM8.5 8.5l7 7M15.5 8.5l-7 7"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v6M12 7v.9"/>',
    "cross": '<path d="m6 6 12 12M18 6 6 18"/>',
    "question": '<circle cx="12" cy="12" r="9"/><path d="M9.2 9.4c.3-3.4 5.6-3.2 5.6 0 0 2.1-2.7 2.2-2.7 4.4M12.1 16.6v.9"/>',
    # doings
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 6 6"/>',
    "list": '<path d="M9 6h12M9 12h12M9 18h12M3.5 6h1M3.5 12h1M3.5 18h1"/>',
    "chart": '<path d="m3 6 6-2.5 6 2.5 6-2.5v14.5L15 20.5 9 18l-6 2.5zM9 3.5V18M15 6v14.5"/>',
    "download": '<path d="M12 3v12M7 10.5l5 5 5-5M4 20.5h16"/>',
    "feed": '<path d="M4.5 10a9.5 9.5 0 0 1 9.5 9.5M4.5 4A15.5 15.5 0 0 1 20 19.5"/><circle cx="5.7" cy="18.3" r="1.2"/>',
    "mail": '<path d="M3 5h18v14H3zM3.5 5.5 12 13l8.5-7.5"/>',
    "bell": '<path d="M6 16V11a6 6 0 0 1 12 0v5l1.8 2H4.2zM10 20.5a2.2 2.2 0 0 0 4 0"/>',
    "person": '<circle cx="12" cy="8" r="4.2"/><path d="M4 21c.6-4.6 3.7-7 8-7s7.4 2.4 8 7"/>',
    "lock": '<path d="M5 11h14v10H5zM8 11V7.5a4 4 0 0 1 8 0V11M12 15v2.5"/>',
    "out": '<path d="M14 4h6v6M20 4l-9 9M18 14v6H4V6h6"/>',
    "next": '<path d="m9 5 7 7-7 7"/>',
    "previous": '<path d="m15 5-7 7 7 7"/>',
}


def sign(key, css=""):
    """The sign named `key` as inline SVG without a name of its own: a word must stand beside it.

    An unknown key gives the plain round mark, so that a region's folder can never break a page.
    """
    drawing = mark_safe(SIGNS.get(key) or SIGNS["sphere"])
    return format_html(
        '<svg class="sign{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" '
        'stroke-linejoin="round" stroke-linecap="round" aria-hidden="true" focusable="false">{}</svg>',
        f" {css}" if css else "",
        drawing,
    )
