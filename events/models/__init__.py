"""Events, who comes to them, and the ability that they raise."""

from events.models.ability import (
    FEWEST,
    HIGHEST,
    AbilityStatement,
    Assessment,
    Dimension,
    Framework,
    Judgement,
    Round,
    RoundKind,
)
from events.models.door import WalkIn
from events.models.event import Audience, Event, EventKind, EventSeries, EventState, SignUp
from events.models.feeds import CalendarFeed
from events.models.matching import FollowUp, Matchmaking, Meeting, MeetingState, Profile, Seat
from events.models.programme import Participant, Programme, ProgrammeStep, StepDone, StepKind
from events.models.registration import (
    ACTIVE,
    SEATED,
    Answer,
    Attendance,
    Headcount,
    Question,
    QuestionKind,
    Registration,
    RegistrationState,
)

__all__ = [
    "ACTIVE",
    "FEWEST",
    "HIGHEST",
    "SEATED",
    "AbilityStatement",
    "Answer",
    "Assessment",
    "Attendance",
    "Audience",
    "CalendarFeed",
    "Dimension",
    "Event",
    "EventKind",
    "EventSeries",
    "EventState",
    "FollowUp",
    "Framework",
    "Headcount",
    "Judgement",
    "Matchmaking",
    "Meeting",
    "MeetingState",
    "Participant",
    "Profile",
    "Programme",
    "ProgrammeStep",
    "Question",
    "QuestionKind",
    "Registration",
    "RegistrationState",
    "Round",
    "RoundKind",
    "Seat",
    "SignUp",
    "StepDone",
    "StepKind",
    "WalkIn",
]
