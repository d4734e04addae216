"""The classifier against an autograd twin, and what its parameters are."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from reportgen.nn import Classifier, WeightGradient, parameter_count

HIDDEN = [[], [1], [6], [8, 4, 2], [3, 3, 3, 3, 3, 3, 3, 3]]
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def classifier_with_biases(
    inputs: int, hidden: list[int], outputs: int, *, l2: float = 0.0, divide_gradient: bool = False
) -> Classifier:
    """In float64, its biases away from 0 so that no formula of theirs can hide."""
    stream = np.random.default_rng(0)
    classifier = Classifier(
        inputs, hidden, outputs, stream, l2=l2, dtype=torch.float64, divide_gradient=divide_gradient
    )
    for name, parameter in classifier.parameters.items():
        if name.startswith("b"):
            parameter.copy_(torch.from_numpy(stream.uniform(0.1, 0.5, parameter.shape)))
    return classifier


def batch(n: int, inputs: int, outputs: int) -> tuple[Tensor, Tensor]:
    stream = np.random.default_rng(1)
    return torch.from_numpy(stream.standard_normal((n, inputs))), torch.from_numpy(
        stream.integers(0, outputs, n)
    )


def twin(
    classifier: Classifier, x: Tensor, labels: Tensor, l2: float
) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Logits, mean loss and gradients of the objective by autograd, from a network put together anew."""
    leaves = {name: p.clone().requires_grad_() for name, p in classifier.parameters.items()}
    out, layers = x, len(leaves) // 2
    for number in range(1, layers + 1):
        out = torch.nn.functional.linear(out, leaves[f"w{number}"].T, leaves[f"b{number}"])
        if number < layers:
            out = out.relu()
    loss = torch.nn.functional.cross_entropy(out, labels)
    decay = sum((p.square().sum() for name, p in leaves.items() if name.startswith("w")), torch.zeros(()))
    gradients = torch.autograd.grad(loss + l2 * decay, list(leaves.values()))
    return out.detach(), loss.detach(), dict(zip(leaves, gradients, strict=True))


def assert_agrees_with_its_twin(n: int, inputs: int, hidden: list[int], outputs: int, l2: float) -> None:
    classifier = classifier_with_biases(inputs, hidden, outputs, l2=l2)
    x, labels = batch(n, inputs, outputs)
    logits, loss, gradients = twin(classifier, x, labels, l2)
    ours, our_gradients = classifier.loss_and_gradients(x, labels)
    torch.testing.assert_close(classifier.forward(x), logits, **EXACT)
    torch.testing.assert_close(ours, loss, **EXACT)  # without the L2 term
    assert our_gradients.keys() == gradients.keys()
    for name, gradient in gradients.items():
        torch.testing.assert_close(our_gradients[name], gradient, **EXACT, msg=lambda m, name=name: name + m)


@pytest.mark.parametrize("l2", [0.0, 0.02])
@pytest.mark.parametrize("n", [1, 7])
@pytest.mark.parametrize("hidden", HIDDEN, ids=str)
def test_gradients_are_exactly_those_of_the_mean_loss(hidden: list[int], n: int, l2: float) -> None:
    assert_agrees_with_its_twin(n, 5, hidden, 3, l2)


@settings(max_examples=20, derandomize=True)
@given(
    n=st.integers(1, 9),
    inputs=st.integers(1, 8),
    hidden=st.lists(st.integers(1, 7), max_size=5),
    outputs=st.integers(2, 6),
)
def test_gradients_are_exact_whatever_the_sizes(n: int, inputs: int, hidden: list[int], outputs: int) -> None:
    assert_agrees_with_its_twin(n, inputs, hidden, outputs, 0.01)


def test_gradients_agree_with_finite_differences() -> None:
    classifier, step = classifier_with_biases(4, [5, 3], 3, l2=0.05), 1e-6
    x, labels = batch(6, 4, 3)

    def objective() -> float:
        loss, _ = classifier.loss_and_gradients(x, labels)
        return loss.item() + classifier.l2_term().item()

    _, gradients = classifier.loss_and_gradients(x, labels)
    for name, parameter in classifier.parameters.items():
        for place in range(parameter.numel()):
            values, kept = parameter.view(-1), parameter.view(-1)[place].item()
            values[place] = kept + step
            above = objective()
            values[place] = kept - step
            below = objective()
            values[place] = kept
            slope = (above - below) / (2 * step)
            assert gradients[name].reshape(-1)[place].item() == pytest.approx(slope, abs=1e-7), name


def test_backward_keeps_weight_gradients_as_factors_of_the_live_weights() -> None:
    classifier = classifier_with_biases(5, [4], 3, l2=0.1)
    x, labels = batch(6, 5, 3)
    classifier.loss.forward(labels, classifier.forward(x))
    gradients = classifier.backward()
    assert set(gradients) == {"w1", "b1", "w2", "b2"}
    for name in ("w1", "w2"):
        assert isinstance(gradients[name], WeightGradient)
        assert gradients[name].w is classifier.parameters[name]
        assert gradients[name].shape == classifier.parameters[name].shape


def test_divide_gradient_divides_all_but_the_l2_part_by_the_batch_size() -> None:
    n, l2 = 8, 0.1
    x, labels = batch(n, 5, 3)
    loss, right = classifier_with_biases(5, [4], 3).loss_and_gradients(x, labels)
    classifier = classifier_with_biases(5, [4], 3, l2=l2, divide_gradient=True)
    same_loss, divided = classifier.loss_and_gradients(x, labels)
    assert torch.equal(loss, same_loss)
    for name, gradient in right.items():
        decay = 2 * l2 * classifier.parameters[name] if name.startswith("w") else 0
        torch.testing.assert_close(divided[name], gradient / n + decay, **EXACT)


def test_l2_term_is_l2_times_the_sum_of_the_squared_weights_without_the_biases() -> None:
    classifier = classifier_with_biases(5, [4, 3], 2, l2=0.3)
    expected = 0.3 * sum((classifier.parameters[name].numpy() ** 2).sum() for name in ("w1", "w2", "w3"))
    assert classifier.l2_term().item() == pytest.approx(expected, rel=1e-14)
    assert classifier_with_biases(5, [4], 2).l2_term().item() == 0


@pytest.mark.parametrize("hidden", HIDDEN, ids=str)
def test_shapes_go_from_inputs_through_the_hidden_list_to_outputs(hidden: list[int]) -> None:
    kept = list(hidden)
    classifier = Classifier(7, hidden, 3, np.random.default_rng(0))
    sizes = [7, *hidden, 3]
    expected = {}
    for number in range(1, len(sizes)):
        expected[f"w{number}"] = (sizes[number - 1], sizes[number])
        expected[f"b{number}"] = (sizes[number],)
    assert classifier.parameter_shapes() == expected
    assert list(classifier.parameter_shapes()) == list(expected)  # w1, b1, w2, ...
    assert hidden == kept  # the homework's program let the caller's list grow
    assert parameter_count(expected) == sum(p.numel() for p in classifier.parameters.values())


def test_forward_takes_a_batch_of_one_and_gives_one_row_of_logits() -> None:
    assert Classifier(4, [3], 2, np.random.default_rng(0)).forward(torch.zeros(1, 4)).shape == (1, 2)


def test_numbers_are_float32_unless_float64_is_asked_for() -> None:
    single = Classifier(4, [3], 2, np.random.default_rng(0))
    double = Classifier(4, [3], 2, np.random.default_rng(0), dtype=torch.float64)
    for classifier, dtype in ((single, torch.float32), (double, torch.float64)):
        loss, gradients = classifier.loss_and_gradients(torch.ones(2, 4, dtype=dtype), torch.tensor([0, 1]))
        assert {p.dtype for p in classifier.parameters.values()} == {dtype}
        assert {g.dtype for g in gradients.values()} == {dtype}
        assert loss.dtype == classifier.l2_term().dtype == dtype
    for name in single.parameters:  # the same draws, rounded
        assert torch.equal(single.parameters[name], double.parameters[name].float())


def test_initial_weights_are_he_normal_drawn_layer_by_layer_and_biases_are_zero() -> None:
    classifier = Classifier(300, [200], 100, np.random.default_rng(5), dtype=torch.float64)
    again = np.random.default_rng(5)
    for name, inputs, outputs in (("w1", 300, 200), ("w2", 200, 100)):
        expected = again.standard_normal((inputs, outputs)) * math.sqrt(2 / inputs)
        np.testing.assert_allclose(classifier.parameters[name].numpy(), expected, rtol=1e-15)
        assert expected.std() == pytest.approx(math.sqrt(2 / inputs), rel=0.03)
    assert not classifier.parameters["b1"].any()
    assert not classifier.parameters["b2"].any()


def test_with_a_standard_deviation_the_weights_are_the_homeworks() -> None:
    classifier = Classifier(6, [5], 4, np.random.RandomState(0), std=0.2, dtype=torch.float64)
    np.random.seed(0)  # as the homework did: the global stream
    assert np.array_equal(classifier.parameters["w1"].numpy(), np.random.randn(6, 5) * 0.2)
    assert np.array_equal(classifier.parameters["w2"].numpy(), np.random.randn(5, 4) * 0.2)


@pytest.mark.parametrize("sizes", [(0, [3], 2), (4, [3, 0], 2), (4, [-1], 2), (4, [], 0)])
def test_a_layer_without_units_is_refused(sizes: tuple[int, list[int], int]) -> None:
    with pytest.raises(ValueError, match="at least one unit"):
        Classifier(*sizes, np.random.default_rng(0))


def test_predict_names_the_most_probable_class_of_each_image() -> None:
    classifier = classifier_with_biases(5, [4], 3)
    x, labels = batch(20, 5, 3)
    probabilities, _ = classifier.loss.forward(labels, classifier.forward(x))
    expected = [max(range(3), key=lambda k, row=row: row[k]) for row in probabilities.tolist()]
    assert classifier.predict(x).tolist() == expected
    assert len(set(expected)) > 1
