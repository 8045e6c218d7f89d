"""Routes of the guide's pages, below /g/ on the staff host."""

from django.urls import URLPattern, path

from pages.guide import customers, goods, home, income, live, login, payouts, sends

urlpatterns: list[URLPattern] = [
    path("g/login", login.start),
    path("g/login/callback", login.finish),
    path("g/logout", login.leave),
    path("g/", home.today),
    path("g/customers", customers.index),
    path("g/customers/<str:member_id>", customers.sheet),
    path("g/customers/<str:member_id>/notes", customers.note_new),
    path("g/confirm", sends.confirm),
    path("g/groups", sends.groups),
    path("g/goods", goods.index),
    path("g/goods/<str:product_id>", goods.detail),
    path("g/goods/<str:product_id>/link", goods.link_new),
    path("g/jssdk", goods.signatures),
    path("g/live", live.index),
    path("g/live/start", live.start),
    path("g/live/<str:room_id>", live.room),
    path("g/live/<str:room_id>/invite", live.invite_new),
    path("g/live/<str:room_id>/end", live.end),
    path("g/live/<str:room_id>/items/<int:item_id>/explain", live.explain),
    path("g/me", income.me),
    path("g/payouts", payouts.index),
    path("g/payouts/new", payouts.new),
    path("g/payouts/<str:payout_id>", payouts.detail),
    path("g/payouts/<str:payout_id>/cancel", payouts.cancel),
    path("g/me/commissions/<str:commission_id>", income.commission),
    path("g/me/commissions/<str:commission_id>/objections", income.objection_new),
]
