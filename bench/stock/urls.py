"""Where everything is."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter

from . import views

router = DefaultRouter()
router.register("matches", views.Matches)
urlpatterns = [
    path("api/", include(router.urls)),
    path("matches/<int:pk>/", views.page),
    path("matches/<int:pk>/card/", views.card),
    path("fetched/", views.fetched),
]
