"""A person's share in matchmaking and calendars: for my data and for closing the account."""

from django.db.models import Q

from accounts.mine import Part
from events.actions.calendars import revoke_feed
from events.models import Event, FollowUp, Meeting, Profile


class MatchingPart(Part):
    key = "matching"
    order = 3  # before the registrations go

    def data(self, user):
        """What a person offered, looked for, wrote and answered; of others nothing but that there was a meeting. An
        event is named only while the person may see it."""
        seen = Event.objects.visible_to(user).filter(registrations__user=user)
        names = dict(seen.values_list("pk", "title_sv"))
        profiles = Profile.objects.filter(registration__user=user).select_related("registration")
        meetings = Meeting.objects.filter(Q(asker__user=user) | Q(asked__user=user)).select_related("asker")
        answers = FollowUp.objects.filter(registration__user=user).exclude(outcome="").select_related("meeting")
        feeds = user.calendar_feeds.order_by("pk")
        return {
            "profiles": [
                {"event": names.get(one.registration.event_id), "offers": one.offers, "wishes": one.wishes}
                for one in profiles.order_by("pk")
            ],
            "meetings": [
                {
                    "event": names.get(one.event_id),
                    "state": one.state,
                    "at": one.starts_at.isoformat() if one.starts_at else None,
                    **({"line": one.line} if one.asker.user_id == user.pk else {}),
                }
                for one in meetings.order_by("pk")
            ],
            "answers": [
                {"event": names.get(one.meeting.event_id), "outcome": one.outcome} for one in answers.order_by("pk")
            ],
            "calendar_addresses": [
                {
                    "made": one.created_at.isoformat(),
                    "ended": one.revoked_at.isoformat() if one.revoked_at else None,
                }
                for one in feeds
            ],
        }

    def close(self, user):
        """Their calendar is read by nobody any more. Their meetings go with their registrations."""
        revoke_feed(by=user)
        Profile.objects.filter(registration__user=user).delete()
