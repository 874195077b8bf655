"""Codes by mail: hashed, for one purpose, once, with few tries, also when many try at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import proofs
from accounts.models import EmailProof, Tally

ASK = {"email": "eva@example.org", "purpose": "registration", "client": "192.0.2.1"}
HOUR = timedelta(hours=1)


def attempt(proof, code, client="192.0.2.1", purpose="registration"):
    return proofs.check_code(proof_id=proof.pk, purpose=purpose, code=code, client=client)


@pytest.mark.django_db
def test_the_right_code_proves_in_any_spelling_and_is_not_stored():
    proof, code = proofs.new_proof(**ASK)

    assert attempt(proof, f" {code.lower().replace('-', ' ')} ").email == "eva@example.org"
    assert code.replace("-", "") not in str(EmailProof.objects.values().get())
    assert set(code) <= set(proofs.LETTERS + "-")


@pytest.mark.django_db
def test_a_code_works_once_for_its_purpose_and_while_it_lives():
    proof, code = proofs.new_proof(**ASK)
    with pytest.raises(proofs.BadCode):
        attempt(proof, code, purpose="other")
    with transaction.atomic():
        proofs.use_up(attempt(proof, code))
    with pytest.raises(proofs.BadCode):
        attempt(proof, code)
    old, code = proofs.new_proof(**ASK)
    EmailProof.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    with pytest.raises(proofs.BadCode):
        attempt(old, code)


@pytest.mark.django_db
def test_after_five_wrong_tries_the_right_code_is_dead():
    proof, code = proofs.new_proof(**ASK)
    for _try in range(proofs.MAX_TRIES):
        with pytest.raises(proofs.BadCode):
            attempt(proof, "BBBBBBBB")
    with pytest.raises(proofs.BadCode):
        attempt(proof, code)


@pytest.mark.django_db
def test_codes_are_limited_by_address_and_by_client():
    for _code in range(proofs.CODES_PER_ADDRESS):
        proofs.new_proof(**ASK)
    with pytest.raises(proofs.TooMany):
        proofs.new_proof(**ASK | {"client": "192.0.2.99"})
    for number in range(proofs.CODES_PER_CLIENT):
        proofs.new_proof(**ASK | {"email": f"p{number}@example.org", "client": "192.0.2.7"})
    with pytest.raises(proofs.TooMany):
        proofs.new_proof(**ASK | {"email": "new@example.org", "client": "192.0.2.7"})


@pytest.mark.django_db
def test_tries_are_limited_by_address_over_many_codes_and_clients():
    tried = 0
    with pytest.raises(proofs.TooMany):
        for number in range(proofs.CODES_PER_ADDRESS):
            proof, _code = proofs.new_proof(**ASK | {"client": f"192.0.2.{number}"})
            for _try in range(proofs.MAX_TRIES):
                with pytest.raises(proofs.BadCode):
                    attempt(proof, "BBBBBBBB", client=f"192.0.2.{number}")
                tried += 1
    assert tried == proofs.TRIES_PER_ADDRESS


@pytest.mark.django_db
def test_a_tally_starts_again_when_its_while_has_passed():
    assert Tally.objects.spend("x", "y", limit=1, per=HOUR)
    assert not Tally.objects.spend("x", "y", limit=1, per=HOUR)
    Tally.objects.update(ends_at=timezone.now())
    assert Tally.objects.spend("x", "y", limit=1, per=HOUR)
    assert "y" not in Tally.objects.get().key or len(Tally.objects.get().key) == 64


def in_parallel(call, times):
    def run(number):
        try:
            return call(number)
        except (proofs.BadCode, proofs.TooMany) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_one_code_at_once_one_succeeds():
    proof, code = proofs.new_proof(**ASK)

    def spend(_number):
        checked = attempt(proof, code)
        with transaction.atomic():
            proofs.use_up(checked)
        return "in"

    answers = in_parallel(spend, 8)

    assert [one for one in answers if one == "in"] == ["in"]


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_share_one_budget():
    proof, _code = proofs.new_proof(**ASK)

    answers = in_parallel(lambda _number: attempt(proof, "BBBBBBBB"), 12)

    assert all(isinstance(one, proofs.BadCode) for one in answers)
    assert EmailProof.objects.get().tries == proofs.MAX_TRIES
