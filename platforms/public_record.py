"""A whole space as one ZIP file for the registrar: what was said, decided and uploaded, with a manifest of checksums.

Plain files that any program reads, so that what must not be given out can be taken out by hand. Written as it is read:
however large the space is, a part of one file is in memory at a time.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.text import slugify

from web.exports import csv_lines

FORMAT = "s3hub-space-1"
PART = 256 * 1024
README = """Ett helt rum, som det var vid exporten. manifest.json räknar upp filerna med kontrollsummor (SHA-256).
A whole space as it was when exported. manifest.json lists the files with checksums (SHA-256).
"""


@dataclass(frozen=True)
class Share:
    """What an app above keeps in a space: `read(space)` gives the plain values for `file`, `count(space)` how many
    there are of what `label` names."""

    file: str
    label: str
    read: Callable
    count: Callable


_parts = []


def register(part):
    """Shares stand in the archive in the order in which they were named."""
    _parts.append(part)


def counts(space):
    """[(label, number)] of the shares."""
    return [(part.label, part.count(space)) for part in _parts]


class _Pipe(io.RawIOBase):
    """A file for zipfile that gives each part on instead of keeping it; it cannot be wound back."""

    def __init__(self):
        self.parts, self.place = [], 0

    def writable(self):
        return True

    def write(self, data):
        self.parts.append(bytes(data))
        self.place += len(data)
        return len(data)

    def tell(self):
        return self.place

    def taken(self):
        parts, self.parts = self.parts, []
        return parts


class _Archive:
    """A ZIP that remembers the checksum of each file put in."""

    def __init__(self):
        self.pipe = _Pipe()
        self.zip = zipfile.ZipFile(self.pipe, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        self.files = []

    def put(self, name, parts):
        """Write a file from its parts; yields what is ready of the archive."""
        checksum, size = hashlib.sha256(), 0
        with self.zip.open(name, "w", force_zip64=True) as file:
            for part in parts:
                checksum.update(part)
                size += len(part)
                file.write(part)
                yield from self.pipe.taken()
        self.files.append({"name": name, "bytes": size, "sha256": checksum.hexdigest()})
        yield from self.pipe.taken()

    def put_json(self, name, value):
        return self.put(name, [json.dumps(value, ensure_ascii=False, indent=1, default=_plain).encode()])

    def close(self):
        self.zip.close()
        return self.pipe.taken()


def _plain(value):
    return value.isoformat() if isinstance(value, datetime) or hasattr(value, "isoformat") else str(value)


def archive_of(space, *, by):
    """The parts of the ZIP, in order. `by` is the registrar, who is named in the manifest."""
    archive = _Archive()
    yield from archive.put("LASMIG.txt", [README.encode()])
    yield from archive.put_json("space.json", _space(space))
    for thread in space.threads.order_by("number"):
        name = f"discussions/{thread.number:04}-{slugify(thread.title)[:60] or 'discussion'}"
        posts = [_post(post) for post in _posts(thread)]
        yield from archive.put_json(f"{name}.json", {"number": thread.number, "subject": thread.title, "posts": posts})
    yield from _documents(archive, space)
    yield from _decisions(archive, space)
    yield from archive.put_json("tasks.json", [_task(task) for task in _tasks(space)])
    for part in _parts:
        yield from archive.put_json(part.file, part.read(space))
    head = {
        "format": FORMAT,
        "space": space.name,
        "partnership": space.partnership.name,
        "source": settings.SITE_URL + space.get_absolute_url(),
        "exported_at": timezone.now(),
        "exported_by": str(by),
    }
    yield from archive.put_json("manifest.json", {**head, "files": archive.files})
    yield from archive.close()


def file_name(space):
    return f"{space.slug}-{timezone.localdate().isoformat()}.zip"


def who(row, person="by"):
    """Who did it, and for which organisation."""
    user, actor = getattr(row, person), getattr(row, "on_behalf_of", None)
    return {"name": str(user) if user else "", "on_behalf_of": actor.name if actor else ""}


def _space(space):
    members = space.members.select_related("user", "on_behalf_of").order_by("pk")
    return {
        **{name: getattr(space, name) for name in ("name", "slug", "purpose", "access", "state", "questions")},
        **{name: getattr(space, name) for name in ("created_at", "active_at", "closed_at")},
        "members": [
            {**who(member, "user"), "email": member.user.email, "role": member.role, "joined_at": member.joined_at}
            for member in members
        ],
        "membership_history": [
            {"at": event.pgh_created_at, "what": event.pgh_label, "person": event.user_id, "role": event.role}
            for event in _history(space)
        ],
        "report": _report(space),
    }


def _history(space):
    events = space.members.model.pgh_event_model.objects
    return events.filter(space_id=space.pk).order_by("pgh_created_at", "pk")


def _report(space):
    report = getattr(space, "report", None)
    names = ("title", "purpose", "members", "decisions", "documents", "learnings", "onward", "is_public", "at")
    return {name: getattr(report, name) for name in names} if report else None


def _posts(thread):
    posts = thread.posts.select_related("by", "on_behalf_of", "removed_by").prefetch_related("versions__by")
    return posts.order_by("number").iterator(chunk_size=500)


def _post(post):
    return {
        "number": post.number,
        **who(post),
        "text": post.body,
        "via": post.via,
        "created_at": post.created_at,
        "edited_at": post.edited_at,
        "removed_at": post.removed_at,
        "earlier_wordings": [
            {"text": version.body, "changed_by": str(version.by or ""), "until": version.until}
            for version in post.versions.all()
        ],
    }


def _documents(archive, space):
    listed = []
    for document in space.documents.select_related("by").prefetch_related("versions__by", "versions__on_behalf_of"):
        versions = []
        for version in document.versions.all():
            name = f"documents/{document.number:04}/{version.number:03}-{version.name}"
            yield from archive.put(name, _bytes_of(version.file))
            facts = ("name", "content_type", "size", "sha256", "note", "at", "scan")
            versions.append({"file": name, **who(version), **{fact: getattr(version, fact) for fact in facts}})
        facts = ("number", "title", "created_at", "removed_at")
        listed.append({**{fact: getattr(document, fact) for fact in facts}, **who(document), "versions": versions})
    yield from archive.put_json("documents.json", listed)


def _bytes_of(file):
    with file.open("rb") as opened:
        while part := opened.read(PART):
            yield part


def _decisions(archive, space):
    rows = space.decisions.select_related("by", "on_behalf_of", "decided_by").order_by("number")
    rows = rows.prefetch_related("answers__user", "answers__on_behalf_of", "presences__on_behalf_of")
    listed = [_decision(decision) for decision in rows]
    yield from archive.put_json("decisions.json", listed)
    columns = ("number", "title", "state", "decided_on", "outcome", "present")
    lines = [
        [row["number"], row["title"], row["state"], row["decided_on"], row["outcome"], ", ".join(row["present"])]
        for row in listed
    ]
    yield from archive.put("decisions.csv", csv_lines(columns, lines))


def _decision(decision):
    facts = (
        "number", "title", "proposal", "way", "deciders", "answer_by", "created_at", "state", "outcome", "decided_on"
    )  # fmt: skip
    return {
        **{fact: getattr(decision, fact) for fact in facts},
        **who(decision),
        "recorded_by": str(decision.decided_by or ""),
        "answers": [
            {**who(answer, "user"), "answer": answer.answer, "comment": answer.comment, "at": answer.at}
            for answer in decision.answers.all()
        ],
        "present": [presence.name for presence in decision.presences.all()],
    }


def _tasks(space):
    return space.tasks.select_related("owner", "by", "done_by").order_by("number")


def _task(task):
    facts = ("number", "title", "note", "due_on", "created_at", "done_at")
    people = ("owner", "by", "done_by")
    return {
        **{fact: getattr(task, fact) for fact in facts},
        **{person: str(getattr(task, person) or "") for person in people},
    }
