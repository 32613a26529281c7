"""Addresses that every interface shares: the site's mark, and the gallery of components where it is a demo."""

from django.urls import path

from . import gallery, views

app_name = "web"
urlpatterns = [
    path("mark.svg", views.mark, name="mark"),
    path("_gallery", gallery.gallery, name="gallery"),
]
