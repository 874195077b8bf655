"""Databases to measure on, one for each size, on the embedded server or that of DATABASE_URL; kept for the next run."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from s3hub import embedded

BASE = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(BASE / "manage.py")]
SEED = 1


def home():
    """The address of the cluster's own database."""
    if embedded.needed():
        embedded.ensure()
    return os.environ.get("DATABASE_URL") or embedded.database_url()


def address(name):
    return make_conninfo(**(conninfo_to_dict(home()) | {"dbname": name}))


def fingerprint():
    """What the seeded rows depend on: schema, generator and region. Another one means another database."""
    digest = hashlib.sha256()
    trees = [
        "*/migrations/*.py",
        "actors/seed*",
        "events/seed*",
        "bench/rooms.py",
        "bench/digests.py",
        "regions/*/*",
        "*/region.py",
        "actors/region/*.py",
    ]
    for path in sorted(path for tree in trees for path in BASE.glob(tree) if path.is_file()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def environment(database):
    """A production-like environment on `database`: DEBUG off, static files hashed and compressed, own cache."""
    return os.environ | {
        "DATABASE_URL": address(database),
        "REDIS_URL": os.environ.get("REDIS_URL") or embedded.redis_url(db=6),
        "CACHE_URL": os.environ.get("CACHE_URL") or embedded.cache_url(db=7),
        "EMAIL_URL": "ledger://",
        "SECRET_KEY": "measured, not kept",
        "SITE_URL": "http://127.0.0.1",
        "DEBUG": "0",
        "STATIC_ROOT": str(BASE / ".data" / "bench-static"),
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "s3hub.settings",
    }


def manage(database, *arguments):
    done = subprocess.run([*MANAGE, *arguments], env=environment(database), capture_output=True, text=True, cwd=BASE)
    if done.returncode:
        raise SystemExit(f"manage.py {' '.join(arguments)}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _cluster(statement, *names):
    with psycopg.connect(home(), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def exists(name):
    with psycopg.connect(home()) as connection:
        return bool(connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())


def drop(name):
    _cluster("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def create(name, template="template1"):
    _cluster("CREATE DATABASE {} TEMPLATE {}", name, template)


def ask_version():
    with psycopg.connect(home()) as connection:
        return connection.execute("SHOW server_version").fetchone()[0]


def _make(name, fill, template="template1"):
    """Make `name` by copying `template`, run `fill`, and only then give it its final name."""
    if exists(name):
        return name
    unfinished = f"{name}_new"
    drop(unfinished)
    create(unfinished, template)
    fill(unfinished)
    _cluster("ALTER DATABASE {} RENAME TO {}", unfinished, name)
    return name


def _fill_region(name):
    manage(name, "migrate", "--verbosity", "0")
    manage(name, "load_region", os.environ.get("REGION", str(BASE / "regions" / "blekinge")))


def region():
    """A migrated database with the region loaded and nothing else."""
    return _make(f"s3hub_bench_{fingerprint()}", _fill_region)


def seeded(actors):
    """The region and `actors` synthetic actors; made once for each state of schema, generator and region."""
    base = region()
    return _make(
        f"{base}_{actors}",
        lambda name: manage(name, "seed_registry", "--actors", str(actors), "--seed", str(SEED)),
        template=base,
    )


def copied(name, fill):
    """The region and what `fill` adds; made once for each state of schema, generator and region."""
    base = region()
    return _make(f"{base}_{name}", fill, template=base)


def forget(current=None):
    """Drop the databases of earlier states."""
    with psycopg.connect(home()) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 's3hub\\_bench\\_%'").fetchall()
    for (name,) in rows:
        if current is None or not name.startswith(current):
            drop(name)
