from tests.platforms.talking import bo, english, eva, first, room  # noqa: F401
