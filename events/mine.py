"""What the purge does with the people of events."""

from accounts.mine import Part
from events.actions import counting


class PeoplePart(Part):
    """Thirty days after an event its people are numbers."""

    key = "event_people"

    def purge(self, now):
        return counting.forget_people(now)
