"""Leitores de sequência: o que cada um usa da camada, e o que ignora."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from coursekit.models.sequence_readers import AttentionReader, FinalStateReader, StepReader


class Running(nn.Module):
    """Camada sem parâmetros: a saída de cada passo é a soma das entradas até ele."""

    def forward(self, inputs):
        return inputs.cumsum(dim=1), None


def test_final_state_reader_answers_from_the_last_output():
    reader = FinalStateReader(Running(), 3)
    inputs = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0))
    expected = inputs.sum(dim=1) @ reader.output.weight[0] + reader.output.bias
    assert_close(reader(inputs), expected)
    assert reader(inputs).shape == (2,)


def test_step_reader_answers_only_in_the_last_steps():
    torch.manual_seed(0)
    reader = StepReader(
        Running(), num_tokens=7, embedding_size=5, hidden_size=5, num_classes=3, num_answers=2
    )
    tokens = torch.randint(7, (11, 13), generator=torch.Generator().manual_seed(1))
    scores = reader(tokens)
    assert scores.shape == (11, 2, 3)
    for row in range(11):
        for place, end in enumerate((12, 13)):
            total = sum(reader.embedding.weight[token] for token in tokens[row, :end])
            expected = reader.output.weight @ total + reader.output.bias
            assert_close(scores[row, place], expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_attention_reader_matches_loops_over_steps(seed):
    torch.manual_seed(seed)
    reader = AttentionReader(2, 5).double()
    inputs = torch.randn(3, 7, 2, dtype=torch.float64)
    weights = reader.weights(inputs)
    for row in range(3):
        steps = [leaky(reader.read.weight @ x + reader.read.bias) for x in inputs[row]]
        scores = [reader.score(step).item() for step in steps]
        powers = [2.718281828459045**score for score in scores]
        expected = [power / sum(powers) for power in powers]
        assert_close(weights[row], torch.tensor(expected, dtype=torch.float64))
        context = sum(share * step for share, step in zip(expected, steps, strict=True))
        answer = reader.output(leaky(reader.mix(context)))
        assert_close(reader(inputs[row : row + 1]), answer)


def leaky(x):
    return torch.where(x > 0, x, 0.01 * x)


def test_attention_reader_ignores_the_order():
    torch.manual_seed(0)
    reader = AttentionReader(2, 5).double()
    inputs = torch.randn(3, 7, 2, dtype=torch.float64)
    order = torch.randperm(7)
    assert_close(reader(inputs[:, order]), reader(inputs))
    assert_close(reader.weights(inputs[:, order]), reader.weights(inputs)[:, order])
