"""The texts and pictures of a user's own that a report has, as they are kept with a run."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

FILE = "own_words.json"
"""What it is called among a run's records."""
INTRODUCTION, METHOD, DISCUSSION = SECTIONS = ("introduction", "method", "discussion")
"""Where a report has room for them."""
EVERY = "all"
"""The language of a text that stands for all languages."""


@dataclass(frozen=True)
class OwnWords:
    """What a user has written.

    Attributes:
        texts: In Markdown, by section and language.
        pictures: The bytes of each, by the path that the texts call it.
    """

    texts: Mapping[str, Mapping[str, str]]
    pictures: Mapping[str, bytes]

    def to_json(self) -> str:
        """Return it as it is written."""
        pictures = {path: base64.b64encode(data).decode() for path, data in self.pictures.items()}
        content = {"texts": self.texts, "pictures": pictures}
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _decoded(value: object) -> object:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


class _Written(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    texts: dict[str, dict[str, str]]
    pictures: dict[str, Annotated[bytes, BeforeValidator(_decoded)]]


def from_json(text: str) -> OwnWords:
    """Return what was written.

    Args:
        text: Of to_json.

    Raises:
        ValueError: It is not; one line that says why.
    """
    try:
        written = _Written.model_validate(json.loads(text))
    except (ValueError, RecursionError) as error:
        mistake = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise ValueError(f"{FILE}: {mistake}") from None
    return OwnWords(written.texts, written.pictures)
