"""The region's own words, colours and emblem: read from its folder, never from code."""

import tomllib
from functools import lru_cache
from pathlib import Path

from django.conf import settings


@lru_cache(maxsize=4)
def load(folder):
    return tomllib.loads((Path(folder) / "region.toml").read_text())


def current():
    return load(settings.REGION)
