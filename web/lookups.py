"""A lookup that the database library does not bring."""

from django.db.models import Field, Lookup


@Field.register_lookup
class Any(Lookup):
    """`field__any=[…]`: as `__in`, but the values are sent as one array, which hundreds of them
    need to be asked for quickly."""

    lookup_name = "any"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        lhs, parameters = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY(%s)", [*parameters, list(self.rhs)]
