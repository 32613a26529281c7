"""Addresses that every interface shares: the mark, the shapes of the map, the gallery of components in a demo."""

from django.urls import path

from . import gallery, shapes, views

app_name = "web"
urlpatterns = [
    path("mark.svg", views.mark, name="mark"),
    path("favicon.ico", views.mark),
    path("shapes/grids.json", shapes.grids, name="grids"),
    path("_gallery", gallery.gallery, name="gallery"),
]
