"""What people do with partnerships and spaces: one module for each topic."""

from platforms.actions.partnerships import STEPS, accept_agreement, add_agreement, move, open_steps
from platforms.actions.rooms import (
    Frozen,
    NoEntry,
    Outdated,
    change_space,
    enter,
    lock,
    log,
    next_number,
    note_visit,
    open_space,
    tell,
)

__all__ = [
    "STEPS",
    "Frozen",
    "NoEntry",
    "Outdated",
    "accept_agreement",
    "add_agreement",
    "change_space",
    "enter",
    "lock",
    "log",
    "move",
    "next_number",
    "note_visit",
    "open_space",
    "open_steps",
    "tell",
]
