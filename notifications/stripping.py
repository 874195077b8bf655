"""What a person wrote in an answer, without what they quoted and without their signature.

Rather too much is kept than a word lost. The line that our own mails ask to write above comes first, then what mail
programs in Swedish and English put above a quote, then what `mail-parser-reply` knows of other languages. Patterns see
no line longer than the heading of a quote can be, so that no text makes them think for long.
"""

import re

from mailparser_reply.constants import MAIL_LANGUAGES

MOST_JUDGED = 40_000  # characters
LONGEST_HEADING = 300
LONGEST_SIGNATURE = 15  # lines

_MARK = re.compile(r"^[>* ]*–{3} .{5,120} –{3}[* ]*$")  # the line in our mails, in whatever language
_RULE = re.compile(
    r"^[> ]*(?:_{20,}|-{3,} ?(?:original message|ursprungligt meddelande|forwarded message|vidarebefordrat meddelande"
    r"|ursprüngliche nachricht|oprindelig meddelelse|opprinnelig melding) ?-{3,})\s*$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"^(?:begin forwarded message|vidarebefordrat brev|startar vidarebefordrat brev):", re.IGNORECASE
)
_FROM = re.compile(r"^[> *]*(?:från|from|von|fra|de|da|van|lähettäjä|od)[ \u00a0]?:\**\s", re.IGNORECASE)
_FIELD = re.compile(
    r"^[> *]*(?:skickat|sent|datum|date|till|to|ämne|subject|kopia|cc|gesendet|an|betreff|sendt|dato|til|emne|envoyé|à|"
    r"objet|enviado|para|asunto|inviato|oggetto|verzonden|aan|onderwerp|lähetetty|vastaanottaja|aihe)[ \u00a0]?:",
    re.IGNORECASE,
)
_DATED = r"^[> ]*(?:(?:on|den)\s+)?(?:\w{2,10}[.,]?\s+){0,2}\d"
_WROTE = re.compile(_DATED + r".{0,400}\b(?:wrote|skrev)\b.{0,200}:\s*$", re.IGNORECASE | re.DOTALL)
_KNOWN_WROTE = re.compile(
    "|".join(filter(None, (one.get("wrote_header") for one in MAIL_LANGUAGES.values()))), re.I | re.M
)
_HAS_TIME_OR_ADDRESS = re.compile(r"@|\d{1,2}[:.]\d{2}")

_DELIMITER = re.compile(r"^(?:--|__|—)\s*$")
_SENT_FROM = re.compile(
    r"^(?:skickat från|skickat med|sent from|sent with|get outlook for|hämta outlook för|skaffa outlook)\b.{0,120}$",
    re.IGNORECASE,
)
_FAREWELL = re.compile(
    r"^(?:(?:med )?(?:vänliga?|bästa|varma|soliga|många|glada) hälsning(?:ar|en)?|hälsning(?:ar|en)?|mvh|vänligen|"
    r"(?:best|kind|warm) (?:regards|wishes)|regards|all the best|(?:yours )?sincerely|yours)\b(?P<rest>.*)$",
    re.IGNORECASE,
)
_THANKS = re.compile(r"^(?:/|(?:tack|hälsar|vh|best|(?:many )?thanks|thank you|cheers)\b)(?P<rest>.*)$", re.IGNORECASE)
_ORDINARY_WORD = re.compile(r"\b[a-zåäö]{2,}\b")


def strip(text):
    """The answer alone; "" when nothing of the person's own is left."""
    lines = text[:MOST_JUDGED].split("\n")
    lines = lines[: _first(lines, _quote_begins)]
    lines = lines[: _known_heading(lines)]
    lines = [line.rstrip() for line in lines if not line.lstrip().startswith(">")]
    lines = _without_signature(lines)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _first(lines, begins):
    return next((number for number in range(len(lines)) if begins(lines, number)), len(lines))


def _quote_begins(lines, number):
    line = lines[number]
    if len(line) > LONGEST_HEADING:
        return False
    if _MARK.match(line) or _RULE.match(line) or _FORWARDED.match(line):
        return True
    if _FROM.match(line):
        return sum(bool(_FIELD.match(other)) for other in lines[number + 1 : number + 8]) >= 2
    return _says_who_wrote(lines, number)


def _says_who_wrote(lines, number):
    """Whether one to three lines together say who wrote what follows, and when."""
    for size in (1, 2, 3):
        together = lines[number : number + size]
        if not all(together) or sum(map(len, together)) > LONGEST_HEADING * 2:
            return False
        heading = "\n".join(together)
        if _WROTE.match(heading) and _HAS_TIME_OR_ADDRESS.search(heading):
            return True
    return False


def _known_heading(lines):
    """The line where the library sees who wrote what follows, in any of its languages."""
    seen = "\n".join(line if len(line) <= LONGEST_HEADING else "…" for line in lines)
    for found in _KNOWN_WROTE.finditer(seen):
        if _HAS_TIME_OR_ADDRESS.search(found.group()):
            return seen.count("\n", 0, found.start())
    return len(lines)


def _without_signature(lines):
    for number, line in enumerate(lines):
        if _DELIMITER.match(line) or _SENT_FROM.match(line):
            lines = lines[:number]
            break
    while lines and not lines[-1]:
        lines.pop()
    return lines[: _first(lines, _last_words_begin)]


def _last_words_begin(lines, number):
    """Whether the mail ends here with a closing phrase, alone or with a name, and little after it."""
    if number == 0 or number < len(lines) - LONGEST_SIGNATURE or len(lines[number]) > 60:
        return False
    line, after = lines[number].strip(), lines[number + 1 :]
    if found := _FAREWELL.match(line):
        return not _ORDINARY_WORD.search(found["rest"])
    found = _THANKS.match(line)
    return bool(found) and not _ORDINARY_WORD.search(found["rest"]) and not any(map(_is_a_sentence, after))


def _is_a_sentence(line):
    return len(_ORDINARY_WORD.findall(line)) >= 3
