"""The command `doctor`: what is installed, what is missing, and how to get it.

Nothing is imported here that could itself be missing: the doctor has to come to a machine where all is.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.errors import ExitCode, UserError

if TYPE_CHECKING:
    from packaging.requirements import Requirement

OLDEST_PYTHON = (3, 11)
MISSING, OTHER = "missing", "other"
"""What is not ok: it is not there, or it is there and another than it should be."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
READERS = (
    ("pyarrow", "parquet", "tables in Parquet files"),
    ("protobuf", "tensorboard", "event files of TensorBoard"),
)
"""Packages that not everybody needs, the extra that installs each, and what it reads."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found, and what to do where it is missing.

    needed: whether no report can be made without it. state: MISSING or OTHER, where there is a remedy.
    """

    what: str
    remedy: str = ""
    needed: bool = True
    state: str = MISSING

    @property
    def ok(self) -> bool:
        """Whether there is nothing to do."""
        return not self.remedy

    @property
    def line(self) -> str:
        """The finding in one line."""
        return f"ok       {self.what}" if self.ok else f"{self.state:<9}{self.what}: {self.remedy}"


@click.command(epilog="Example: reportgen doctor")
def doctor() -> ExitCode:
    """Say what is installed, what is missing and how to get it."""
    prevented, other = [], []
    for finding in findings():
        click.echo(finding.line)
        if not finding.ok and finding.state == OTHER:
            other.append(finding.what)
        elif finding.needed and not finding.ok:
            prevented.append(finding.what)
    if prevented:
        click.echo(f"no report can be made without: {', '.join(prevented)}")
    if other:
        click.echo(f"not what reports are tested with: {', '.join(other)}")
    if not prevented and not other:
        click.echo("reports can be made")
    return ExitCode.FAILED if prevented or other else ExitCode.DONE


def findings() -> Iterator[Finding]:
    """Everything that is looked at, one after the other."""
    yield python()
    yield from packages()
    for look in (torch_and_torchvision, pdf, font_files, cores, device, output_folder, cache, digits):
        yield carefully(look)
    yield carefully(cifar10, needed=False)
    yield carefully(fashion_mnist, needed=False)
    yield compiled_engine()
    yield guarded_code()
    for reader in READERS:
        yield optional_reader(*reader)
    yield browser()


def carefully(look: Callable[[], Finding], *, needed: bool = True) -> Finding:
    """What a look finds; one that cannot even be taken is a finding too."""
    try:
        return look()
    except (UserError, ImportError, OSError, RuntimeError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        return Finding(look.__name__.replace("_", " "), said, needed)


# ---------------------------------------------------------------- packages


def python() -> Finding:
    """The Python that runs this."""
    what = f"Python {platform.python_version()} ({sys.executable})"
    if sys.version_info < OLDEST_PYTHON:
        return Finding(what, f"install Python {'.'.join(map(str, OLDEST_PYTHON))} or newer")
    return Finding(what)


def packages() -> Iterator[Finding]:
    """Every package that this one is installed to depend on."""
    import importlib.metadata

    try:
        requirements = importlib.metadata.requires("reportgen") or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding("reportgen's own installation", "pip install . in its folder", needed=False)
        return
    try:
        from packaging.requirements import Requirement
    except ImportError:
        yield Finding("packaging", "pip install packaging")
        return
    for requirement in map(Requirement, requirements):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield package(requirement)


def package(requirement: Requirement) -> Finding:
    """A package and its version."""
    import importlib.metadata

    allowed = ",".join(sorted(map(str, requirement.specifier), key=lambda bound: "<" in bound))
    command = f"pip install '{requirement.name}{allowed}'"
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(requirement.name, command)
    if not requirement.specifier.contains(version, prereleases=True):
        what = f"{requirement.name} {version}"
        return Finding(what, f"not a version that reports are tested with, {command}", state=OTHER)
    return Finding(f"{requirement.name} {version}")


def torch_and_torchvision() -> Finding:
    """Whether torch and torchvision can be imported beside each other."""
    from reportgen.data.sources.torchvision_import import import_datasets

    import_datasets()
    return Finding("torch and torchvision work beside each other")


# ---------------------------------------------------------------- what a report needs


def pdf() -> Finding:
    """Whether WeasyPrint finds its libraries, and has all the help that PDFs are made with."""
    from reportgen.report.pdf.writer import check_pdf, shortcomings

    problem = check_pdf()
    if problem is not None:
        return Finding("PDF", f"{problem} (the HTML alone: reportgen run --no-pdf)")
    if lacking := shortcomings():
        return Finding("PDF", "; ".join(lacking), state=OTHER)
    return Finding("PDF: WeasyPrint and Pango work")


def font_files() -> Finding:
    """Whether all fonts are where they belong."""
    from reportgen.report.fonts import faces

    lost = [face.file for face in faces.FACES if not face.path.is_file()]
    if lost:
        return Finding(f"fonts {', '.join(lost)} in {faces.font_folder()}", "install reportgen again")
    return Finding(f"{len(faces.FACES)} fonts in {faces.font_folder()}")


def cores() -> Finding:
    """How many trials can be trained side by side."""
    from reportgen.execution import environment

    return Finding(f"{environment.cores()} cores for trials side by side")


def device() -> Finding:
    """What trials can be trained on."""
    from reportgen.execution.devices import CUDA, describe_accelerator, why_no_cuda

    lacking = why_no_cuda()
    if lacking is not None:
        return Finding(f"trials are trained on the processor: {lacking}")
    card = describe_accelerator(CUDA)["accelerator"]
    return Finding(f"trials are trained on the processor, or on {card} with --device {CUDA} or auto")


def output_folder() -> Finding:
    """Whether runs can be written where they go unless told otherwise."""
    folder = Path("output").absolute()
    if writable(folder):
        return Finding(f"output folder {folder} can be written")
    return Finding(f"output folder {folder}", "cannot be written, choose another with reportgen run --output")


# ---------------------------------------------------------------- data


def cache() -> Finding:
    """Where decoded data and downloads are kept, and how much there is."""
    from reportgen.files.resources import cache_folder

    folder = cache_folder()
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    what = f"cache {folder}, {size / 1e6:.1f} MB"
    if writable(folder):
        return Finding(what)
    return Finding(what, "cannot be written, name another folder in REPORTGEN_CACHE", needed=False)


def digits() -> Finding:
    """The embedded images."""
    import sklearn.datasets  # noqa: F401 - that it can be imported is the finding

    return Finding("data digits, part of scikit-learn")


def cifar10() -> Finding:
    """Whether CIFAR-10's archive is there."""
    from reportgen.data.sources import cifar10

    return archives("cifar10", (cifar10.ARCHIVE,), "")


def fashion_mnist() -> Finding:
    """Whether Fashion-MNIST's archives are there, downloaded or from Debian's package."""
    from reportgen.data.sources import fashion_mnist

    folder = fashion_mnist.DEBIAN_FOLDER
    if all((folder / name).is_file() for name in fashion_mnist.FILES):
        return Finding(f"data fashion-mnist in {folder}")
    return archives("fashion-mnist", fashion_mnist.FILES, ", or apt-get install dataset-fashion-mnist")


def archives(source: str, names: tuple[str, ...], otherwise: str) -> Finding:
    """Whether a source's archives are in the downloads folder."""
    from reportgen.data.cache import downloads_folder
    from reportgen.data.download import placed

    lost = [name for name in names if placed(name) is None]
    if not lost:
        return Finding(f"data {source} in {downloads_folder()}")
    remedy = f"downloaded when first used, or place {', '.join(lost)} in {downloads_folder()}{otherwise}"
    return Finding(f"data {source}", remedy, needed=False)


# ---------------------------------------------------------------- the rest


def compiled_engine() -> Finding:
    """Whether trials can be trained by what numba compiles, and where that is kept."""
    from reportgen.files.resources import cache_folder

    without = "without it, the textbook trains everything, to the same numbers within rounding"
    try:
        import llvmlite
        import numba
        from llvmlite import binding
    except ImportError as error:
        remedy = f"{' '.join(str(error).split())}; pip install numba; {without}"
        return Finding("the compiled engine", remedy, needed=False)
    folder = cache_folder() / "engine"
    versions = f"numba {numba.__version__}, llvmlite {llvmlite.__version__}"
    kernels = len(list(folder.glob("kernels_*.py"))) if folder.is_dir() else 0
    what = f"the compiled engine: {versions}, for {binding.get_host_cpu_name()}; {kernels} rules in {folder}"
    if writable(folder):
        return Finding(what)
    return Finding(what, "cannot be written, so that every process compiles anew", needed=False)


def guarded_code() -> Finding:
    """What stands between this machine and the code that users bring along."""
    from reportgen.user_code.bubblewrap import COMMAND, find_bubblewrap

    if find_bubblewrap() is not None:
        return Finding("bubblewrap keeps users' code from the network and from all files but its own")
    without = "without it, limits keep users' code from accidents, not from malice"
    if shutil.which(COMMAND):
        return Finding("bubblewrap that works", f"it is not allowed here; {without}", needed=False)
    return Finding("bubblewrap", f"apt-get install bubblewrap (Linux alone has it); {without}", needed=False)


def optional_reader(package_name: str, extra: str, what: str) -> Finding:
    """A package that reads what not everybody has."""
    import importlib.metadata

    try:
        return Finding(f"{package_name} {importlib.metadata.version(package_name)} reads {what}")
    except importlib.metadata.PackageNotFoundError:
        remedy = f"pip install 'reportgen[{extra}]'"
        return Finding(f"{package_name}, which reads {what}", remedy, needed=False)


def browser() -> Finding:
    """A browser and its driver, which only some tests ask for."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found and shutil.which("chromedriver"):
        return Finding(f"browser {found} and its driver, for tests only")
    return Finding(
        "browser and its driver, for tests only", "apt-get install chromium chromium-driver", needed=False
    )


def writable(folder: Path) -> bool:
    """Whether a file could be put there, the folder made first if need be."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)
