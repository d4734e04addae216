"""Rows of numbers that the processor works on at once, for numba: it has no name for them itself.

A vector holds as many numbers as the processor's widest register does. What is written with these functions
is compiled as it stands, where a plain loop is only sometimes.
"""

from __future__ import annotations

from typing import Any

from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.core.extending import intrinsic, models, register_model

FLAGS = ("contract", "reassoc", "nsz", "arcp", "afn")
"""What may be changed in the order of sums: all but what an infinite number or none at all is treated as."""

Generated = tuple[Any, Any]


class Vector(types.Type):  # type: ignore[misc]  # numba has no types
    """So many numbers of one type."""

    def __init__(self, scalar: Any, lanes: int) -> None:
        self.scalar, self.lanes = scalar, lanes
        super().__init__(name=f"Vector({scalar}, {lanes})")


@register_model(Vector)
class VectorModel(models.PrimitiveModel):  # type: ignore[misc]
    """How it lies in a register."""

    def __init__(self, manager: Any, of: Vector) -> None:
        element = ir.FloatType() if of.scalar is types.float32 else ir.DoubleType()
        super().__init__(manager, of, ir.VectorType(element, of.lanes))


def register_bytes() -> int:
    """Return how wide the processor's widest register is."""
    features = binding.get_host_cpu_features()
    return 64 if features.get("avx512f") else 32 if features.get("avx") else 16


def lanes_of(bits: int) -> int:
    """Return how many numbers a vector holds.

    Args:
        bits: Of one of them: 32 or 64.
    """
    return register_bytes() * 8 // bits


def _vector(scalar: Any) -> Vector:
    return Vector(scalar, lanes_of(scalar.bitwidth))


def _pointer(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Where in an array's memory a vector begins."""
    array_type = signature.args[0]
    array = context.make_array(array_type)(context, builder, arguments[0])
    vector = context.get_value_type(_vector(array_type.dtype))
    return builder.bitcast(builder.gep(array.data, [arguments[1]]), vector.as_pointer())


@intrinsic
def load(_: Any, array: Any, __: Any) -> Generated:
    """Return the vector that begins at a place of a flat array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value = builder.load(_pointer(context, builder, signature, arguments))
        value.align = array.dtype.bitwidth // 8
        return value

    return _vector(array.dtype)(array, types.intp), generate


@intrinsic
def store(_: Any, array: Any, __: Any, value: Any) -> Generated:
    """Write a vector to a place of a flat array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _pointer(context, builder, signature, arguments)
        builder.store(arguments[2], place, align=array.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.none(array, types.intp, value), generate


def _filled(builder: Any, vector: Any, scalar: Any) -> Any:
    nothing = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(nothing, scalar, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count)
    return builder.shuffle_vector(first, nothing, zeros)


@intrinsic
def fill(_: Any, scalar: Any) -> Generated:
    """Return a vector of one and the same number."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _filled(builder, context.get_value_type(signature.return_type), arguments[0])

    return _vector(scalar)(scalar), generate


@intrinsic
def spread(_: Any, array: Any, __: Any) -> Generated:
    """Return a vector of the one number at a place of a flat array, counted from its beginning."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        flat = context.make_array(array)(context, builder, arguments[0])
        scalar = builder.load(builder.gep(flat.data, [arguments[1]]))
        return _filled(builder, context.get_value_type(signature.return_type), scalar)

    return _vector(array.dtype)(array, types.intp), generate


@intrinsic
def total(_: Any, vector: Any) -> Generated:
    """Return the sum of a vector's numbers."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        value = arguments[0].type
        name = f"llvm.vector.reduce.fadd.v{value.count}{_letter(value)}"
        kind = ir.FunctionType(value.element, [value.element, value])
        function = cgutils.get_or_insert_function(builder.module, kind, name)
        return builder.call(function, [ir.Constant(value.element, 0.0), arguments[0]], fastmath=FLAGS)

    return vector.scalar(vector), generate


def _letter(vector: Any) -> str:
    return "f32" if isinstance(vector.element, ir.FloatType) else "f64"


def _binary(instruction: str) -> Any:
    @intrinsic
    def operation(_: Any, left: Any, right: Any) -> Generated:
        def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
            return getattr(builder, instruction)(*arguments, flags=FLAGS)

        return left(left, right), generate

    return operation


add, sub, mul, div = (_binary(name) for name in ("fadd", "fsub", "fmul", "fdiv"))


def _unary(name: str) -> Any:
    @intrinsic
    def operation(_: Any, value: Any) -> Generated:
        def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
            vector = arguments[0].type
            full = f"llvm.{name}.v{vector.count}{_letter(vector)}"
            function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(vector, [vector]), full)
            return builder.call(function, arguments)

        return value(value), generate

    return operation


sqrt, absolute = _unary("sqrt"), _unary("fabs")


@intrinsic
def negative(_: Any, value: Any) -> Generated:
    """Return the numbers with the other sign."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        return builder.fneg(arguments[0])

    return value(value), generate


def _comparison(sign: str) -> Any:
    """1 where it holds, 0 where it does not."""

    @intrinsic
    def operation(_: Any, left: Any, right: Any) -> Generated:
        def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
            vector = arguments[0].type
            one, none = (ir.Constant(vector, [number] * vector.count) for number in (1.0, 0.0))
            return builder.select(builder.fcmp_ordered(sign, *arguments), one, none)

        return left(left, right), generate

    return operation


greater, at_least = _comparison(">"), _comparison(">=")


def _extreme(sign: str) -> Any:
    """The one or the other; what is not a number where one of both is not, as torch does."""

    @intrinsic
    def operation(_: Any, left: Any, right: Any) -> Generated:
        def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
            first, second = arguments
            chosen = builder.select(builder.fcmp_ordered(sign, first, second), first, second)
            return builder.select(builder.fcmp_unordered("uno", first, first), first, chosen)

        return left(left, right), generate

    return operation


maximum, minimum = _extreme(">"), _extreme("<")


@intrinsic
def select(_: Any, condition: Any, left: Any, right: Any) -> Generated:
    """Return the one's numbers where the condition is not 0, else the other's."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        none = ir.Constant(arguments[0].type, [0.0] * arguments[0].type.count)
        return builder.select(builder.fcmp_unordered("!=", arguments[0], none), *arguments[1:])

    return left(condition, left, right), generate


@intrinsic
def sign(_: Any, value: Any) -> Generated:
    """Return 1 where a number is above 0, -1 where it is below, else the number itself."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        vector = arguments[0].type
        one, none, minus = (ir.Constant(vector, [number] * vector.count) for number in (1.0, 0.0, -1.0))
        above = builder.fcmp_ordered(">", arguments[0], none)
        below = builder.fcmp_ordered("<", arguments[0], none)
        return builder.select(above, one, builder.select(below, minus, arguments[0]))

    return value(value), generate
