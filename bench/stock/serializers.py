"""The same fields as in Matchdesk's answers."""

from rest_framework import serializers

from .models import Match

ROW = [
    "id",
    "tournament",
    "tournament_name",
    "bracket",
    "bracket_name",
    "round_number",
    "match_number",
    "state",
    "state_display",
    "participant1_id",
    "participant1_name",
    "participant2_id",
    "participant2_name",
    "participant1_score",
    "participant2_score",
    "winner_id",
    "scheduled_time",
    "started_at",
    "completed_at",
]
DETAIL = [
    *ROW,
    "tournament_slug",
    "loser_id",
    "check_in_deadline",
    "participant1_checked_in",
    "participant2_checked_in",
    "lobby_info",
    "stream_url",
    "coordinator_id",
    "station_id",
    "best_of",
    "game_scores",
    "created_at",
    "updated_at",
    "version",
]


class RowSerializer(serializers.ModelSerializer):
    tournament_name = serializers.CharField(source="tournament.name")
    bracket_name = serializers.CharField(source="bracket.name", default=None)
    state_display = serializers.CharField(source="get_state_display")
    participant1_id = serializers.IntegerField()
    participant2_id = serializers.IntegerField()
    participant1_name = serializers.CharField(source="participant1.name", default="")
    participant2_name = serializers.CharField(source="participant2.name", default="")

    class Meta:
        model = Match
        fields = ROW


class DetailSerializer(RowSerializer):
    tournament_slug = serializers.CharField(source="tournament.slug")
    lobby_info = serializers.JSONField(source="lobby")

    class Meta:
        model = Match
        fields = DETAIL
