"""Rules of the code base that no linter knows."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APPS = ("accounts", "groups", "chargers", "wallportal")
TOP_LEVEL = {
    *APPS,
    *(".ci", ".env.example", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md"),
    *("LICENSE", "Makefile", "README.md", "docs", "locale", "manage.py"),
    *("pyproject.toml", "requirements-dev.in", "requirements-dev.txt"),
    *("requirements.in", "requirements.txt", "static", "templates", "tests"),
}


def tracked(*patterns: str) -> list[Path]:
    """Return the files of the project, also those not committed yet."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("needs git to know the project's files", allow_module_level=True)
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard"]
        + ["-z", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    names = filter(None, listing.stdout.split("\0"))
    return sorted(ROOT / name for name in names if (ROOT / name).is_file())


def found(pattern: str, files: list[Path]) -> list[str]:
    """Return where `pattern` stands, as file, line and text."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]


def longer_than(limit: int, files: list[Path]) -> list[str]:
    return [
        str(path.relative_to(ROOT))
        for path in files
        if len(path.read_text("utf-8").splitlines()) > limit
    ]


TEMPLATES = tracked("*.html")
STYLES = tracked("*.css")
CODE = [p for p in tracked("*.py") if p.relative_to(ROOT).parts[0] in APPS]
PRODUCT = [p for p in CODE if "migrations" not in p.parts]


def without_comments(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)


def test_the_top_level_holds_nothing_unexpected():
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}

    assert names <= TOP_LEVEL


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"\sstyle\s*=", id="style attribute"),
        pytest.param(r"<style\b", id="style element"),
        pytest.param(r"\son[a-z]+\s*=", id="event handler"),
        pytest.param(r"javascript:", id="script address"),
        pytest.param(r"\bhx-on\b", id="htmx handler"),
        pytest.param(r"data:image", id="data address"),
        pytest.param(r"(?<!help_text)\|safe\b|\bautoescape off", id="unescaped text"),
    ],
)
def test_templates_leave_style_and_behaviour_to_their_files(pattern):
    assert found(pattern, TEMPLATES) == []


def test_no_template_holds_an_inline_script():
    scripts = [
        f"{path.relative_to(ROOT)}: {script}"
        for path in TEMPLATES
        for script in re.findall(r"<script\b[^>]*>", path.read_text("utf-8"))
        if "src=" not in script
    ]

    assert scripts == []


def test_templates_are_at_most_120_lines():
    assert longer_than(120, TEMPLATES) == []


def test_every_end_of_a_block_names_it():
    assert found(r"{%-?\s*endblock\s*-?%}", TEMPLATES) == []


def test_stylesheets_are_at_most_150_lines():
    assert longer_than(150, STYLES) == []


def test_stylesheets_need_no_important():
    assert found("!important", STYLES) == []


def test_stylesheets_select_no_ids():
    selectors = [
        f"{path.relative_to(ROOT)}: {selector.strip()}"
        for path in STYLES
        for selector in re.findall(r"([^{};]+){", without_comments(path))
        if re.search(r"#[A-Za-z_-]", selector)
    ]

    assert selectors == []


def is_written(path: Path) -> bool:
    """Tell whether people wrote it; the first migration is generated."""
    return path.name != "0001_initial.py"


def test_modules_are_at_most_400_lines():
    assert longer_than(400, [p for p in tracked("*.py") if is_written(p)]) == []


def test_migrations_are_named_by_hand():
    names = [path.name for path in CODE if "migrations" in path.parts]

    assert [name for name in names if "auto_" in name] == []


def test_roles_are_asked_for_in_groups_only():
    outside = [p for p in PRODUCT if p.relative_to(ROOT).parts[0] != "groups"]

    assert found(r"\bRole\.|\.role\s*[!=]=", outside) == []


def private_imports(path: Path) -> list[str]:
    app = path.relative_to(ROOT).parts[0]
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}: {alias.name}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if node.module.split(".")[0] in APPS
        and node.module.split(".")[0] != app
        and alias.name.startswith("_")
    ]


def test_no_app_imports_what_another_keeps_to_itself():
    assert [name for path in PRODUCT for name in private_imports(path)] == []


def test_nothing_is_left_to_be_done():
    files = tracked("*.py", "*.html", "*.css", "*.js", "*.md")
    unfinished = r"\b(TODO|FIXME|XXX|HACK)\b|coming " + "soon"

    others = [path for path in files if path != Path(__file__)]
    assert found(unfinished, others) == []


def test_requirements_name_no_address():
    assert found(r"://|^--|^-i\b|^-f\b", tracked("requirements*")) == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_by_hash(name):
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and line.lstrip()[0] != "#"]

    assert lines
    assert [x for x in lines if not re.match(r"\S+==\S+ .*--hash=sha256:", x)] == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_pinned_requirements_are_those_asked_for(name):
    asked = re.findall(r"^([a-z][a-z0-9-]+)", (ROOT / f"{name}.in").read_text(), re.M)
    pinned = re.findall(r"^([a-z0-9-]+)==", (ROOT / f"{name}.txt").read_text(), re.M)

    assert set(asked) <= set(pinned)


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_dependency_has_a_written_reason(name):
    reasons = (ROOT / "docs/decisions/0002-dependencies.md").read_text("utf-8")
    asked = re.findall(r"^([a-z][a-z0-9-]+)", (ROOT / f"{name}.in").read_text(), re.M)

    assert [each for each in asked if not re.search(rf"\| .*\b{each}\b", reasons)] == []


def test_the_version_is_the_one_that_the_changes_describe():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)

    assert newest
    assert newest[1] == project["version"]


def test_every_setting_read_from_the_environment_is_documented():
    code = "".join(path.read_text("utf-8") for path in PRODUCT)
    read = set(re.findall(r"""env(?:\.\w+)?\(\s*(?:env, )?"([A-Z_]+)\"""", code))
    documented = (ROOT / ".env.example").read_text("utf-8")

    assert read
    assert [name for name in sorted(read) if f"{name}=" not in documented] == []
