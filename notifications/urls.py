from django.urls import path
from django.utils.translation import gettext_lazy as _

from notifications import contact, preview, views

ONE_MAIL = "mail/preview/<slug:template>/<slug:case>/<slug:language>"

urlpatterns = [
    path(_("contact/"), contact.contact, name="contact"),
    path("mail/preview/", preview.mail_preview, name="mail_preview"),
    path(f"{ONE_MAIL}/", preview.mail_preview_one, name="mail_preview_one"),
    path(f"{ONE_MAIL}/<slug:look>/", preview.mail_preview_html, name="mail_preview_html"),
    path(_("notices/"), views.notices, name="notices"),
    path(_("notices/digest/"), views.digest_settings, name="digest_settings"),
    path(_("digest/<str:token>/<slug:kind>/"), views.mail_stop, name="mail_stop"),
    path(_("digest/<str:token>/"), views.digest_by_mail, name="digest_by_mail"),
]
