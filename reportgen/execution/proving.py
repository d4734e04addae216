"""The proofs of all code that experiments train with: this program's, and what users bring along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reportgen.checks import Check
from reportgen.checks.homework import prove_layers, prove_optimizers
from reportgen.checks.user_network import KEY as NETWORK
from reportgen.checks.user_optimizers import PROVED
from reportgen.errors import UserError
from reportgen.execution.kept_proofs import prove_formulas
from reportgen.execution.prepare import Prepared
from reportgen.execution.user_files import UserFiles
from reportgen.optim import built_in
from reportgen.planning.plan import plan

MOST_SETUPS = 12
"""The most that a comparison may have, as in experiment/model.py."""


class FailedProofError(UserError):
    """Code that trains has not passed its proof. failed: the checks, with what is likely wrong."""

    def __init__(self, text: str, failed: Sequence[Check] = ()) -> None:
        super().__init__(text)
        self.failed = tuple(failed)


def prove(prepared: Sequence[Prepared]) -> list[list[Check]]:
    """Prove the layers, the network and the optimizers that experiments are trained with, each once.

    Args:
        prepared: The experiments, which say which these are.

    Returns:
        For each experiment, every check that concerns it, whether it has passed or not.
    """
    kinds = [
        {
            (kind.name, kind.code): kind
            for kind in experiment.optimizers_used()
            if homework_name(kind.name, kind.code, experiment.files) is None
        }
        for experiment in prepared
    ]
    distinct = {key: kind for of_experiment in kinds for key, kind in of_experiment.items()}
    proofs = prove_formulas(list(distinct.values()))
    common = proofs[: len(proofs) - len(distinct)]
    of_optimizers = dict(zip(distinct, proofs[len(common) :], strict=False))
    return [of_experiment(experiment, common, of_optimizers) for experiment in prepared]


def of_experiment(
    prepared: Prepared, common: Sequence[Check], of_optimizers: dict[tuple[str, str], Check]
) -> list[Check]:
    """Return the checks that concern an experiment, its user's layers in place of this program's.

    Args:
        prepared: The experiment.
        common: The checks of this program's layers and network.
        of_optimizers: Those of optimizers, by name and digest.
    """
    files = prepared.files
    layers: dict[str, Check] = {}
    if files.layers is not None:
        twice = prepared.source.experiment.defects.gradients_averaged_twice
        layers = {check.key: check for check in prove_layers(files.layers, averaged_twice=twice)}
    used = [(kind.name, kind.code) for kind in prepared.optimizers_used()]
    wanted = [(name, homework_name(name, code, files)) for name, code in used]
    homework = {}
    if files.own_optimizers is not None:
        own = prove_optimizers(files.own_optimizers, [name for _, name in wanted if name])
        homework = {check.key: check for check in own}
    return [
        *(layers.get(check.key, check) for check in common),
        *(
            replace(homework[name], key=full) if name else of_optimizers[full, code]
            for (full, code), (_, name) in zip(used, wanted, strict=True)
            if name or (full, code) in of_optimizers
        ),
    ]


def homework_name(name: str, code: str, files: UserFiles) -> str | None:
    """Return which of the homework's optimizers one is; None where it is another.

    Args:
        name: As trials have it, such as "hw5.py:SGD".
        code: The digest of its file.
        files: The code that the experiment brings along.
    """
    class_name = name.rpartition(":")[2]
    own = files.own_optimizers
    return class_name if own is not None and code == own.code.digest and class_name in PROVED else None


def refuse_failures(proofs: Iterable[Check], files: UserFiles, *, keep_going: bool = False) -> None:
    """Refuse to train with code that has not passed its proof.

    Args:
        proofs: Of an experiment.
        files: The code that it brings along.
        keep_going: Whether a user's own code may train all the same.

    Raises:
        FailedProofError: A proof failed; one line that says which.
    """
    failed = [check for check in proofs if not check.passed]
    own = [check for check in failed if check.mistakes]
    if not failed or (keep_going and len(own) == len(failed)):
        return
    first = failed[0]
    if first not in own:
        raise FailedProofError(f"{first.line} {first.evidence}; `reportgen check` shows every check", failed)
    names = " ".join(f"--code {classes.code.file}" for classes in files.opened)
    raise FailedProofError(
        f"{first.line} {first.evidence}; `reportgen check {names}` proves the code by itself, --keep-going"
        " trains and reports with it all the same",
        failed,
    )


def with_references(prepared: Prepared, proofs: Iterable[Check]) -> Prepared:
    """Return an experiment with a reference for each setup of its comparison whose code failed its proof.

    Args:
        prepared: The experiment.
        proofs: Its checks.

    Raises:
        UserError: There would be more setups than a report can show.
    """
    failed = {check.key for check in proofs if not check.passed}
    files, comparison = prepared.files, prepared.source.experiment.comparison
    if not failed or comparison is None:
        return prepared
    layers_failed = bool(failed & {*files.layer_names, NETWORK}) and files.layers is not None
    references = tuple(
        optimizer.shown_as
        for optimizer in comparison.optimizers
        if layers_failed
        or (
            files.optimizers.find(optimizer.name).name in failed
            and optimizer.name.rpartition(":")[2] in built_in()
        )
    )
    if len(comparison.optimizers) + len(references) > MOST_SETUPS:
        raise UserError(
            f"{prepared.source.file}: --keep-going compares with {len(references)} references beside"
            f" {len(comparison.optimizers)} optimizers; a report shows {MOST_SETUPS}, so name fewer"
        )
    trials = plan(
        prepared.source.experiment,
        len(prepared.classes),
        optimizers=files.optimizers,
        references=references,
    )
    return replace(prepared, trials=tuple(trials), references=references)
