"""Who may import whom: an app knows those to its left, never those to its right."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ORDER = [
    "web", "accounts", "notifications", "actors", "platforms", "missions", "events", "insight", "s3hub"
]  # fmt: skip
LAYERS = ["models", "actions", "filters", "forms", "views"]
BESIDE_VIEWS = {"admin", "tasks", "feeds", "urls"}
# The proof of a rule may live anywhere; `s3hub.celery` is the application that tasks of every app hang on.
TEST_TREES = {"tests", "bench", "scripts"}


def modules():
    for app in ORDER:
        for path in sorted((ROOT / app).rglob("*.py")):
            yield app, path


def imported(path):
    """Every module that `path` imports, inside functions too, with the line where it does."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} relative import"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def breaches(app, path):
    """The imports of `path` that point to the right, or into a tree that is not part of the site."""
    right = set(ORDER[ORDER.index(app) + 1 :]) | TEST_TREES
    return [f"{path.relative_to(ROOT)}:{line} {name}" for name, line in imported(path) if name.split(".")[0] in right]


def layer(path, app):
    """The rank of a module within its app, or None for those that stand beside the layers."""
    topic = path.relative_to(ROOT / app).parts[0].removesuffix(".py")
    if topic in LAYERS:
        return LAYERS.index(topic)
    return len(LAYERS) if topic in BESIDE_VIEWS else None


def test_no_app_imports_one_to_its_right():
    assert [breach for app, path in modules() for breach in breaches(app, path)] == []


def test_inside_an_app_models_come_before_actions_before_forms_before_views():
    wrong = []
    for app, path in modules():
        rank = layer(path, app)
        for name, line in imported(path):
            parts = name.split(".")
            if rank is None or parts[0] != app or len(parts) < 2 or parts[1] not in LAYERS:
                continue
            if LAYERS.index(parts[1]) > rank:
                wrong.append(f"{path.relative_to(ROOT)}:{line} {name}")
    assert wrong == []


@pytest.mark.parametrize(
    "source",
    ["import actors.models", "def late():\n    from insight import views", "from tests.factories import make_user"],
)
def test_a_forbidden_import_is_seen_wherever_it_hides(tmp_path, monkeypatch, source):
    monkeypatch.setattr("tests.test_imports.ROOT", tmp_path)
    path = tmp_path / "web" / "x.py"
    path.parent.mkdir()
    path.write_text(source)

    assert len(breaches("web", path)) == 1


def test_every_app_has_its_place_in_the_order():
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert apps <= set(ORDER)
