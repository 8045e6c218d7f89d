"""Routes on the staff host."""

from django.urls import path

from wechatpay import views

urlpatterns = [
    path("pay/notify/<slug:notify_key>", views.notify, name="wechatpay-notify"),
]
