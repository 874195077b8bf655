"""What can be done in the register. Each verb is atomic, checks who may, and leaves a line in the log."""

from actors.actions.curation import approve_claim, claim_mail, refuse_claim
from actors.actions.merge import default_choices, merge, merged_mails, undo_merge, who_stays
from actors.actions.twins import domain_of, is_of, not_the_same, remember_twins, twins_of
from actors.actions.workflow import (
    STEPS,
    Changed,
    archive,
    mails_for,
    open_steps,
    publish,
    restore,
    return_for_changes,
    submit,
    withdraw,
)

__all__ = [
    "STEPS",
    "Changed",
    "approve_claim",
    "archive",
    "claim_mail",
    "default_choices",
    "domain_of",
    "is_of",
    "mails_for",
    "merge",
    "merged_mails",
    "not_the_same",
    "open_steps",
    "publish",
    "refuse_claim",
    "remember_twins",
    "restore",
    "return_for_changes",
    "submit",
    "twins_of",
    "undo_merge",
    "who_stays",
    "withdraw",
]
