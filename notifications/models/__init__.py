from notifications.models.email import Email, EmailKind, EmailQuerySet, EmailState, Suppression
from notifications.models.notice import EVERYTHING, DigestSetting, Mute, Notification, Part, Why

__all__ = [
    "EVERYTHING",
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
]
