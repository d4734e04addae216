"""An experiment before it is trained: its data loaded, and all found to be possible on it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reportgen.data import Dataset, Splits, TableKeys
from reportgen.data.progress import note
from reportgen.errors import UserError
from reportgen.execution.user_files import UserFiles, open_user_files
from reportgen.execution.worker import DataSettings, load_data, splits_for, splits_of
from reportgen.experiment import reading
from reportgen.experiment.data_settings import Data
from reportgen.experiment.model import Experiment
from reportgen.experiment.overrides import Overrides
from reportgen.experiment.reading import Source
from reportgen.experiment.refusals import ExperimentError
from reportgen.experiment.stages import SEARCH
from reportgen.optim import OptimizerKind
from reportgen.own_words.from_files import gather
from reportgen.own_words.texts import OwnWords
from reportgen.planning.plan import check_optimizers, further_mistakes, plan, refuse_too_many
from reportgen.planning.search import Searched, apply
from reportgen.planning.studies import Study, possible_trials, studies_of
from reportgen.training import Trial
from reportgen.user_code.errors import UserCodeError


@dataclass(frozen=True)
class Prepared:
    """An experiment that was found to be possible on its data, and what there is to train.

    It holds no images, so that many can be prepared before the first is trained; `load_data` has them.

    source: the experiment. data: where every process finds the images, with their digest. digest: of the
    images and of how they are split. classes: of the images, by name. studies: what is searched before
    training; empty where nothing is. trials: what is trained, but for the settings that a search finds.
    files: the code that it brings along. references: the labels of the comparison's setups that are trained
    with this program's code as well, since theirs has failed its proof. words: those of the author's own that
    the report has; None where there are none.
    """

    source: Source
    data: DataSettings
    digest: str
    classes: tuple[str, ...]
    studies: tuple[Study, ...]
    trials: tuple[Trial, ...]
    files: UserFiles
    references: tuple[str, ...] = ()
    words: OwnWords | None = None

    def optimizers_used(self) -> list[OptimizerKind]:
        """Return the optimizers that trials are trained with, each once."""
        names = dict.fromkeys(trial.setup.optimizer for trial in self.trials)
        return [self.files.optimizers.find(name) for name in names]

    def trials_with(self, searched: Sequence[Searched]) -> tuple[Trial, ...]:
        """Return what is trained once the searches are over: with the best settings that they found."""
        if not searched:
            return self.trials
        experiment = self.source.experiment
        found = apply(experiment, searched)
        optimizers, references = self.files.optimizers, self.references
        return tuple(plan(experiment, len(self.classes), found, optimizers, references=references))


def prepare(source: Source) -> Prepared:
    """Load an experiment's images and find out whether all that it asks for is possible on them.

    Args:
        source: The experiment as it was read.

    Returns:
        What there is to search and to train.

    Raises:
        UserError: Something is not possible; the line names the experiment's file and the key.
    """
    experiment = source.experiment
    files = UserFiles()
    try:
        words = gather(experiment.text, source.file.parent)
        files = open_user_files(experiment, source.file.parent)
        optimizers = files.optimizers
        check_optimizers(experiment, optimizers)
        loaded = load_data(data_settings(experiment, source.file))
        classes = loaded.dataset.classes
        searches = studies_of(experiment, len(classes), optimizers)
        trials = plan(experiment, len(classes), optimizers=optimizers)
        refuse_too_many(len(trials))
        extremes = [trial for study in searches for trial in possible_trials(study)]
        refuse_changed_rows([*trials, *extremes], loaded.dataset)
        refuse_large_batches([*trials, *extremes], loaded.splits)
        for trial in with_other_splits(trials, loaded.settings):
            splits_for(trial, loaded.settings)
    except UserError as error:
        files.close()
        inner = UserError(*error.args) if isinstance(error, UserCodeError) else error
        raise inner.within(source.file) from error
    for remark in loaded.notes:
        note(remark.line)
    digest = data_digest(loaded.dataset, loaded.settings)
    return Prepared(
        source, loaded.settings, digest, classes, tuple(searches), tuple(trials), files, words=words
    )


def find_experiment(name: str, overrides: Overrides) -> Source:
    """Return the experiment that a user names; see `experiment.reading.find_source`.

    Args:
        name: A path, or the name of a ready experiment.
        overrides: What is asked for instead of what its file says.

    Raises:
        ExperimentError: All that is wrong with it, a line for each mistake, with those of its optimizers.
    """
    try:
        return reading.find_source(name, overrides)
    except ExperimentError as error:
        if not (further := ExperimentError(*further_mistakes(error.content)).args):
            raise
        raise ExperimentError(*error.args, *(f"{reading.find(name)}: {line}" for line in further)) from error


def data_digest(dataset: Dataset, settings: DataSettings) -> str:
    """Return the SHA-256 of the data and of their split.

    Args:
        dataset: The images; what is not said of the split follows their source.
        settings: What is said of it.
    """
    parts = ("train", "validation", "test", "seed", "test_from_train")
    split = {name: value for name, value in asdict(settings).items() if name in parts}
    if settings.resplit:  # whichever seed the split has that stands for all: a trial's own is in its key
        split |= {"seed": None, "resplit": True}
    if settings.shares is not None:
        split["shares"] = settings.shares
    split |= {name: value for name, value in vars(dataset).items() if name.startswith("default_")}
    return hashlib.sha256(f"{dataset.digest} {json.dumps(split)}".encode()).hexdigest()


def data_settings(experiment: Experiment, file: Path) -> DataSettings:
    """Return where the data is.

    Args:
        experiment: Names source and path.
        file: Of the experiment; a relative path is taken from its folder.
    """
    data = experiment.data
    return DataSettings(
        source=data.source,
        path=None if data.path is None else file.parent / Path(data.path).expanduser(),
        # only an .npz file may lack names of its own
        classes=data.classes if data.source == "npz" else None,
        train=data.train,
        validation=data.validation,
        test=data.test,
        seed=final_seeds(experiment)[0] if data.resplit else data.seed,
        shares=data.shares,
        resize=data.resize,
        columns=columns_of(data),
        resplit=data.resplit,
        test_from_train=experiment.defects.test_images_from_training_file,
    )


def final_seeds(experiment: Experiment) -> tuple[int, ...]:
    """Return the seeds that are trained for good, each once: those of the comparison, then the others'."""
    stages = (experiment.comparison, experiment.tuned, experiment.ablation)
    return tuple(dict.fromkeys(seed for stage in stages if stage is not None for seed in stage.seeds))


def with_other_splits(trials: Iterable[Trial], settings: DataSettings) -> list[Trial]:
    """Return one trial for every split that there is: an ablation has other test images, a seed its own.

    Args:
        trials: All that are trained.
        settings: Say whether every seed has a split of its own.
    """
    splits = {
        (trial.defects.test_images_from_training_file, trial.seed if settings.resplit else None): trial
        for trial in trials
    }
    return list(splits.values())


def columns_of(data: Data) -> TableKeys | None:
    """Return what an experiment says of a table's columns; None where its data are no table."""
    if data.source != "table" or data.label is None:
        return None
    return TableKeys(
        data.label,
        data.split_column,
        data.numeric or (),
        data.categorical or (),
        data.ignore or (),
        data.missing,
    )


def refuse_changed_rows(trials: Sequence[Trial], dataset: Dataset) -> None:
    """Refuse what is done to images and would be wrong for the rows of a table.

    Args:
        trials: With all that may be asked of one.
        dataset: Images, or rows.

    Raises:
        UserError: There is such a trial; the line names its stage and the key.
    """
    for trial in trials if dataset.columns else ():
        for key, asked, why in (
            ("augmentation", bool(trial.setup.augmentation), "rows of a table cannot be flipped or shifted"),
            ("normalization", trial.setup.normalization != "none", "a table is always standardized"),
        ):
            if asked:
                stage = "search.tuned.space" if trial.setup.stage == SEARCH else trial.setup.stage
                raise UserError(f"{stage}.{key}: {why}; leave it out")


def refuse_large_batches(trials: Sequence[Trial], splits: Splits) -> None:
    """Refuse a batch larger than the training part: it would not be what was asked for.

    Args:
        trials: Each has its batch size.
        splits: The images.

    Raises:
        UserError: There is such a trial; the line names its stage.
    """
    for trial in trials:
        parts = splits_of(trial, splits)
        images, kind = len(parts.train), "training"
        things = "rows" if parts.columns else "images"
        if trial.defects.batches_slide_by_one and len(parts.validation) < images:
            images, kind = len(parts.validation), "validation"  # they only count in whole batches
        if trial.setup.batch_size > images:
            stage = "search.tuned.space" if trial.setup.stage == SEARCH else trial.setup.stage
            raise UserError(
                f"{stage}.batch_size = {trial.setup.batch_size}: must be at most {images},"
                f" the number of {kind} {things}"
            )
