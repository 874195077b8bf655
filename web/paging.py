"""Pages of a list whose length nobody counts to the end."""

from dataclasses import dataclass

from django.core.exceptions import BadRequest

MAX_PAGE = 100


@dataclass(frozen=True)
class Page:
    """One page of rows; `has_next` is known from one row too many, not from a count."""

    rows: list
    number: int
    size: int
    has_next: bool

    @property
    def has_previous(self):
        return self.number > 1

    @property
    def has_other_pages(self):
        return self.has_previous or self.has_next

    @property
    def previous_page_number(self):
        return self.number - 1

    @property
    def next_page_number(self):
        return self.number + 1

    @property
    def first(self):
        """The place of the page's first row in the whole list, from 1."""
        return (self.number - 1) * self.size + 1

    @property
    def last(self):
        return self.first + len(self.rows) - 1


def page_of(ids, number, size):
    """Cut page `number` out of an ordered queryset of ids, with one query."""
    start = (number - 1) * size
    found = list(ids[start : start + size + 1])
    return Page(found[:size], number, size, has_next=len(found) > size and number < MAX_PAGE)


def number_in(request):
    """The page that the address asks for; 1 when it says nothing. Raises BadRequest for what is no page."""
    asked = request.GET.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 4 and 1 <= int(asked) <= MAX_PAGE):
        raise BadRequest("No such page.")
    return int(asked)
