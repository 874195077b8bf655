import django.contrib.postgres.fields
from django.db import migrations, models

# The words of a kind of actor, so that "akademi" or "university" finds all of that kind.
KIND_WORDS = """
CREATE FUNCTION actors_kind_words(kind text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE kind
        WHEN 'academia' THEN 'akademi högskola universitet forskning academia university research'
        WHEN 'sme' THEN 'SMF företag SME company'
        WHEN 'industry' THEN 'industri industry'
        WHEN 'support' THEN 'främjare främjandeaktör främjandesystem innovationsstöd support'
        WHEN 'public' THEN 'offentlig myndighet public authority'
        WHEN 'civil' THEN 'civilsamhälle förening civil society association'
        ELSE '' END
$$
"""

# Punctuation that PostgreSQL's parser would read as part of a path, host or address separates words here.
WORDS = """
CREATE FUNCTION actors_words(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT translate($1, '/\\._@-–—&+:''’', '              ')
$$
"""

# The query of a search: every word, in either language; the last one as the beginning of a word.
# A word that is a stop word in either language is left out, unless there is nothing else.
QUERY = """
CREATE FUNCTION actors_query(words text[], every boolean) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET client_min_messages = error AS $$
DECLARE
    word text;
    term text;
    part tsquery;
    strong tsquery := ''::tsquery;
    weak tsquery := ''::tsquery;
BEGIN
    FOR i IN 1 .. coalesce(array_length(words, 1), 0) LOOP
        word := words[i];
        term := quote_literal(word);
        IF i = array_length(words, 1) AND length(word) > 2 THEN
            term := term || ':*';
        END IF;
        part := to_tsquery('sv_unaccent', term) || to_tsquery('en_unaccent', term);
        CONTINUE WHEN numnode(part) = 0;
        IF numnode(to_tsquery('swedish', quote_literal(word))) = 0
            OR numnode(to_tsquery('english', quote_literal(word))) = 0 THEN
            weak := CASE WHEN every THEN weak && part ELSE weak || part END;
        ELSE
            strong := CASE WHEN every THEN strong && part ELSE strong || part END;
        END IF;
    END LOOP;
    RETURN CASE WHEN numnode(strong) > 0 THEN strong ELSE weak END;
END
$$
"""

# What an actor is tagged with, as short keys (facets) and as words to search in (labels). Computed by the database
# from the rows themselves whenever an actor is written, so that no import, merge or admin action can forget it.
TERMS = """
CREATE FUNCTION actors_set_terms() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    area_keys text[];
    theme_keys text[];
    competence_keys text[];
    names text;
    place text;
BEGIN
    SELECT name INTO place FROM actors_municipality WHERE id = NEW.municipality_id;
    WITH own AS (
        SELECT a.id, a.parent_id FROM actors_actor_areas l JOIN actors_area a ON a.id = l.area_id
        WHERE l.actor_id = NEW.id
    )
    SELECT array_agg('a:' || id ORDER BY id), string_agg(name_sv || ' ' || name_en, ' ' ORDER BY id)
    INTO area_keys, names
    FROM actors_area WHERE id IN (SELECT id FROM own UNION SELECT parent_id FROM own);
    SELECT array_agg('t:' || t.id ORDER BY t.id),
           concat_ws(' ', names, string_agg(name_sv || ' ' || name_en, ' ' ORDER BY t.id))
    INTO theme_keys, names
    FROM actors_actor_themes l JOIN actors_theme t ON t.id = l.theme_id WHERE l.actor_id = NEW.id;
    SELECT array_agg('c:' || c.id ORDER BY c.id),
           concat_ws(' ', names, string_agg(name_sv || ' ' || name_en, ' ' ORDER BY c.id))
    INTO competence_keys, names
    FROM actors_actor_competences l JOIN actors_competence c ON c.id = l.competence_id WHERE l.actor_id = NEW.id;
    NEW.labels := concat_ws(' ', actors_kind_words(NEW.kind), place, NEW.seat_outside, names);
    NEW.facets := ARRAY['k:' || NEW.kind]
        || CASE WHEN NEW.size <> '' THEN ARRAY['z:' || NEW.size] END
        || CASE WHEN NEW.municipality_id IS NOT NULL THEN ARRAY['m:' || NEW.municipality_id] END
        || CASE WHEN NEW.offers_sv || NEW.offers_en <> '' THEN ARRAY['h:offers'] END
        || CASE WHEN NEW.seeks_sv || NEW.seeks_en <> '' THEN ARRAY['h:seeks'] END
        || area_keys || theme_keys || competence_keys;
    RETURN NEW;
END
$$;
CREATE TRIGGER actors_set_terms BEFORE INSERT OR UPDATE ON actors_actor
    FOR EACH ROW EXECUTE FUNCTION actors_set_terms();
"""

# An actor is written again, with nothing but its terms changed, when its tags or their names change.
TOUCH_LINKED = """
CREATE FUNCTION actors_touch_linked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE actors_actor SET labels = '' WHERE id IN (SELECT actor_id FROM changed);
    RETURN NULL;
END
$$
"""
LINKS = ("areas", "themes", "competences")
LINK_TRIGGERS = "\n".join(
    f"""
CREATE TRIGGER actors_touch_{event} AFTER {event} ON actors_actor_{link}
    REFERENCING {"OLD" if event == "delete" else "NEW"} TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION actors_touch_linked();"""
    for link in LINKS
    for event in ("insert", "update", "delete")
)


def renamed(table, column, ids):
    """A trigger on the table of a tag: when a row is named anew, the actors in `ids` are written again."""
    return f"""
CREATE FUNCTION actors_renamed_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE actors_actor SET labels = '' WHERE id IN (
        WITH renamed AS (SELECT n.* FROM new_rows n JOIN old_rows o USING (id) WHERE {column})
        {ids}
    );
    RETURN NULL;
END
$$;
CREATE TRIGGER actors_renamed AFTER UPDATE ON actors_{table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION actors_renamed_{table}();
"""


NAMES = "(n.name_sv, n.name_en) IS DISTINCT FROM (o.name_sv, o.name_en)"
RENAMES = (
    renamed(
        "area",
        "(n.name_sv, n.name_en, n.parent_id) IS DISTINCT FROM (o.name_sv, o.name_en, o.parent_id)",
        """SELECT l.actor_id FROM actors_actor_areas l JOIN actors_area a ON a.id = l.area_id
        WHERE a.id IN (SELECT id FROM renamed) OR a.parent_id IN (SELECT id FROM renamed)""",
    ),
    renamed("theme", NAMES, "SELECT actor_id FROM actors_actor_themes WHERE theme_id IN (SELECT id FROM renamed)"),
    renamed(
        "competence",
        NAMES,
        "SELECT actor_id FROM actors_actor_competences WHERE competence_id IN (SELECT id FROM renamed)",
    ),
    renamed(
        "municipality",
        "n.name IS DISTINCT FROM o.name",
        "SELECT id FROM actors_actor WHERE municipality_id IN (SELECT id FROM renamed)",
    ),
)


def weighted(columns, weight, configurations):
    text = " || ' ' || ".join(columns)
    return " || ".join(f"setweight(to_tsvector('{c}', actors_words({text})), '{weight}')" for c in configurations)


# Hidden from the ORM: no page needs to fetch it, and it is the widest column of the row.
VECTOR = f"""
ALTER TABLE actors_actor ADD COLUMN search tsvector GENERATED ALWAYS AS (
    {weighted(["name", "legal_name"], "A", ["sv_unaccent", "en_unaccent"])}
    || setweight(to_tsvector('simple', organisation_number), 'A')
    || {weighted(["labels"], "B", ["sv_unaccent", "en_unaccent"])}
    || {weighted(["offers_sv", "seeks_sv"], "C", ["sv_unaccent"])}
    || {weighted(["offers_en", "seeks_en"], "C", ["en_unaccent"])}
    || {weighted(["description_sv"], "D", ["sv_unaccent"])}
    || {weighted(["description_en"], "D", ["en_unaccent"])}
) STORED;
CREATE INDEX actor_find ON actors_actor USING gin (search, facets) WITH (gin_pending_list_limit = 512)
    WHERE status = 'published';
CREATE INDEX actor_name_trigram ON actors_actor USING gin (name gin_trgm_ops);
UPDATE actors_actor SET labels = '';
"""

DROP_FUNCTIONS = """
DROP TRIGGER actors_set_terms ON actors_actor;
DROP FUNCTION actors_touch_linked, actors_set_terms, actors_renamed_area, actors_renamed_theme,
    actors_renamed_competence, actors_renamed_municipality CASCADE
"""


class Migration(migrations.Migration):
    dependencies = [("actors", "0002_search_configurations")]

    operations = [
        migrations.AddField(
            "actor",
            "labels",
            models.TextField(blank=True, default="", editable=False, verbose_name="words of its tags"),
        ),
        migrations.AddField(
            "actor",
            "facets",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=24),
                blank=True,
                default=list,
                editable=False,
                verbose_name="keys of its tags",
            ),
        ),
        migrations.RunSQL(KIND_WORDS, "DROP FUNCTION actors_kind_words(text)"),
        migrations.RunSQL(WORDS, "DROP FUNCTION actors_words(text)"),
        migrations.RunSQL(QUERY, "DROP FUNCTION actors_query(text[], boolean)"),
        migrations.RunSQL([TERMS, TOUCH_LINKED, LINK_TRIGGERS, *RENAMES], DROP_FUNCTIONS),
        migrations.RunSQL(VECTOR, "DROP INDEX actor_name_trigram; ALTER TABLE actors_actor DROP COLUMN search"),
        migrations.AddIndex(
            "actor",
            models.Index(
                models.F("published_at").desc(),
                models.F("id").desc(),
                name="actor_newest",
                condition=models.Q(status="published"),
            ),
        ),
    ]
