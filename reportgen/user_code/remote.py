"""Users' classes as they are used from outside: each call goes to a guarded process; data come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any, NoReturn

from torch import Tensor

from reportgen.errors import printable
from reportgen.user_code.confinement import GIB, Limits
from reportgen.user_code.description import Description, read_description
from reportgen.user_code.encoding import encode
from reportgen.user_code.errors import UserCodeError
from reportgen.user_code.guarded import GARBLED, GuardedProcess
from reportgen.user_code.source import UserCode

NO_DATA = "no data"
"""The kind of error where something cannot come out as data."""


class CodeProcess(GuardedProcess):
    """A guarded process with a user's code in it: start it with `with`, once a file, and use it for all.

    Values go in and come out as data: None, numbers, texts, tensors (dtype and shape kept), numpy's arrays,
    and lists, tuples and dictionaries of these.
    """

    def __init__(self, code: UserCode, *, seconds: float = 60.0, memory: int = 4 * GIB) -> None:
        """Start a process and load the code into it.

        Args:
            code: The user's.
            seconds: How long a call may take, by the clock.
            memory: How many bytes of memory it may take.

        Raises:
            UserCodeError: The code raises something as it is loaded, or ends its process.
        """
        super().__init__("reportgen.user_code", code.file, limits=Limits(seconds=seconds, memory=memory))
        self.code = code
        try:
            message = encode(astuple(code)) + encode(("load",))
            self._value(message, "as it is loaded")
        except BaseException:
            self.close()
            raise

    def describe(self) -> Description:
        """Return the classes of the code, and what it says of itself.

        Raises:
            UserCodeError: The process died, or answered with something else.
        """
        plain = self.request("describe", doing="as it is looked at")
        try:
            return read_description(plain)
        except (ValueError, TypeError, KeyError, AttributeError):
            self.refuse("as it is looked at")

    def new(self, class_name: str, *args: Any, **kwargs: Any) -> RemoteObject:
        """Make an object of a class of the code.

        Args:
            class_name: The class.
            args: What its constructor gets.
            kwargs: The same, by name.

        Raises:
            UserCodeError: The constructor raises something, or the process dies.
        """
        number = self.request("new", class_name, args, kwargs, doing=f"{class_name}(...)")
        return RemoteObject(self, self._number(number), class_name)

    def new_twin(self, weights: Sequence[Tensor], biases: Sequence[Tensor], **kwargs: Any) -> RemoteTwin:
        """Make the twin that the code's ABOUT names, over copies of these tensors.

        Args:
            weights: They decay.
            biases: They do not.
            kwargs: The hyperparameters.

        Raises:
            UserCodeError: The twin raises something, or the process dies. `kind` is 'ImportError' or
                'ModuleNotFoundError' where there is no twin here.
        """
        number = self.request("new twin", list(weights), list(biases), kwargs, doing="ABOUT.twin(...)")
        return RemoteTwin(self, self._number(number))

    def request(self, *request: Any, doing: str, as_numpy: bool = False) -> Any:
        """Ask the process for something, and return what it answers.

        Args:
            request: An operation of server.py and its arguments.
            doing: What that is, for errors.
            as_numpy: Tensors arrive as numpy's arrays.

        Raises:
            UserCodeError: The code raises something, or the process dies.
        """
        return self._value(encode(request, as_numpy=as_numpy), doing)

    def _value(self, message: bytes, doing: str) -> Any:
        answer = self.exchange(message, doing)
        if isinstance(answer, dict) and list(answer) == ["value"]:
            return answer["value"]
        if isinstance(answer, dict) and isinstance(reason := answer.get("no data"), str):
            text = f"{self.file}: {doing}: gives back what cannot come out as data: {printable(reason)}"
            raise UserCodeError(text, file=self.file, kind=NO_DATA)
        if isinstance(answer, dict) and isinstance(described := answer.get("error"), dict):
            raise error_of(described, self.code, doing, self.limits)
        return self.refuse(doing)

    def _number(self, number: object) -> int:
        if type(number) is not int:
            self.refuse("as an object is made")
        return number

    def refuse(self, doing: str) -> NoReturn:
        """End the process, which answered with what cannot be. Raises UserCodeError.

        Args:
            doing: What it was asked to do.
        """
        self.stop(doing, GARBLED, "its process sent what is no answer")


def error_of(described: dict[Any, Any], code: UserCode, doing: str, limits: Limits) -> UserCodeError:
    """Return the error for what trouble.py says of an exception of a user's code.

    Args:
        described: What the process sent.
        code: The user's.
        doing: What the process was asked to do.
        limits: The process's.
    """
    kind, text, line = (described.get(name) for name in ("kind", "text", "line"))
    kind = printable(kind) if isinstance(kind, str) else "Exception"
    text = printable(text) if isinstance(text, str) else ""
    line = line if type(line) is int and 0 < line <= code.text.count("\n") + 1 else None
    where = f"{code.file}: {doing}" if line is None else code.place(line)
    more = f" (it may take {limits.memory / GIB:.1f} GiB of memory)" if described.get("memory") else ""
    said = f"{kind}: {text}" if text else kind
    return UserCodeError(f"{where}: {said}{more}", file=code.file, kind=kind, line=line)


@dataclass(frozen=True)
class RemoteObject:
    """An object in a guarded process. number: its own there."""

    process: CodeProcess
    number: int
    class_name: str

    def call(
        self, method: str, *args: Any, as_numpy: bool = False, **kwargs: Any
    ) -> tuple[Any, tuple[Any, ...]]:
        """Call a method.

        Args:
            method: Its name.
            args: What it gets; copies arrive.
            as_numpy: Tensors among these arrive as numpy's arrays.
            kwargs: What it gets by name.

        Returns:
            What it returns, and the arguments after the call, which may have changed them in place.

        Raises:
            UserCodeError: It raises something, returns what is no data, or the process dies.
        """
        doing = f"{self.class_name}.{method}"
        answer = self.process.request(
            "call", self.number, method, args, kwargs, doing=doing, as_numpy=as_numpy
        )
        if not (isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[1], tuple)):
            self.process.refuse(doing)
        result, after = answer
        return result, after

    def get(self, attribute: str) -> Any:
        """Return an attribute's value.

        Raises:
            UserCodeError: It has none, or one that is no data, or the process dies.
        """
        return self.process.request("get", self.number, attribute, doing=f"{self.class_name}.{attribute}")

    def set(self, attribute: str, value: Any) -> None:
        """Set an attribute.

        Raises:
            UserCodeError: It cannot be set, or the process dies.
        """
        self.process.request("set", self.number, attribute, value, doing=f"{self.class_name}.{attribute}")

    def has(self, attribute: str) -> bool:
        """Return whether it has an attribute.

        Raises:
            UserCodeError: The process dies.
        """
        doing = f"{self.class_name}.{attribute}"
        return self.process.request("has", self.number, attribute, doing=doing) is True


@dataclass(frozen=True)
class RemoteTwin:
    """The twin of a user's optimizer in a guarded process, over weights and biases of its own there."""

    process: CodeProcess
    number: int

    def step(
        self,
        weights: Sequence[Tensor],
        biases: Sequence[Tensor],
        *,
        learning_rate: float | None = None,
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Take a step.

        Args:
            weights: The gradients of the weights.
            biases: Those of the biases.
            learning_rate: Set in every group of parameters before; None for what is set.

        Returns:
            The weights and the biases after it.

        Raises:
            UserCodeError: It raises something, or the process dies.
        """
        gradients = [list(weights), list(biases)]
        answer = self.process.request(
            "step twin", self.number, gradients, learning_rate, doing="ABOUT.twin(...).step"
        )
        match answer:
            case [list(new_weights), list(new_biases)] if all(
                isinstance(tensor, Tensor) for tensor in [*new_weights, *new_biases]
            ):
                return new_weights, new_biases
        return self.process.refuse("ABOUT.twin(...).step")
