from importlib import import_module

from django.db import migrations

# The Swedish stemmer leaves the article of neuter nouns ("varvet", "företaget"); the query takes both forms.
BEFORE = import_module("actors.migrations.0003_search_columns").QUERY
AFTER = BEFORE.replace(
    "        CONTINUE WHEN numnode(part) = 0;",
    """        IF length(word) > 4 AND word ~ 'ets?$' THEN
            word := regexp_replace(word, 'ets?$', '');
            part := part || to_tsquery('sv_unaccent', quote_literal(word));
        END IF;
        IF length(word) > 3 THEN
            part := part || to_tsquery('sv_unaccent', quote_literal(word || 'et'));
        END IF;
        CONTINUE WHEN numnode(part) = 0;""",
)


def replacing(function):
    return function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("actors", "0006_claim_domain_proven")]

    operations = [migrations.RunSQL(replacing(AFTER), replacing(BEFORE))]
