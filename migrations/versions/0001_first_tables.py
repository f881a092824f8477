"""first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.models.activity import POSTGRESQL_APPEND_ONLY, SQLITE_APPEND_ONLY

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON_DOCUMENT = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade():
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=50), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(username) > 0", name=op.f("ck_users_username_not_empty")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index("uq_users_username_lower", "users", [sa.literal_column("lower(username)")], unique=True)
    op.create_table(
        "access_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("scope", sa.String(length=5), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("scope IN ('read', 'write')", name=op.f("ck_access_tokens_scope_known")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_access_tokens_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_tokens_token_hash")),
    )
    op.create_index(op.f("ix_access_tokens_user_id"), "access_tokens", ["user_id"], unique=False)
    op.create_table(
        "refresh_tokens",
        sa.Column("jti", sa.String(length=36), nullable=False),
        sa.Column("family", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_refresh_tokens_user_id_users")),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_refresh_tokens")),
    )
    op.create_index(op.f("ix_refresh_tokens_expires_at"), "refresh_tokens", ["expires_at"], unique=False)
    op.create_index(op.f("ix_refresh_tokens_family"), "refresh_tokens", ["family"], unique=False)
    op.create_index(op.f("ix_refresh_tokens_user_id"), "refresh_tokens", ["user_id"], unique=False)
    op.create_table(
        "tournaments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("game", sa.String(length=20), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("enable_check_in", sa.Boolean(), nullable=False),
        sa.Column("check_in_window_minutes", sa.Integer(), nullable=False),
        sa.Column("no_show_policy", sa.String(length=10), nullable=False),
        sa.Column("conflict_policy", sa.String(length=10), nullable=False),
        sa.Column("match_minutes", sa.Integer(), nullable=False),
        sa.Column("rest_minutes", sa.Integer(), nullable=False),
        sa.Column("best_of", sa.Integer(), nullable=False),
        sa.Column("coordinators_run_matches", sa.Boolean(), nullable=False),
        sa.Column("require_lobby", sa.Boolean(), nullable=False),
        sa.Column("dispute_window_minutes", sa.Integer(), nullable=False),
        sa.Column("auto_confirm_minutes", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.Column("board_key_hash", sa.String(length=64), nullable=True),
        sa.Column("source_key", sa.String(length=200), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "conflict_policy IN ('warn', 'refuse')", name=op.f("ck_tournaments_conflict_policy_known")
        ),
        sa.CheckConstraint(
            "game IN ('generic', 'valorant', 'mlbb', 'efootball', 'pubgm')",
            name=op.f("ck_tournaments_game_known"),
        ),
        sa.CheckConstraint(
            "no_show_policy IN ('flag', 'forfeit')", name=op.f("ck_tournaments_no_show_policy_known")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'upcoming', 'live', 'completed', 'cancelled')",
            name=op.f("ck_tournaments_status_known"),
        ),
        sa.CheckConstraint("best_of IN (1, 3, 5, 7)", name=op.f("ck_tournaments_best_of_known")),
        sa.CheckConstraint(
            "check_in_window_minutes >= 0 AND match_minutes > 0 AND rest_minutes >= 0 AND dispute_window_minutes >= 0 AND (auto_confirm_minutes IS NULL OR auto_confirm_minutes > 0)",
            name=op.f("ck_tournaments_minutes_sensible"),
        ),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_tournaments_name_not_empty")),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["users.id"], name=op.f("fk_tournaments_organizer_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tournaments")),
        sa.UniqueConstraint("slug", name=op.f("uq_tournaments_slug")),
    )
    op.create_index(op.f("ix_tournaments_organizer_id"), "tournaments", ["organizer_id"], unique=False)
    op.create_index(op.f("ix_tournaments_source_key"), "tournaments", ["source_key"], unique=False)
    op.create_table(
        "participants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tournament_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_participants_name_not_empty")),
        sa.CheckConstraint("seed IS NULL OR seed > 0", name=op.f("ck_participants_seed_positive")),
        sa.ForeignKeyConstraint(
            ["tournament_id"], ["tournaments.id"], name=op.f("fk_participants_tournament_id_tournaments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
    )
    op.create_index(
        "ix_participants_tournament_seed", "participants", ["tournament_id", "seed", "id"], unique=False
    )
    op.create_index(
        "uq_participants_tournament_name",
        "participants",
        ["tournament_id", sa.literal_column("lower(name)")],
        unique=True,
    )
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("tournament_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.id"], name=op.f("fk_sign_in_links_created_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["tournament_id"], ["tournaments.id"], name=op.f("fk_sign_in_links_tournament_id_tournaments")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_in_links_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_links_token_hash")),
    )
    op.create_index(op.f("ix_sign_in_links_tournament_id"), "sign_in_links", ["tournament_id"], unique=False)
    op.create_index(op.f("ix_sign_in_links_user_id"), "sign_in_links", ["user_id"], unique=False)
    op.create_table(
        "stations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tournament_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_stations_name_not_empty")),
        sa.ForeignKeyConstraint(
            ["tournament_id"], ["tournaments.id"], name=op.f("fk_stations_tournament_id_tournaments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stations")),
    )
    op.create_index(
        "uq_stations_tournament_name",
        "stations",
        ["tournament_id", sa.literal_column("lower(name)")],
        unique=True,
    )
    op.create_table(
        "tournament_staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tournament_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role = 'organizer'", name=op.f("ck_tournament_staff_role_known")),
        sa.ForeignKeyConstraint(
            ["tournament_id"], ["tournaments.id"], name=op.f("fk_tournament_staff_tournament_id_tournaments")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_tournament_staff_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tournament_staff")),
        sa.UniqueConstraint(
            "tournament_id", "user_id", name=op.f("uq_tournament_staff_tournament_id_user_id")
        ),
    )
    op.create_index(op.f("ix_tournament_staff_user_id"), "tournament_staff", ["user_id"], unique=False)
    op.create_table(
        "brackets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tournament_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column(
            "options",
            JSON_DOCUMENT,
            nullable=False,
        ),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("champion_id", sa.Integer(), nullable=True),
        sa.Column("is_open", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "format IN ('single_elimination', 'double_elimination', 'round_robin', 'swiss')",
            name=op.f("ck_brackets_format_known"),
        ),
        sa.CheckConstraint("status IN ('ready', 'live', 'completed')", name=op.f("ck_brackets_status_known")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_brackets_name_not_empty")),
        sa.ForeignKeyConstraint(
            ["champion_id"],
            ["participants.id"],
            name=op.f("fk_brackets_champion_id_participants"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["tournament_id"], ["tournaments.id"], name=op.f("fk_brackets_tournament_id_tournaments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brackets")),
    )
    op.create_index(op.f("ix_brackets_tournament_id"), "brackets", ["tournament_id"], unique=False)
    op.create_table(
        "participant_invites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.id"], name=op.f("fk_participant_invites_created_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_participant_invites_participant_id_participants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant_invites")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_participant_invites_token_hash")),
    )
    op.create_index(
        op.f("ix_participant_invites_participant_id"), "participant_invites", ["participant_id"], unique=False
    )
    op.create_table(
        "participant_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_participant_members_participant_id_participants"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_participant_members_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant_members")),
        sa.UniqueConstraint(
            "participant_id", "user_id", name=op.f("uq_participant_members_participant_id_user_id")
        ),
    )
    op.create_index(op.f("ix_participant_members_user_id"), "participant_members", ["user_id"], unique=False)
    op.create_table(
        "bracket_entrants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bracket_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("group_name", sa.String(length=40), nullable=False),
        sa.CheckConstraint("seed > 0", name=op.f("ck_bracket_entrants_seed_positive")),
        sa.ForeignKeyConstraint(
            ["bracket_id"],
            ["brackets.id"],
            name=op.f("fk_bracket_entrants_bracket_id_brackets"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_bracket_entrants_participant_id_participants"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bracket_entrants")),
        sa.UniqueConstraint(
            "bracket_id", "participant_id", name=op.f("uq_bracket_entrants_bracket_id_participant_id")
        ),
        sa.UniqueConstraint("bracket_id", "seed", name=op.f("uq_bracket_entrants_bracket_id_seed")),
    )
    op.create_index(
        op.f("ix_bracket_entrants_participant_id"), "bracket_entrants", ["participant_id"], unique=False
    )
    op.create_table(
        "matches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tournament_id", sa.Integer(), nullable=False),
        sa.Column("bracket_id", sa.Integer(), nullable=True),
        sa.Column("section", sa.String(length=12), nullable=False),
        sa.Column("group_name", sa.String(length=40), nullable=False),
        sa.Column("round_number", sa.Integer(), nullable=False),
        sa.Column("match_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=14), nullable=False),
        sa.Column("participant1_id", sa.Integer(), nullable=True),
        sa.Column("participant2_id", sa.Integer(), nullable=True),
        sa.Column("slot1_label", sa.String(length=80), nullable=False),
        sa.Column("slot2_label", sa.String(length=80), nullable=False),
        sa.Column("slot1_bye", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("slot2_bye", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "slot1_source",
            JSON_DOCUMENT,
            nullable=True,
        ),
        sa.Column(
            "slot2_source",
            JSON_DOCUMENT,
            nullable=True,
        ),
        sa.Column("participant1_checked_in", sa.Boolean(), nullable=False),
        sa.Column("participant2_checked_in", sa.Boolean(), nullable=False),
        sa.Column("best_of", sa.Integer(), nullable=False),
        sa.Column("participant1_score", sa.Integer(), nullable=True),
        sa.Column("participant2_score", sa.Integer(), nullable=True),
        sa.Column(
            "game_scores",
            JSON_DOCUMENT,
            nullable=False,
        ),
        sa.Column(
            "tiebreak",
            JSON_DOCUMENT,
            nullable=True,
        ),
        sa.Column("winner_id", sa.Integer(), nullable=True),
        sa.Column("loser_id", sa.Integer(), nullable=True),
        sa.Column("winner_to_match_id", sa.Integer(), nullable=True),
        sa.Column("winner_to_slot", sa.Integer(), nullable=True),
        sa.Column("loser_to_match_id", sa.Integer(), nullable=True),
        sa.Column("loser_to_slot", sa.Integer(), nullable=True),
        sa.Column("scheduled_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_in_deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("no_show_flagged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("station_id", sa.Integer(), nullable=True),
        sa.Column("stream_url", sa.String(length=200), nullable=False),
        sa.Column(
            "lobby",
            JSON_DOCUMENT,
            nullable=False,
        ),
        sa.Column("lobby_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("coordinator_id", sa.Integer(), nullable=True),
        sa.Column("coordinator_assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("coordinator_assigned_by_id", sa.Integer(), nullable=True),
        sa.Column("source_key", sa.String(length=80), nullable=True),
        sa.Column(
            "source_values",
            JSON_DOCUMENT,
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(participant1_id IS NOT NULL AND participant2_id IS NOT NULL) OR state NOT IN ('READY', 'LIVE', 'PENDING_RESULT', 'DISPUTED')",
            name=op.f("ck_matches_open_side_never_ready"),
        ),
        sa.CheckConstraint(
            "section IN ('upper', 'lower', 'final', 'third_place', 'group', 'swiss')",
            name=op.f("ck_matches_section_known"),
        ),
        sa.CheckConstraint(
            "state <> 'COMPLETED' OR winner_id IS NOT NULL OR participant1_score = participant2_score OR participant1_id IS NULL OR participant2_id IS NULL",
            name=op.f("ck_matches_completed_is_decided"),
        ),
        sa.CheckConstraint(
            "state IN ('SCHEDULED', 'CHECK_IN', 'READY', 'LIVE', 'PENDING_RESULT', 'COMPLETED', 'DISPUTED', 'FORFEIT', 'CANCELLED')",
            name=op.f("ck_matches_state_known"),
        ),
        sa.CheckConstraint(
            "(participant1_id IS NULL OR NOT slot1_bye) AND (participant2_id IS NULL OR NOT slot2_bye)",
            name=op.f("ck_matches_bye_is_nobody"),
        ),
        sa.CheckConstraint(
            "(participant1_score IS NULL OR participant1_score >= 0) AND (participant2_score IS NULL OR participant2_score >= 0)",
            name=op.f("ck_matches_scores_not_negative"),
        ),
        sa.CheckConstraint(
            "(winner_to_slot IS NULL OR winner_to_slot IN (1, 2)) AND (loser_to_slot IS NULL OR loser_to_slot IN (1, 2))",
            name=op.f("ck_matches_slots_known"),
        ),
        sa.CheckConstraint("best_of IN (1, 3, 5, 7)", name=op.f("ck_matches_best_of_known")),
        sa.CheckConstraint(
            "loser_id IS NULL OR ((loser_id = participant1_id OR loser_id = participant2_id) AND (winner_id IS NULL OR loser_id <> winner_id))",
            name=op.f("ck_matches_loser_is_the_other_side"),
        ),
        sa.CheckConstraint(
            "participant1_id IS NULL OR participant2_id IS NULL OR participant1_id <> participant2_id",
            name=op.f("ck_matches_sides_differ"),
        ),
        sa.CheckConstraint("round_number > 0 AND match_number > 0", name=op.f("ck_matches_numbers_positive")),
        sa.CheckConstraint(
            "winner_id IS NULL OR winner_id = participant1_id OR winner_id = participant2_id",
            name=op.f("ck_matches_winner_is_a_side"),
        ),
        sa.ForeignKeyConstraint(["bracket_id"], ["brackets.id"], name=op.f("fk_matches_bracket_id_brackets")),
        sa.ForeignKeyConstraint(
            ["coordinator_assigned_by_id"],
            ["users.id"],
            name=op.f("fk_matches_coordinator_assigned_by_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["coordinator_id"], ["users.id"], name=op.f("fk_matches_coordinator_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["loser_id"], ["participants.id"], name=op.f("fk_matches_loser_id_participants")
        ),
        sa.ForeignKeyConstraint(
            ["loser_to_match_id"],
            ["matches.id"],
            name=op.f("fk_matches_loser_to_match_id_matches"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["participant1_id"], ["participants.id"], name=op.f("fk_matches_participant1_id_participants")
        ),
        sa.ForeignKeyConstraint(
            ["participant2_id"], ["participants.id"], name=op.f("fk_matches_participant2_id_participants")
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_matches_station_id_stations"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["tournament_id"], ["tournaments.id"], name=op.f("fk_matches_tournament_id_tournaments")
        ),
        sa.ForeignKeyConstraint(
            ["winner_id"], ["participants.id"], name=op.f("fk_matches_winner_id_participants")
        ),
        sa.ForeignKeyConstraint(
            ["winner_to_match_id"],
            ["matches.id"],
            name=op.f("fk_matches_winner_to_match_id_matches"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matches")),
    )
    op.create_index(op.f("ix_matches_coordinator_id"), "matches", ["coordinator_id"], unique=False)
    op.create_index(
        "ix_matches_created",
        "matches",
        ["created_at", "id"],
        unique=False,
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.create_index(
        "ix_matches_loser_to",
        "matches",
        ["loser_to_match_id"],
        unique=False,
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.create_index(
        "ix_matches_participant1",
        "matches",
        ["participant1_id"],
        unique=False,
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.create_index(
        "ix_matches_participant2",
        "matches",
        ["participant2_id"],
        unique=False,
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.create_index(
        "ix_matches_round",
        "matches",
        ["round_number", "id"],
        unique=False,
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.create_index(
        "ix_matches_scheduled",
        "matches",
        ["scheduled_time", "id"],
        unique=False,
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.create_index(
        "ix_matches_state_created",
        "matches",
        ["state", "created_at", "id"],
        unique=False,
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.create_index(
        "ix_matches_state_scheduled",
        "matches",
        ["state", "scheduled_time", "id"],
        unique=False,
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.create_index(
        "ix_matches_station",
        "matches",
        ["station_id"],
        unique=False,
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.create_index(
        "ix_matches_tournament_created",
        "matches",
        ["tournament_id", "created_at", "id"],
        unique=False,
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.create_index(
        "ix_matches_tournament_scheduled",
        "matches",
        ["tournament_id", "scheduled_time", "id"],
        unique=False,
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.create_index(
        "ix_matches_tournament_state",
        "matches",
        ["tournament_id", "state", "scheduled_time", "id"],
        unique=False,
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.create_index(
        "ix_matches_winner_to",
        "matches",
        ["winner_to_match_id"],
        unique=False,
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.create_index(
        "uq_matches_bracket_number",
        "matches",
        ["bracket_id", "match_number"],
        unique=True,
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("tournament_id", sa.Integer(), nullable=True),
        sa.Column("match_id", sa.Integer(), nullable=True),
        sa.Column(
            "meta",
            JSON_DOCUMENT,
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=True),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"], name=op.f("fk_audit_log_match_id_matches")),
        sa.ForeignKeyConstraint(
            ["tournament_id"], ["tournaments.id"], name=op.f("fk_audit_log_tournament_id_tournaments")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_audit_log_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_match", "audit_log", ["match_id", "id"], unique=False)
    op.create_index("ix_audit_log_tournament", "audit_log", ["tournament_id", "id"], unique=False)
    op.create_index(op.f("ix_audit_log_user_id"), "audit_log", ["user_id"], unique=False)
    op.create_table(
        "disputes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tournament_id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("reported_by_user_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("evidence_url", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("resolution_notes", sa.String(length=2000), nullable=False),
        sa.Column("resolved_by_user_id", sa.Integer(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "decision IS NULL OR decision IN ('uphold', 'correct', 'replay', 'void', 'forfeit')",
            name=op.f("ck_disputes_decision_known"),
        ),
        sa.CheckConstraint(
            "reason IN ('score_dispute', 'wrong_winner', 'cheating', 'no_show', 'technical', 'other')",
            name=op.f("ck_disputes_reason_known"),
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (resolved_at IS NULL)", name=op.f("ck_disputes_resolved_has_decision")
        ),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"], name=op.f("fk_disputes_match_id_matches")),
        sa.ForeignKeyConstraint(
            ["reported_by_id"], ["participants.id"], name=op.f("fk_disputes_reported_by_id_participants")
        ),
        sa.ForeignKeyConstraint(
            ["reported_by_user_id"], ["users.id"], name=op.f("fk_disputes_reported_by_user_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by_user_id"], ["users.id"], name=op.f("fk_disputes_resolved_by_user_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["tournament_id"], ["tournaments.id"], name=op.f("fk_disputes_tournament_id_tournaments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
    )
    op.create_index("ix_disputes_match", "disputes", ["match_id"], unique=False)
    op.create_index(
        "ix_disputes_tournament", "disputes", ["tournament_id", "resolved_at", "id"], unique=False
    )
    op.create_index(
        "uq_disputes_open",
        "disputes",
        ["match_id"],
        unique=True,
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tournament_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=True),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column(
            "payload",
            JSON_DOCUMENT,
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"], name=op.f("fk_events_match_id_matches")),
        sa.ForeignKeyConstraint(
            ["tournament_id"], ["tournaments.id"], name=op.f("fk_events_tournament_id_tournaments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("tournament_id", "seq", name=op.f("uq_events_tournament_id_seq")),
    )
    op.create_index(op.f("ix_events_created_at"), "events", ["created_at"], unique=False)
    op.create_table(
        "match_results",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("participant1_score", sa.Integer(), nullable=False),
        sa.Column("participant2_score", sa.Integer(), nullable=False),
        sa.Column(
            "game_scores",
            JSON_DOCUMENT,
            nullable=False,
        ),
        sa.Column(
            "tiebreak",
            JSON_DOCUMENT,
            nullable=True,
        ),
        sa.Column("winner_id", sa.Integer(), nullable=True),
        sa.Column("notes", sa.String(length=1000), nullable=False),
        sa.Column("evidence_url", sa.String(length=200), nullable=False),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("submitted_by_user_id", sa.Integer(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_user_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'final', 'counter', 'superseded', 'withdrawn')",
            name=op.f("ck_match_results_status_known"),
        ),
        sa.CheckConstraint(
            "participant1_score >= 0 AND participant2_score >= 0",
            name=op.f("ck_match_results_scores_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_user_id"], ["users.id"], name=op.f("fk_match_results_confirmed_by_user_id_users")
        ),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"], name=op.f("fk_match_results_match_id_matches")),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"],
            ["participants.id"],
            name=op.f("fk_match_results_submitted_by_id_participants"),
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_user_id"], ["users.id"], name=op.f("fk_match_results_submitted_by_user_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["winner_id"], ["participants.id"], name=op.f("fk_match_results_winner_id_participants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_results")),
        sa.UniqueConstraint("match_id", "n", name=op.f("uq_match_results_match_id_n")),
    )
    op.create_table(
        "schedule_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tournament_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("undo_audit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit_log.id"], name=op.f("fk_schedule_batches_audit_id_audit_log")
        ),
        sa.ForeignKeyConstraint(
            ["tournament_id"], ["tournaments.id"], name=op.f("fk_schedule_batches_tournament_id_tournaments")
        ),
        sa.ForeignKeyConstraint(
            ["undo_audit_id"], ["audit_log.id"], name=op.f("fk_schedule_batches_undo_audit_id_audit_log")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_schedule_batches_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_batches")),
    )
    op.create_index(
        op.f("ix_schedule_batches_tournament_id"), "schedule_batches", ["tournament_id"], unique=False
    )
    op.create_table(
        "schedule_batch_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("version_after", sa.Integer(), nullable=False),
        sa.Column(
            "before",
            JSON_DOCUMENT,
            nullable=False,
        ),
        sa.Column("new_time", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["schedule_batches.id"],
            name=op.f("fk_schedule_batch_items_batch_id_schedule_batches"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["match_id"], ["matches.id"], name=op.f("fk_schedule_batch_items_match_id_matches")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_batch_items")),
    )
    op.create_index(
        op.f("ix_schedule_batch_items_batch_id"), "schedule_batch_items", ["batch_id"], unique=False
    )
    op.create_index("ix_schedule_batch_items_match", "schedule_batch_items", ["match_id"], unique=False)
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_APPEND_ONLY if on_sqlite else POSTGRESQL_APPEND_ONLY:
        op.execute(statement)


def downgrade():
    op.drop_index("ix_schedule_batch_items_match", table_name="schedule_batch_items")
    op.drop_index(op.f("ix_schedule_batch_items_batch_id"), table_name="schedule_batch_items")
    op.drop_table("schedule_batch_items")
    op.drop_index(op.f("ix_schedule_batches_tournament_id"), table_name="schedule_batches")
    op.drop_table("schedule_batches")
    op.drop_table("match_results")
    op.drop_index(op.f("ix_events_created_at"), table_name="events")
    op.drop_table("events")
    op.drop_index(
        "uq_disputes_open",
        table_name="disputes",
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.drop_index("ix_disputes_tournament", table_name="disputes")
    op.drop_index("ix_disputes_match", table_name="disputes")
    op.drop_table("disputes")
    op.drop_index(op.f("ix_audit_log_user_id"), table_name="audit_log")
    op.drop_index("ix_audit_log_tournament", table_name="audit_log")
    op.drop_index("ix_audit_log_match", table_name="audit_log")
    op.drop_table("audit_log")
    op.drop_index(
        "uq_matches_bracket_number",
        table_name="matches",
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.drop_index(
        "ix_matches_winner_to",
        table_name="matches",
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.drop_index(
        "ix_matches_tournament_state",
        table_name="matches",
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.drop_index(
        "ix_matches_tournament_scheduled",
        table_name="matches",
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.drop_index(
        "ix_matches_tournament_created",
        table_name="matches",
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.drop_index(
        "ix_matches_station",
        table_name="matches",
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.drop_index(
        "ix_matches_state_scheduled",
        table_name="matches",
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.drop_index(
        "ix_matches_state_created",
        table_name="matches",
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.drop_index(
        "ix_matches_scheduled",
        table_name="matches",
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.drop_index(
        "ix_matches_round",
        table_name="matches",
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.drop_index(
        "ix_matches_participant2",
        table_name="matches",
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.drop_index(
        "ix_matches_participant1",
        table_name="matches",
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.drop_index(
        "ix_matches_loser_to",
        table_name="matches",
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.drop_index(
        "ix_matches_created",
        table_name="matches",
        sqlite_where=sa.text("is_deleted = 0"),
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.drop_index(op.f("ix_matches_coordinator_id"), table_name="matches")
    op.drop_table("matches")
    op.drop_index(op.f("ix_bracket_entrants_participant_id"), table_name="bracket_entrants")
    op.drop_table("bracket_entrants")
    op.drop_index(op.f("ix_participant_members_user_id"), table_name="participant_members")
    op.drop_table("participant_members")
    op.drop_index(op.f("ix_participant_invites_participant_id"), table_name="participant_invites")
    op.drop_table("participant_invites")
    op.drop_index(op.f("ix_brackets_tournament_id"), table_name="brackets")
    op.drop_table("brackets")
    op.drop_index(op.f("ix_tournament_staff_user_id"), table_name="tournament_staff")
    op.drop_table("tournament_staff")
    op.drop_index("uq_stations_tournament_name", table_name="stations")
    op.drop_table("stations")
    op.drop_index(op.f("ix_sign_in_links_user_id"), table_name="sign_in_links")
    op.drop_index(op.f("ix_sign_in_links_tournament_id"), table_name="sign_in_links")
    op.drop_table("sign_in_links")
    op.drop_index("uq_participants_tournament_name", table_name="participants")
    op.drop_index("ix_participants_tournament_seed", table_name="participants")
    op.drop_table("participants")
    op.drop_index(op.f("ix_tournaments_source_key"), table_name="tournaments")
    op.drop_index(op.f("ix_tournaments_organizer_id"), table_name="tournaments")
    op.drop_table("tournaments")
    op.drop_index(op.f("ix_refresh_tokens_user_id"), table_name="refresh_tokens")
    op.drop_index(op.f("ix_refresh_tokens_family"), table_name="refresh_tokens")
    op.drop_index(op.f("ix_refresh_tokens_expires_at"), table_name="refresh_tokens")
    op.drop_table("refresh_tokens")
    op.drop_index(op.f("ix_access_tokens_user_id"), table_name="access_tokens")
    op.drop_table("access_tokens")
    op.drop_index("uq_users_username_lower", table_name="users")
    op.drop_table("users")
