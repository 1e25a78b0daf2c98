"""The door's world of names and servers, for what goes through the door."""

from tests.http.conftest import authority, certified, serve, trusting, world

__all__ = ["authority", "certified", "serve", "trusting", "world"]
