"""A person's share in matchmaking and calendars: for my data and for closing the account."""

from django.db.models import Q

from accounts.mine import Part
from events.actions.calendars import revoke_feed
from events.models import FollowUp, Meeting, Profile


class MatchingPart(Part):
    key = "matching"
    order = 3  # before the registrations go

    def data(self, user):
        """What a person offered, looked for, wrote and answered; of others nothing but that there was a meeting."""
        profiles = Profile.objects.filter(registration__user=user).select_related("registration__event")
        meetings = Meeting.objects.filter(Q(asker__user=user) | Q(asked__user=user)).select_related("event", "asker")
        answers = FollowUp.objects.filter(registration__user=user).exclude(outcome="").select_related("meeting__event")
        feeds = user.calendar_feeds.order_by("pk")
        return {
            "profiles": [
                {"event": one.registration.event.title_sv, "offers": one.offers, "wishes": one.wishes}
                for one in profiles.order_by("pk")
            ],
            "meetings": [
                {
                    "event": one.event.title_sv,
                    "state": one.state,
                    "at": one.starts_at.isoformat() if one.starts_at else None,
                    **({"line": one.line} if one.asker.user_id == user.pk else {}),
                }
                for one in meetings.order_by("pk")
            ],
            "answers": [
                {"event": one.meeting.event.title_sv, "outcome": one.outcome, "words": one.words}
                for one in answers.order_by("pk")
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
