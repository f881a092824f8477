"""The tables that are there, as Django sees them; columns that nothing here asks for are left out."""

from django.db import models


class Tournament(models.Model):
    name = models.CharField(max_length=120)
    slug = models.SlugField()

    class Meta:
        managed = False
        db_table = "tournaments"


class Bracket(models.Model):
    name = models.CharField(max_length=120)
    tournament = models.ForeignKey(Tournament, models.CASCADE)

    class Meta:
        managed = False
        db_table = "brackets"


class Participant(models.Model):
    name = models.CharField(max_length=120)

    class Meta:
        managed = False
        db_table = "participants"


class Match(models.Model):
    STATES = [
        (state, state.replace("_", " ").capitalize())
        for state in (
            "SCHEDULED",
            "CHECK_IN",
            "READY",
            "LIVE",
            "PENDING_RESULT",
            "COMPLETED",
            "DISPUTED",
            "FORFEIT",
            "CANCELLED",
        )
    ]

    tournament = models.ForeignKey(Tournament, models.CASCADE)
    bracket = models.ForeignKey(Bracket, models.CASCADE, null=True)
    round_number = models.IntegerField()
    match_number = models.IntegerField()
    state = models.CharField(max_length=14, choices=STATES)
    participant1 = models.ForeignKey(Participant, models.CASCADE, null=True, related_name="+")
    participant2 = models.ForeignKey(Participant, models.CASCADE, null=True, related_name="+")
    participant1_checked_in = models.BooleanField()
    participant2_checked_in = models.BooleanField()
    participant1_score = models.IntegerField(null=True)
    participant2_score = models.IntegerField(null=True)
    winner_id = models.IntegerField(null=True)
    loser_id = models.IntegerField(null=True)
    best_of = models.IntegerField()
    game_scores = models.JSONField()
    lobby = models.JSONField()
    stream_url = models.CharField(max_length=200)
    coordinator_id = models.IntegerField(null=True)
    station_id = models.IntegerField(null=True)
    scheduled_time = models.DateTimeField(null=True)
    check_in_deadline = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)
    is_deleted = models.BooleanField()
    version = models.IntegerField()

    class Meta:
        managed = False
        db_table = "matches"


class AuditLog(models.Model):
    user_id = models.IntegerField(null=True)
    action = models.CharField(max_length=40)
    tournament_id = models.IntegerField(null=True)
    match_id = models.IntegerField(null=True)
    meta = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        managed = False
        db_table = "audit_log"
