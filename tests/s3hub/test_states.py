from importlib import import_module

from django.conf import settings

from s3hub.management.commands.show_states import WORKFLOWS, states


def test_the_page_on_states_says_what_the_tables_say():
    assert (settings.BASE_DIR / "docs" / "states.md").read_text() == states()


def test_every_table_of_steps_is_printed():
    modules = []
    for path in settings.BASE_DIR.glob("*/actions/*.py"):
        if "\nSTEPS = {" in path.read_text():
            modules.append(import_module(".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)))

    assert {one.module for one in WORKFLOWS} == set(modules)
