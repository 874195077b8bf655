from notifications.models.email import Cause, Email, EmailKind, EmailQuerySet, EmailState, Suppression
from notifications.models.notice import BY_NAME, EVERYTHING, DigestSetting, Mute, Notification, Part, Why, targets

__all__ = [
    "BY_NAME",
    "EVERYTHING",
    "Cause",
    "DigestSetting",
    "Email",
    "EmailKind",
    "EmailQuerySet",
    "EmailState",
    "Mute",
    "Notification",
    "Part",
    "Suppression",
    "Why",
    "targets",
]
