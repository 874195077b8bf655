"""What people do with partnerships and spaces: one module for each topic."""

from platforms.actions.rooms import (
    Frozen,
    NoEntry,
    Outdated,
    enter,
    lock,
    log,
    next_number,
    note_visit,
    open_space,
    tell,
)

__all__ = ["Frozen", "NoEntry", "Outdated", "enter", "lock", "log", "next_number", "note_visit", "open_space", "tell"]
