"""What stands above a report: title, author and course, as a user gives them for all languages."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.errors import UserError, printable


@dataclass(frozen=True)
class FrontMatter:
    """The lines at the head of a report; None for what it has without being told.

    Attributes:
        title: The report's title.
        author: Who signs it.
        course: What it was written for.

    Raises:
        UserError: A line is empty, too long, or more than one.
    """

    title: str | None = None
    author: str | None = None
    course: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no report can have at its head."""
        for name, line in self.given().items():
            try:
                check_line(line)
            except ValueError as error:
                raise UserError(f"{name} = {printable(repr(line[:60]))}: {error}") from None

    def given(self) -> dict[str, str]:
        """Return the lines that are given, by name."""
        return {name: line for name, line in vars(self).items() if line is not None}


def check_line(line: str) -> str:
    """Return a line as it is, if a report can have it at its head.

    Args:
        line: What a user gives as a title, an author or a course.

    Raises:
        ValueError: It is empty, too long, or not one line of printable characters.
    """
    from pydantic import TypeAdapter, ValidationError

    from reportgen.experiment.values import Line

    try:
        return TypeAdapter(Line).validate_python(line)
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise ValueError(message[:1].lower() + message[1:]) from None


NO_FRONT_MATTER = FrontMatter()
"""That of a report of which nobody said anything."""
