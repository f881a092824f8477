"""The shapes that go in and out of the API; OpenAPI describes them from here."""
