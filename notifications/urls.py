from django.urls import path
from django.utils.translation import gettext_lazy as _

from notifications import contact

urlpatterns = [path(_("contact/"), contact.contact, name="contact")]
