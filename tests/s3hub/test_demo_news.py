"""The demo's news by mail: a mail to be read, made once."""

import pytest

from actors.region import load, read_folder
from insight import news
from insight.models import Subscription
from notifications import live
from notifications.models import Email
from notifications.rendering import render
from s3hub import demo, demo_news, demo_space
from tests.actors.test_load_region import FIRST_REGION

pytestmark = pytest.mark.django_db


def test_the_demo_has_subscriptions_of_each_kind_and_one_mail_of_news():
    load(read_folder(FIRST_REGION))
    demo.make_people()
    demo_space.make()
    for _start in range(2):
        demo_news.make()

    assert (Subscription.objects.confirmed().count(), Subscription.objects.asked().count()) == (2, 1)
    assert (news.queue_due(), news.queue_due()) == (1, 0)
    mail = Email.objects.get(template="news")
    text = render(mail, live=live.read(mail)).text
    assert "Exempel: Vikvakt AB" in text and "Exempel: Frisk kust" in text
