"""Contagem da volta: exata num grafo conhecido, e quadrática onde deve ser."""

import pytest
import torch

from coursekit.models.backward_writes import count_backward_writes


def test_count_by_hand():
    # A volta cria o gradiente da soma (1 número) e a cópia em .grad (5); o resto são visões.
    weight = torch.arange(5.0, requires_grad=True)
    count = count_backward_writes(weight.sum())
    assert count == 6
    assert torch.equal(weight.grad, torch.ones(5))


def total_of(pieces):
    return sum(piece.sum() for piece in pieces)


def counts(how, sizes=(8, 16, 32)):
    result = []
    for size in sizes:
        sequence = torch.ones(3, size, 7, requires_grad=True)
        pieces = sequence.unbind(1) if how == "unbind" else [sequence[:, t] for t in range(size)]
        result.append(count_backward_writes(total_of(pieces)))
    return result


def test_indexing_is_quadratic_and_unbind_is_linear():
    indexed, unbound = counts("index"), counts("unbind")
    # Cada passo indexado escreve a sequência inteira: 21·T², fora a soma dos gradientes.
    assert indexed[1] - 2 * indexed[0] >= 21 * (16**2 - 2 * 8**2)
    assert 3.5 < (indexed[2] - unbound[2]) / (indexed[1] - unbound[1]) < 4.5
    assert 1.9 < unbound[2] / unbound[1] < 2.1


def test_does_not_depend_on_values():
    first = torch.zeros(4, requires_grad=True)
    second = torch.randn(4, generator=torch.Generator().manual_seed(0)).requires_grad_()
    assert count_backward_writes(first.exp().sum()) == count_backward_writes(second.exp().sum())


@pytest.mark.parametrize("loss", [torch.zeros(3, requires_grad=True) * 2, torch.zeros(())])
def test_rejects_what_cannot_go_backward(loss):
    with pytest.raises(ValueError, match=r"escalar com gradiente; recebi forma .*Some as saídas"):
        count_backward_writes(loss)
