"""What the address of the register may say, and what it means."""

import re
from functools import cached_property
from urllib.parse import urlencode

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from actors import facets, search
from actors.facets import COUNTED, LETTERS
from actors.models import Actor
from web.paging import MAX_PAGE

# What mail programs, social media and search engines hang on every link that passes through them.
TRACKING = re.compile(r"utm_[a-z_]+|mtm_[a-z_]+|fbclid|gclid|msclkid|mc_[ce]id")

SORTS = [("match", _("best match")), ("name", _("A–Ö")), ("new", _("newest"))]


def slugs(values):
    return [value for value in values if re.fullmatch(r"[-a-z0-9_]{1,80}", value)][:20]


class TagFilter(django_filters.MultipleChoiceFilter):
    """Tags of one facet: an actor with any of them passes."""


class PageFilter(django_filters.Filter):
    field_class = forms.IntegerField


class AddressFilter(django_filters.FilterSet):
    """What an address asks a list for. Ask `problems()` first; everything else presumes there are none."""

    once = ("page",)  # parts that an address may say once only

    def __init__(self, data, **kwargs):
        given = data.copy()
        for name in list(given):
            if TRACKING.fullmatch(name):
                del given[name]
                continue
            given.setlist(name, [value for value in given.getlist(name) if value.strip()])
        super().__init__(given, **kwargs)

    def problems(self):
        """What the address says that nobody can answer, one sentence each."""
        unknown = [name for name in self.data if name not in self.filters]
        repeated = [n for n in self.once if len(self.data.getlist(n)) > 1]
        wrong = [name for name in self.form.errors if name not in repeated]
        return [
            *(_("The address has a part that is not known here: %(name)s") % {"name": name[:60]} for name in unknown),
            *(_("The address says this more than once: %(name)s") % {"name": name} for name in repeated),
            *(_("The address has a value that is not known here, for: %(name)s") % {"name": name} for name in wrong),
        ]

    @property
    def page_number(self):
        return int(self.form.cleaned_data.get("page") or 1)


class ActorFilter(AddressFilter):
    """The register as an address describes it."""

    once = ("q", "sort", "page")

    q = django_filters.CharFilter(label=_("Search"), max_length=200)
    kind = TagFilter(label=_("Kind of actor"))
    area = TagFilter(label=_("Area"))
    theme = TagFilter(label=_("Theme"))
    municipality = TagFilter(label=_("Municipality"))
    size = TagFilter(label=_("Size"))
    has = TagFilter(label=_("Offers or seeks"))
    competence = TagFilter(label=_("Competence"))
    sort = django_filters.ChoiceFilter(label=_("Sorted by"), choices=SORTS)
    page = PageFilter(label=_("Page"), min_value=1, max_value=MAX_PAGE)

    class Meta:
        model = Actor
        fields = []

    def __init__(self, data, *, every_competence=False, **kwargs):
        super().__init__(data, queryset=Actor.objects.published(), **kwargs)
        given = self.data
        self.query = search.asked(given.get("q", "")[:1000])
        self.vocabulary = facets.read_vocabulary(
            self.query, slugs(given.getlist("competence")), every_competence=every_competence
        )
        for name in LETTERS:
            self.filters[name].extra["choices"] = self.vocabulary.choices(name)

    # ── The result ───────────────────────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def exact(self):
        """False when no name or text has the words, so that names spelt alike are shown instead."""
        return facets.is_found(self.query.words)

    @cached_property
    def chosen(self):
        """The chosen values by facet, without those that chose nothing."""
        values = ((name, self.form.cleaned_data.get(name) or []) for name in LETTERS)
        return {name: [str(value) for value in chosen] for name, chosen in values if chosen}

    def narrowed(self, without=None):
        """The published actors that pass the search and every facet but `without`, in no order."""
        queryset = search.matching(self.queryset, self.query, exact=self.exact)
        for name, values in self.chosen.items():
            if name != without:
                queryset = queryset.filter(facets__overlap=self.vocabulary.keys(name, values))
        return queryset.order_by()

    @cached_property
    def sorting(self):
        return self.form.cleaned_data.get("sort") or ("match" if self.query else "name")

    def ordered(self, total):
        """The result, of `total` actors, in the order that was asked for; "best match" without a search is A–Ö."""
        if self.sorting == "new":
            return self.narrowed().order_by("-published_at", "-id")
        if self.sorting == "match" and self.query.words and not self.query.is_personal:
            return search.ranked(self.narrowed(), self.query, exact=self.exact, total=total)
        return self.narrowed().order_by("name_sort", "id")

    def ids(self, counts):
        """The ids of `ordered()`. A result too large to be told is ranked once a minute."""
        ids = self.ordered(counts[""].total).values_list("pk", flat=True)
        is_ranked = self.sorting == "match" and self.query.words
        return facets.kept_ids(ids) if is_ranked and counts[""].is_capped else ids

    def counts(self):
        """The counts of the result (key ""), and for each facet that is chosen those without its own choice."""
        self.exact = True  # to ask first would cost as much as the count, which nearly always finds somebody
        counts = self._counts()
        if not counts[""].total and self.query.words:
            self.exact = bool(self.chosen) and facets.is_found(self.query.words)
        return counts if self.exact else self._counts()

    def _counts(self):
        letters = [LETTERS[name] for name in COUNTED]
        asked = {"": (self.narrowed(), letters)}
        for name in self.chosen:
            if name in COUNTED:
                asked[name] = (self.narrowed(without=name), [LETTERS[name]])
        return facets.count(asked)

    # ── The address ──────────────────────────────────────────────────────────────────────────────────────────────────
    def query_string(self, *, add=None, remove=None, **changes):
        """The address's query with `changes` (None removes); `add` and `remove` are pairs of facet and value."""
        chosen = {name: list(self.chosen.get(name, [])) for name in LETTERS}
        if remove:
            chosen[remove[0]] = [value for value in chosen[remove[0]] if value != remove[1]]
        if add and add[1] not in chosen[add[0]]:
            chosen[add[0]].append(add[1])
        sort = self.form.cleaned_data.get("sort") or None
        single = {"q": self.query.text or None, "sort": sort, "page": None, **changes}
        pairs = [("q", single.pop("q"))] if single.get("q") else []
        pairs += [(name, value) for name in LETTERS if name not in changes for value in chosen[name]]
        pairs += [(name, value) for name, value in single.items() if name != "q" and value]
        return f"?{urlencode(pairs)}" if pairs else ""
