from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events and ability")

    def ready(self):
        self._events()
        self._seats()
        self._people()
        self._meetings()
        self._ability()

    def _events(self):
        from actors import region  # noqa: PLC0415 - models are ready only now
        from events import as_evidence, news, public_record  # noqa: PLC0415
        from events.region import KIND, TABLE  # noqa: PLC0415
        from missions import things  # noqa: PLC0415
        from notifications import news as news_of_all  # noqa: PLC0415
        from platforms import public_record as record_of_space  # noqa: PLC0415

        things.register(as_evidence.KIND)
        record_of_space.register(public_record.SHARE)
        region.register(TABLE, KIND)
        news_of_all.register(news.KIND)

    def _seats(self):
        from accounts import mine  # noqa: PLC0415
        from events import mail_examples  # noqa: PLC0415
        from events.actions import seat_mails, seat_told  # noqa: PLC0415
        from events.mine import SeatPart  # noqa: PLC0415
        from notifications import examples, live, subjects  # noqa: PLC0415

        examples.register(mail_examples.mails)
        live.register(seat_mails.LIVE, seat_mails.read)
        mine.register(SeatPart())
        for name, reader in seat_told.READERS.items():
            subjects.register(name, reader)
        subjects.register_dates(seat_told.dates)
        subjects.register_kinds(seat_told.KINDS)

    def _people(self):
        from accounts import mine  # noqa: PLC0415
        from events.actions import inviting  # noqa: PLC0415
        from events.mine import PeoplePart  # noqa: PLC0415
        from notifications import live, subjects  # noqa: PLC0415

        mine.register(PeoplePart())
        for name, reader in inviting.MAILS.items():
            live.register(name, reader)
        for name, reader in inviting.READERS.items():
            subjects.register(name, reader)
        subjects.register_kinds(inviting.KINDS)

    def _meetings(self):
        from accounts import mine  # noqa: PLC0415 - models are ready only now
        from events.actions import follow_up, meeting_news  # noqa: PLC0415
        from events.matching_mine import MatchingPart  # noqa: PLC0415
        from notifications import clock, live, subjects, wishes  # noqa: PLC0415

        live.register("events.meeting", meeting_news.read_meeting)
        live.register("events.follow_up", follow_up.read_question)
        subjects.register("meeting", meeting_news.read_meetings)
        subjects.register_kinds(meeting_news.KINDS)
        clock.register(follow_up.ask_due)
        wishes.register(follow_up.TEMPLATE, _("Questions what came of my meetings at events"))
        mine.register(MatchingPart())

    def _ability(self):
        """Rounds and programmes: their mails and reminders, attendance as steps, and what is mine."""
        from accounts import mine  # noqa: PLC0415
        from actors import region  # noqa: PLC0415
        from events import ability_mail_examples  # noqa: PLC0415
        from events.ability_mine import AbilityPart  # noqa: PLC0415
        from events.ability_region import KINDS, TABLES  # noqa: PLC0415
        from events.actions import programmes, rounds, task_news  # noqa: PLC0415
        from notifications import clock, examples, live, subjects, wishes  # noqa: PLC0415

        for table, kind in zip(TABLES, KINDS, strict=True):
            region.register(table, kind)
        examples.register(ability_mail_examples.mails)
        live.register("events.ability", rounds.read_mail)
        live.register(task_news.LIVE, task_news.read_answer)
        for name, reader in task_news.READERS.items():
            subjects.register(name, reader)
        subjects.register_kinds(task_news.KINDS)
        wishes.register(rounds.REMINDED, _("Reminders that my organisation has not answered about its ability"))
        clock.register(programmes.note_attendance)
        mine.register(AbilityPart())
