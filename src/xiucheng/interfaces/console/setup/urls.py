"""The addresses of the set-up."""

from django.urls import path

from . import views

app_name = "setup"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("district", views.district, name="district"),
    path("gaps", views.gap_list, name="gaps"),
    path("gaps.xlsx", views.gap_file, name="gap_file"),
    path("rehearsal", views.rehearse, name="rehearse"),
    path("rehearsal/state", views.rehearsal_state, name="rehearsal_state"),
    path("live", views.live, name="live"),
    path("imports/<uuid:import_id>", views.one_import, name="import"),
    path("imports/<uuid:import_id>/state", views.import_state, name="import_state"),
    path("imports/<uuid:import_id>/marked.xlsx", views.marked, name="marked"),
    path("imports/<uuid:import_id>/<str:act>", views.act_on_import, name="import_act"),
    path("<str:name>/", views.template, name="template"),
    path("<str:name>/blank.xlsx", views.blank, name="blank"),
    path("<str:name>/upload", views.upload, name="upload"),
]
