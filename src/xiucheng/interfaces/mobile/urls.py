"""The residents' addresses."""

from django.urls import path

from . import own, views

app_name = "mobile"
urlpatterns = [
    path("", views.welcome, name="welcome"),
    path("report", views.report, name="report"),
    path("report/suggest", views.suggest, name="suggest"),
    path("report/nearby", views.nearby, name="nearby"),
    path("report/where", views.where, name="where"),
    path("report/pictures/<str:seal>", views.kept, name="kept"),
    path("t/", views.lookup, name="lookup"),
    path("t/<str:key>", views.track, name="track"),
    path("t/<str:key>/reopen", own.reopen, name="reopen"),
    path("t/<str:key>/erase", own.erase, name="erase"),
    path("t/<str:key>/qr.svg", views.qr, name="qr"),
    path("t/<str:key>/pictures/<str:media_id>", views.released_picture, name="picture"),
]
