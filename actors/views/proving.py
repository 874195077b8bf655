"""The step that registration and claim share: prove your address by a code, and be signed in."""

from allauth.account.utils import perform_login
from django.shortcuts import redirect
from django.utils.translation import get_language

from accounts import proofs
from accounts.models import EmailProof
from notifications import bell
from notifications.actions import queue_email
from notifications.models import EmailKind
from web.limits import client_address

SESSION_KEY = "registration"
PURPOSE = "registration"


def pending(request):
    """What the person has typed so far, or {} when nothing waits."""
    return request.session.get(SESSION_KEY, {})


def remember(request, **values):
    """Keep typed values until the address is proven. Never a personal number: the forms have refused it before."""
    request.session[SESSION_KEY] = {**pending(request), **values}


def forget(request):
    request.session.pop(SESSION_KEY, None)


def language():
    return (get_language() or "sv")[:2]


def mail_code(request, email, purpose):
    """Send a code to `email`, whether or not it has an account, and return its proof. Raises proofs.TooMany."""
    proof, code = proofs.new_proof(email=email, purpose=purpose, client=client_address(request))
    queue_email(
        to=email,
        template="registration_code",
        context={"minutes": int(proofs.LIFE.total_seconds() // 60)},
        language=language(),
        key=f"proof:{proof.pk}",
        kind=EmailKind.SECURITY,
        secret={"code": code},
        expires_at=proof.expires_at,
    )
    bell.tell_if_mail_may_wait(request)
    return proof


def send_code(request, email):
    """Send a code to `email` and remember it. The answer is the same whether or not the address has an account."""
    remember(request, email=email, proof=str(mail_code(request, email, PURPOSE).pk))


def checked_proof(request, code):
    """The proof that `code` belongs to. Raises proofs.BadCode or proofs.TooMany."""
    return proofs.check_code(
        proof_id=pending(request).get("proof"), purpose=PURPOSE, code=code, client=client_address(request)
    )


def answer_to_code(request, form, prove):
    """What `prove(request, code)` answers to the typed code; else None, and the status of the form that says why."""
    if request.method != "POST" or not form.is_valid():
        return None, 200
    try:
        return prove(request, form.cleaned_data["code"]), 200
    except (proofs.BadCode, proofs.TooMany) as error:
        form.add_error("code", str(error))
        return None, 429 if isinstance(error, proofs.TooMany) else 200


def is_waiting(request):
    """True when a code was sent in this session and has not been used."""
    proof = pending(request).get("proof")
    return bool(proof) and EmailProof.objects.filter(pk=proof, used_at=None).exists()


def sign_in(request, user, *, email, to):
    """Sign in through allauth's stages, so that a second factor is still asked for; then go to the URL `to`."""
    response = perform_login(request, user, redirect_url=to, email=email)
    return response or redirect(to)
