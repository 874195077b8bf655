from django.conf import settings

from actors.management.commands.show_states import states


def test_the_page_on_states_says_what_the_table_says():
    assert (settings.BASE_DIR / "docs" / "states.md").read_text() == states()
