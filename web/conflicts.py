"""Two people saved the same thing: what differs between what is saved and what was typed."""


def differences(mine, theirs):
    """(label, what is saved, what was typed) for each field where two forms of a kind differ; not for `version`."""
    for name, field in mine.fields.items():
        if name == "version":
            continue
        saved, typed = theirs[name], mine[name]
        pair = (_shown(saved, _plain(saved.value())), _shown(typed, _plain(typed.value())))
        if pair[0] != pair[1]:
            yield field.label, *pair


def over(form, version):
    """What was typed, as if it had been typed over `version`: the data of a form that saves it all the same."""
    data = form.data.copy()
    data["version"] = str(version)
    return data


def _shown(field, value):
    """A form value as people read it."""
    choices = getattr(field.field, "choices", None)
    if choices is None:
        return str(value).replace("\r\n", "\n") if value else ""
    chosen = {str(one) for one in (value if isinstance(value, (list, tuple)) else [value])}
    return ", ".join(str(label) for key, label in choices if str(key) in chosen and str(key))


def _plain(value):
    if isinstance(value, (list, tuple)) or (hasattr(value, "__iter__") and not isinstance(value, str)):
        return [getattr(one, "pk", one) for one in value]
    return getattr(value, "pk", value)
