from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts import views

urlpatterns = [
    path(_("personal-data/"), views.privacy, name="privacy"),
    path(_("my-page/"), views.my_page, name="my_page"),
    path(_("my-page/about-me/"), views.person, name="my_person"),
    path(_("my-page/my-data.json"), views.my_data, name="my_data"),
    path(_("my-page/sign-out-everywhere/"), views.sign_out_everywhere, name="sign_out_everywhere"),
    path(_("my-page/go-on/"), views.go_on, name="go_on"),
    path(_("my-page/close/"), views.close_account, name="close_account"),
]
