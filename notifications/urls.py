from django.urls import path
from django.utils.translation import gettext_lazy as _

from notifications import contact, views

urlpatterns = [
    path(_("contact/"), contact.contact, name="contact"),
    path(_("notices/"), views.notices, name="notices"),
    path(_("notices/digest/"), views.digest_settings, name="digest_settings"),
    path(_("digest/<str:token>/<slug:kind>/"), views.mail_stop, name="mail_stop"),
    path(_("digest/<str:token>/"), views.digest_by_mail, name="digest_by_mail"),
]
