"""The region's own words, colours and emblem: read from its folder, never from code."""

import tomllib
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace

from django.conf import settings

TEXTS = ("name", "site_name", "tagline", "intro", "headline", "contact_email")


@lru_cache(maxsize=4)
def load(folder):
    given = tomllib.loads((Path(folder) / "region.toml").read_text())
    empty = {"publisher": _named(), "open_data": _named(), "area_signs": {}, "theme_signs": {}, "chart": None}
    return SimpleNamespace(**{**dict.fromkeys(TEXTS, ""), **empty, **given})


def _named():
    return SimpleNamespace(name="", licence="", licence_url="")


def current():
    return load(settings.REGION)
