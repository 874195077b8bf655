"""Whether the cause of a mail still stands when it is sent, told by the app that knows the cause."""

_questions = {}


def register(template, why_gone):
    """`why_gone(email)` is asked just before a mail of `template` goes out: why it must not, or "" when it may."""
    _questions[template] = why_gone


def why_gone(email):
    """Why nobody should get `email` any longer; "" when somebody should, or nobody can tell."""
    question = _questions.get(email.template)
    return question(email) if question else ""
