import re
from importlib import import_module

from django.conf import settings

from s3hub.management.commands.show_states import WORKFLOWS, states


def test_the_page_on_states_says_what_the_tables_say():
    assert (settings.BASE_DIR / "docs" / "states.md").read_text() == states()


def test_every_table_of_steps_is_printed():
    tables = set()
    for path in settings.BASE_DIR.glob("*/actions/*.py"):
        module = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
        tables |= {
            (import_module(module), name) for name in re.findall(r"^(\w*STEPS) = {", path.read_text(), re.MULTILINE)
        }

    assert {(one.module, one.table) for one in WORKFLOWS} == tables
