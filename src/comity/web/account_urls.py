"""Addresses of sign-in and of one's own account that django-allauth answers, under the names it calls them by.

Only these of its pages exist here: nobody signs up, nothing is sent by mail, and no other provider is there.
"""

from allauth.account.views import password_change, reauthenticate
from allauth.socialaccount import views as identities
from allauth.usersessions.views import list_usersessions
from django.urls import include, path

from comity.web.accounts import closed
from comity.web.views import sign_in

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path("sign-out/", sign_in.sign_out, name="account_logout"),
    path("sign-in/closed/", closed, name="account_inactive"),
    path("sign-in/with/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("sign-in/cancelled/", identities.login_cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/failed/", identities.login_error, name="socialaccount_login_error"),
    path("sign-in/unknown/", closed, name="socialaccount_signup"),
    path("account/identities/", identities.connections, name="socialaccount_connections"),
    path("account/password/", password_change, name="account_change_password"),
    path("account/again/", reauthenticate, name="account_reauthenticate"),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("account/sessions/", list_usersessions, name="usersessions_list"),
]
