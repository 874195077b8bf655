"""Addresses are found as Django finds them, only sooner."""

import re

import pytest
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import Resolver404, URLResolver, get_resolver, include, path, re_path
from django.urls.resolvers import RegexPattern
from django.utils.translation import override

from s3hub.management.commands.routes import routes
from web.addresses import Addresses, beginnings

STRANGE = ("/", "/x/", "/en/", "/en/x/", "/evenemang", "/en/evenemang/", "/events/", "/aktorer/x", "/a/b/c/d/")


def filled(address):
    """A path that somebody might ask for: the open parts hold what fits most."""
    return re.sub("<([a-z]+):[a-z_]+>", lambda part: "7" if part[1] == "int" else "x", address)


def found(resolver, address):
    try:
        match = resolver.resolve(address)
    except Resolver404:
        return None
    return match.func, match.kwargs, match.route, match.url_name


def without_shortcuts(inner):
    return [path("", include(one.urlconf_module)) if isinstance(one, Addresses) else one for one in inner.url_patterns]


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_every_address_leads_where_it_would_without_the_shortcut(language):
    everything = get_resolver().url_patterns
    inner = next(one for one in everything if isinstance(one, URLResolver) and Addresses in map(type, one.url_patterns))
    slow = i18n_patterns(*without_shortcuts(inner), prefix_default_language=False)
    sooner, later = (URLResolver(RegexPattern("^/"), patterns) for patterns in ([inner], slow))
    with override(language):
        addresses = [filled(one[code]) for one in routes() for code, _name in settings.LANGUAGES]
        said = {address: found(sooner, address) for address in (*addresses, *STRANGE)}
        assert said == {address: found(later, address) for address in said}
    assert sum(one is not None for one in said.values()) > len(addresses) / 3


def test_addresses_of_which_one_may_begin_with_anything_are_all_looked_through():
    view = lambda request: None  # noqa: E731
    assert beginnings([path("a/<slug:slug>/", view), path("b.txt", view), path("", view)]) == {"a", "b.txt", ""}
    assert beginnings([path("", include([path("c/d/", view)])), path("e/", include([path("f/", view)]))]) == {"c", "e"}
    for open_one in (path("<slug:slug>/", view), path("x.<str:form>", view), re_path("^y/", view)):
        assert beginnings([path("a/", view), open_one]) is None
    assert beginnings([path("a", include([path("b/", view)]))]) is None
