"""Image files as pixels of one size."""

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reportgen.data.dataset import Images, check_size
from reportgen.data.errors import DataError, reason
from reportgen.data.progress import progress_bar

_GRAY = {"1", "L", "LA"}
_COLOUR = {"RGB", "RGBA", "P", "CMYK", "YCbCr"}
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "PPM", "TIFF", "WEBP")
"""What Pillow may take a file for. For others it calls other programs, such as Ghostscript for EPS."""

Size = tuple[int, int]
"""Width and height, as Pillow has it."""


@dataclass(frozen=True)
class Look:
    """What all images become.

    size: of each. mode: "L" if every one of them is gray, else "RGB". others: how many have another size and
    are scaled.
    """

    size: Size
    mode: str
    others: int


def look_at(files: Sequence[Path], resize: Size | None) -> Look:
    """Read the heads of image files, and find the size and the mode that all of them get.

    Args:
        files: At least one.
        resize: The size to scale them to; None where all must have one size.

    Raises:
        DataError: A file is no image, or of another size than the first one.
    """
    first, _ = _head(files[0])
    size, mode, others = resize or first, "L", 0
    with progress_bar("looking at images", len(files)) as advance:
        for file in files:
            found, file_mode = _head(file)
            if found != size and resize is None:
                raise DataError(
                    f"image {file} is {found[0]} x {found[1]} pixels, but {files[0]} is"
                    f" {size[0]} x {size[1]}: scale all images to one size, or let it be done with"
                    f" resize = [{size[1]}, {size[0]}] (height, width) in [data]"
                )
            others += found != size
            if file_mode not in _GRAY:
                mode = "RGB"
            advance(1)
    return Look(size, mode, others)


def read_pixels(files: Sequence[Path], look: Look, where: str) -> Images:
    """Read image files.

    Args:
        files: None or more.
        look: What they become. One of another size is scaled, its sides each by themselves, with bilinear
            interpolation over all pixels that fall into one.
        where: What a message begins with.

    Returns:
        Pixels (N, H, W, C), with one channel for mode "L" and three for "RGB".

    Raises:
        DataError: A file is damaged, or all together are too large.
    """
    from PIL import Image

    channels = 1 if look.mode == "L" else 3
    shape = (look.size[1], look.size[0], channels)
    check_size(len(files), shape, where)
    pixels = np.empty((len(files), *shape), dtype=np.uint8)
    with _whole_images_only(), progress_bar("reading images", len(files)) as advance:
        for index, file in enumerate(files):
            try:
                with _silence(), Image.open(file, formats=_FORMATS) as image:
                    converted = image.convert(look.mode)
                    if converted.size != look.size:
                        converted = converted.resize(look.size, Image.Resampling.BILINEAR)
                    pixels[index] = np.asarray(converted).reshape(shape)
            except Exception as error:  # whatever a damaged file makes Pillow raise
                raise _no_image(file, error) from error
            advance(1)
    return pixels


def _head(file: Path) -> tuple[Size, str]:
    """The size and Pillow's mode of an image file."""
    from PIL import Image

    try:
        with _silence(), Image.open(file, formats=_FORMATS) as image:
            size, mode = image.size, image.mode
    except Exception as error:  # the same
        raise _no_image(file, error) from error
    if mode not in _GRAY | _COLOUR:
        raise DataError(
            f"image {file} has pixels of a kind that cannot be read ({mode}): save it with 8 bits a channel"
        )
    return size, mode


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Pillow warns of much that it can read all the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _whole_images_only() -> Iterator[None]:
    """Let Pillow refuse a truncated image, even where WeasyPrint, once imported, has told it to make do."""
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _no_image(file: Path, error: BaseException) -> DataError:
    # Pillow's reason mostly repeats the path.
    why = "of no known format" if "cannot identify" in str(error) else reason(error)
    return DataError(f"file {file} is no image, or is damaged ({why}): remove it or replace it")
