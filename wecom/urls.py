"""Routes on the staff host."""

from django.urls import path

from wecom import views

urlpatterns = [
    path("wecom/callback/<slug:callback_key>", views.callback, name="wecom-callback"),
]
