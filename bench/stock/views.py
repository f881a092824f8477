"""List, detail and start over JSON, a match as a page, and the part of it that pages fetch anew."""

from itertools import count

import django_filters
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from .models import AuditLog, Match
from .serializers import DetailSerializer, RowSerializer

MATCHES = Match.objects.filter(is_deleted=False).select_related(
    "tournament", "bracket", "participant1", "participant2"
)
_fetches = count(1)
_fetched = [0]


class MatchFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="by_name")

    class Meta:
        model = Match
        fields = {
            "tournament": ["exact"],
            "bracket": ["exact"],
            "state": ["exact"],
            "scheduled_time": ["gte", "lte"],
        }

    def by_name(self, queryset, name, value):
        return queryset.filter(
            Q(participant1__name__icontains=value) | Q(participant2__name__icontains=value)
        )


class Matches(viewsets.ReadOnlyModelViewSet):
    queryset = MATCHES.order_by("-created_at", "-id")
    filterset_class = MatchFilter
    ordering_fields = ["created_at", "scheduled_time", "round_number", "state"]

    def get_serializer_class(self):
        return RowSerializer if self.action == "list" else DetailSerializer

    @action(detail=True, methods=["post"])
    def start(self, request, pk=None):
        with transaction.atomic():
            match = self.get_object()
            if match.state != "READY":
                raise ValidationError("not READY")
            match.state = "LIVE"
            match.started_at = timezone.now()
            match.version += 1
            match.save(update_fields=["state", "started_at", "version", "updated_at"])
            AuditLog.objects.create(
                user_id=1,
                action="MATCH_START",
                tournament_id=match.tournament_id,
                match_id=match.id,
                meta={"round_number": match.round_number, "match_number": match.match_number},
            )
        tell(match)
        return Response(self.get_serializer(match).data)


def tell(match):
    """Tell the tournament's audience of the start."""
    data = {
        "match_id": match.id,
        "tournament_id": match.tournament_id,
        "tournament_name": match.tournament.name,
        "round_number": match.round_number,
        "match_number": match.match_number,
        "state": match.state,
        "participant1_id": match.participant1_id,
        "participant1_name": match.participant1.name,
        "participant2_id": match.participant2_id,
        "participant2_name": match.participant2.name,
        "started_at": match.started_at.isoformat(),
        "stream_url": match.stream_url,
    }
    message = {"type": "match.started", "data": data}
    async_to_sync(get_channel_layer().group_send)(f"tournament_{match.tournament_id}", message)


def page(request, pk):
    return render(request, "match.html", {"match": get_object_or_404(MATCHES, pk=pk)})


def card(request, pk):
    _fetched[0] = next(_fetches)
    return render(request, "_match.html", {"match": get_object_or_404(MATCHES, pk=pk)})


def fetched(request):
    """How many cards were fetched so far."""
    return HttpResponse(str(_fetched[0]))
