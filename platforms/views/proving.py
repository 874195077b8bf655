"""Coming in by a link without being signed in: a code to the address, kept apart for each link."""

from accounts import proofs
from accounts.models import EmailProof
from actors.forms import CodeForm
from actors.views.proving import mail_code
from web.limits import client_address

SESSION_KEY = "by_link"
KEPT = 3600  # seconds


def purpose_of(row):
    """What a code for this link is good for, and nothing else."""
    return f"{row._meta.model_name}:{row.pk}"


def waiting(request, row):
    """What was typed with this link in this session, while its code is unused; {} otherwise."""
    kept = request.session.get(SESSION_KEY, {}).get(purpose_of(row), {})
    alive = kept and EmailProof.objects.filter(pk=kept["proof"], used_at=None).exists()
    return kept if alive else {}


def send_code(request, row, email, **typed):
    """Send a code to `email`, whether or not there is an account. Raises proofs.TooMany. What somebody typed and never
    proved goes with their session, soon."""
    proof = mail_code(request, email, purpose_of(row))
    if not request.user.is_authenticated:
        request.session.set_expiry(KEPT)
    kept = request.session.get(SESSION_KEY, {})
    request.session[SESSION_KEY] = {**kept, purpose_of(row): {**typed, "email": email, "proof": str(proof.pk)}}


def forget(request, row):
    kept = request.session.get(SESSION_KEY, {})
    request.session[SESSION_KEY] = {key: value for key, value in kept.items() if key != purpose_of(row)}


def judged_code(request, row):
    """(the form, the proof that its code is right or None, the status of the page); the proof is not used up yet."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return form, None, 200
    try:
        proof = proofs.check_code(
            proof_id=waiting(request, row).get("proof"),
            purpose=purpose_of(row),
            code=form.cleaned_data["code"],
            client=client_address(request),
        )
        return form, proof, 200
    except (proofs.BadCode, proofs.TooMany) as error:
        form.add_error("code", str(error))
        return form, None, 429 if isinstance(error, proofs.TooMany) else 200
