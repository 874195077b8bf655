from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

# Swedish and English full text that also finds words written without their dots and rings.
CREATE = """
CREATE TEXT SEARCH CONFIGURATION sv_unaccent (COPY = swedish);
ALTER TEXT SEARCH CONFIGURATION sv_unaccent
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, swedish_stem;
CREATE TEXT SEARCH CONFIGURATION en_unaccent (COPY = english);
ALTER TEXT SEARCH CONFIGURATION en_unaccent
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;
"""
DROP = """
DROP TEXT SEARCH CONFIGURATION sv_unaccent;
DROP TEXT SEARCH CONFIGURATION en_unaccent;
"""


class Migration(migrations.Migration):
    dependencies = [("actors", "0001_register")]

    operations = [UnaccentExtension(), TrigramExtension(), migrations.RunSQL(CREATE, DROP)]
