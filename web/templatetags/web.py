"""Template tags that every page may use."""

from functools import lru_cache
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.template.defaultfilters import date as date_filter
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, get_language_info, override

from web import kept, signs
from web import markdown as md

register = template.Library()
OPEN_NUMBER = 987654321


@register.simple_tag
def sign(key, css=""):
    """An inline drawn sign; a word must stand beside it."""
    return signs.sign(key, css)


def address(name, *args):
    """The address of a URL name, or "" where this installation has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def numbered(name, *args):
    """The address of a URL name whose last argument, a number, is still open: a function of the number. A page of many
    such links looks the address up once."""
    head, tail = reverse(name, args=[*args, OPEN_NUMBER]).split(str(OPEN_NUMBER))
    return lambda number: f"{head}{number}{tail}"


@register.simple_tag(takes_context=True)
def main_nav(context):
    """The main menu: those of `settings.NAVIGATION` that exist, and which of them the reader is in."""
    path = getattr(context.get("request"), "path", "")
    return [
        {"url": url, "label": label, "current": path.startswith((url, *filter(None, map(address, others))))}
        for name, label, *others in settings.NAVIGATION
        if (url := address(name))
    ]


@lru_cache(maxsize=2000)
def _translated(path, _language, code):
    return translate_url(path, code)


def translated(path, code):
    """The address `path` of the reader's language in the language `code`, with the same query."""
    path, mark, query = path.partition("?")
    return _translated(path, get_language(), code) + mark + query


def in_other_language(path, code):
    """The same page in the language `code`; the start page of that language when the page has no counterpart."""
    url = translated(path, code)
    if url != path:
        return url
    with override(code):
        return address("start") or "/"


@register.simple_tag(takes_context=True)
def other_languages(context):
    """The other languages as code, name in that language, and the address of this very page in it."""
    request = context.get("request")
    path = request.get_full_path() if request else "/"
    return [
        {"code": code, "name": get_language_info(code)["name_local"].capitalize(), "url": in_other_language(path, code)}
        for code, _name in settings.LANGUAGES
        if code != get_language()
    ]


@register.simple_tag(takes_context=True)
def alternates(context):
    """This page in every language with full addresses, for `hreflang`; nothing on pages that are not public."""
    request = context.get("request")
    if not getattr(request, "resolver_match", None):
        return []
    codes = [code for code, _name in settings.LANGUAGES]
    return [{"code": code, "url": settings.SITE_URL + translated(request.path, code)} for code in codes]


@register.simple_tag(takes_context=True)
def whose(context):
    """A hidden field that says who writes: what they typed is then kept for them if their session ends (`web.kept`)."""
    request, user = context.get("request"), context.get("user")
    if not (user and user.is_authenticated and kept.is_kept_on(request)):
        return ""
    return format_html('<input type="hidden" name="{}" value="{}">', kept.WHOSE, kept.whose(user))


@register.filter
def breakable(address):
    """A mail address that may be broken before its @, for narrow columns."""
    return format_html_join(mark_safe("<wbr>@"), "{}", ((part,) for part in (address or "").split("@")))


@register.filter(expects_localtime=True)
def day(when, pattern="D j M Y"):
    """A day as people write it: tis 24 nov 2026, Tue 24 Nov 2026 (a Swedish month is lower case)."""
    return date_filter(when, pattern if get_language() == "en" else pattern.replace("M", "b"))


@register.filter(expects_localtime=True)
def moment(when, pattern="D j M Y"):
    """A day with its time: tis 24 nov 2026 kl. 09.00, Tue 24 Nov 2026, 09:00."""
    return _moment(when.replace(second=0, microsecond=0, tzinfo=None), pattern, get_language()) if when else ""


@lru_cache(maxsize=4096)
def _moment(when, pattern, language):
    """`when` is local time; kept, since one page writes many moments and many people read the same page."""
    return day(when, pattern + (", H:i" if language == "en" else r" \k\l. H.i"))


@register.filter
def choice_id(field):
    """The id that a link to `field` must point at: of its first choice when it has several."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.filter
def site_name_of(url):
    """The host of an address as people say it, without "www."."""
    return urlsplit(url).netloc.removeprefix("www.")


@register.filter
def markdown(text):
    """What somebody wrote in Markdown, as safe HTML."""
    return md.render(text or "")
