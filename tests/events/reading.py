"""A second reader of calendars, written from RFC 5545 alone: it shares no line with the library that writes them.

It unfolds lines, undoes escapes, and finds the moment of each local time by the VTIMEZONE that the file itself brings.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import timezone as fixed

PARAMETER = re.compile(r';([A-Z0-9-]+)=("[^"]*"|[^;:]*)')
PLAIN = re.compile(r"\\([nN,;\\])")


@dataclass
class Zone:
    """From when, in local time, which offset holds."""

    changes: list = field(default_factory=list)  # (local time, offset before, offset after)

    def offset(self, wall):
        past = [change for change in self.changes if change[0] <= wall]
        return max(past)[2] if past else min(self.changes)[1]


@dataclass
class Read:
    events: list = field(default_factory=list)
    zones: dict = field(default_factory=dict)
    properties: dict = field(default_factory=dict)


def lines_of(body):
    assert body.endswith(b"\r\n"), "a line must end"
    assert b"\n" not in body.replace(b"\r\n", b""), "a bare line feed"
    return re.sub(rb"\r\n[ \t]", b"", body).decode().split("\r\n")[:-1]


def parted(line):
    """(name, parameters, value): the value begins at the first colon outside quotes."""
    quoted = False
    for at, letter in enumerate(line):
        quoted ^= letter == '"'
        if letter == ":" and not quoted:
            head, value = line[:at], line[at + 1 :]
            return head.partition(";")[0], dict(PARAMETER.findall(head)), value
    raise AssertionError(f"no value: {line}")


def text(value):
    return PLAIN.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def local(value):
    return datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - local time, as it stands there


def shift(value):
    sign = -1 if value[0] == "-" else 1
    return sign * timedelta(hours=int(value[1:3]), minutes=int(value[3:5]))


def moment(value, parameters, zones):
    if parameters.get("VALUE") == "DATE":
        return date(int(value[:4]), int(value[4:6]), int(value[6:]))
    if value.endswith("Z"):
        return local(value[:-1]).replace(tzinfo=UTC)
    wall = local(value)
    return wall.replace(tzinfo=fixed(zones[parameters["TZID"]].offset(wall)))


def read(body):
    found, stack, rows = Read(), [], []
    for line in lines_of(body):
        name, parameters, value = parted(line)
        if name == "BEGIN":
            stack.append(value)
            rows.append([])
        elif name == "END":
            assert stack.pop() == value
            _take(found, value, rows.pop(), rows)
        elif stack == ["VCALENDAR"]:
            found.properties[name] = text(value)
        else:
            rows[-1].append((name, parameters, value))
    assert stack == []
    assert {"VERSION", "PRODID"} <= set(found.properties)
    return found


def _take(found, kind, lines, outer):
    values = {name: value for name, _parameters, value in lines}
    if kind in {"STANDARD", "DAYLIGHT"}:
        starts = [values["DTSTART"], *(one for one in values.get("RDATE", "").split(",") if one)]
        assert "RRULE" not in values, "this reader knows no rules"
        change = (shift(values["TZOFFSETFROM"]), shift(values["TZOFFSETTO"]))
        outer[-1].extend(("CHANGE", {}, (local(one), *change)) for one in starts)
    elif kind == "VTIMEZONE":
        changes = [value for name, _parameters, value in lines if name == "CHANGE"]
        found.zones[values["TZID"]] = Zone(sorted(changes))
    elif kind == "VEVENT":
        assert {"UID", "DTSTAMP", "DTSTART"} <= set(values)
        event = {name: text(value) for name, _parameters, value in lines}
        for name, parameters, value in lines:
            if name in {"DTSTART", "DTEND", "DTSTAMP", "LAST-MODIFIED"}:
                event[name] = moment(value, parameters, found.zones)
        event["RAW"], event["PARAMETERS"] = values, {name: parameters for name, parameters, _value in lines}
        found.events.append(event)
