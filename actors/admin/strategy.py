"""What the strategy names: rows come from the region's folder; staff may correct their words."""

from django.contrib import admin

from actors.models import Area, Competence, Municipality, Theme


class FromTheRegion(admin.ModelAdmin):
    """The slug or code is the key that the region's folder knows the row by: set once, then left alone."""

    key = "slug"

    def get_readonly_fields(self, request, obj=None):
        return [self.key] if obj else []

    def get_prepopulated_fields(self, request, obj=None):
        return {"slug": ["name_sv"]} if self.key == "slug" and obj is None else {}


@admin.register(Area)
class AreaAdmin(FromTheRegion):
    list_display = ["name_sv", "name_en", "parent", "position"]
    list_select_related = ["parent"]
    search_fields = ["name_sv", "name_en"]


@admin.register(Theme)
class ThemeAdmin(FromTheRegion):
    list_display = ["name_sv", "name_en", "position"]
    search_fields = ["name_sv", "name_en"]


@admin.register(Competence)
class CompetenceAdmin(FromTheRegion):
    list_display = ["name_sv", "name_en"]
    search_fields = ["name_sv", "name_en"]


@admin.register(Municipality)
class MunicipalityAdmin(FromTheRegion):
    key = "code"
    list_display = ["name", "code", "population", "year"]
    search_fields = ["name", "code"]

    @admin.display(description=Municipality._meta.get_field("population_year").verbose_name, ordering="population_year")
    def year(self, municipality):
        """A year is written without grouping."""
        return str(municipality.population_year or "–")
