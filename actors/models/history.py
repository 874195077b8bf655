"""Links in the history: a row when one comes and a row when one goes, whoever writes."""

import pghistory

from actors.models.actor import Actor
from actors.models.people import Representative

ADDED, REMOVED = "added", "removed"


def keep_links(*fields):
    """Track a model whose rows link an actor with something; one that is changed goes and comes again."""

    def keep(model):
        return pghistory.track(
            pghistory.InsertEvent(ADDED),
            pghistory.DeleteEvent(REMOVED),
            pghistory.UpdateEvent(REMOVED, row=pghistory.Old),
            pghistory.UpdateEvent(ADDED),
            fields=["actor", *fields],
            obj_field=None,
            model_name=f"{model.__name__}Event",
            level=pghistory.Statement,
            meta={"default_permissions": ()},
        )(model)

    return keep


@keep_links("area")
class ActorArea(Actor.areas.through):
    class Meta:
        proxy = True
        default_permissions = ()


@keep_links("theme")
class ActorTheme(Actor.themes.through):
    class Meta:
        proxy = True
        default_permissions = ()


@keep_links("competence")
class ActorCompetence(Actor.competences.through):
    class Meta:
        proxy = True
        default_permissions = ()


keep_links("user", "role")(Representative)
LINKS = (ActorArea, ActorTheme, ActorCompetence, Representative)
