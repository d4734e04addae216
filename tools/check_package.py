"""Build the package as it would be published, and check what is in it: `make wheel`.

    python tools/check_package.py FOLDER

FOLDER gets a source archive (sdist) and the wheel that is built from it. The wheel must have every file of
`reportgen`, `templates`, `experiments` and the audit's pages that git knows, and nothing else; the one built
from the working tree must be the same to the byte, so that nothing of it is missing in the source archive.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from fnmatch import filter as filter_names
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

PROJECT = Path(__file__).parents[1]
PACKAGE = "reportgen"
FOLDERS = {
    PACKAGE: PACKAGE,
    "templates": f"{PACKAGE}/templates",
    "experiments": f"{PACKAGE}/experiments",
    "docs/reference/audit": f"{PACKAGE}/audit_pages",
}
"""Folders of the project, with the places that their files have in the wheel."""
ESSENTIAL = (
    f"{PACKAGE}/py.typed",
    f"{PACKAGE}/templates/catalogue.toml",
    f"{PACKAGE}/templates/fonts/*.ttf",
    f"{PACKAGE}/templates/sections/*.j2",
    f"{PACKAGE}/experiments/quickstart.toml",
    f"{PACKAGE}/audit_pages/RG001.md",
)
"""Patterns of files without which nothing works, should git ever know none of them."""


def build(folder: Path) -> tuple[Path, Path]:
    """Build the source archive, a wheel from it, and a wheel from the working tree.

    Args:
        folder: Where to put the source archive and its wheel; what was there is removed.

    Returns:
        The paths of the two wheels: the one from the source archive first.
    """
    shutil.rmtree(folder, ignore_errors=True)
    uv = (Path(sys.executable).with_name("uv"), "build", "--quiet", PROJECT, "--out-dir")
    subprocess.run([*uv, folder], check=True)
    subprocess.run([*uv, folder / "from-tree", "--wheel"], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel, folder / "from-tree" / wheel.name


def read_wheel(wheel: Path) -> dict[str, bytes]:
    """Return the contents of a wheel's files by their names."""
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def list_expected() -> set[str]:
    """Return the names that the package's files have in a wheel, by what git knows."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *FOLDERS]
    listed = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    paths = [PurePosixPath(name) for name in listed.split("\0") if name and (PROJECT / name).is_file()]
    return {
        f"{place}/{path.relative_to(folder)}"
        for path in paths
        for folder, place in FOLDERS.items()
        if path.is_relative_to(folder)
    }


def find_mistakes(
    files: Mapping[str, bytes], from_tree: Mapping[str, bytes], expected: set[str]
) -> list[str]:
    """Say what is wrong with a wheel.

    Args:
        files: The wheel that was built from the source archive.
        from_tree: The one that was built from the working tree.
        expected: Names of the package's files.

    Returns:
        A line for each mistake.
    """
    present = {name for name in files if name.startswith(f"{PACKAGE}/")}
    differing = {name for name in files.keys() | from_tree.keys() if files.get(name) != from_tree.get(name)}
    lacking = [pattern for pattern in ESSENTIAL if not filter_names(files, pattern)]
    return [
        *(f"not in the wheel: {name}" for name in sorted(expected - present)),
        *(f"in the wheel, but unknown to git: {name}" for name in sorted(present - expected)),
        *(f"another or none in the wheel from the working tree: {name}" for name in sorted(differing)),
        *(f"no such file in the wheel: {pattern}" for pattern in lacking),
    ]


def main() -> None:
    """Build, check, and say how large the wheel is."""
    wheel, from_tree = build(Path(sys.argv[1]))
    files = read_wheel(wheel)
    mistakes = find_mistakes(files, read_wheel(from_tree), list_expected())
    if mistakes:
        sys.exit("\n".join(mistakes))
    print(f"{wheel.name}: {len(files)} files, {wheel.stat().st_size / 1e6:.1f} MB, the same from its sdist")


if __name__ == "__main__":
    main()
