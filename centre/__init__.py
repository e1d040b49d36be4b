"""Whom we serve: people, villages, conversations, and the messages that go in and out. Imports none of our packages."""
