"""Várias cabeças: à mão, oráculo em toda a grade, invariantes, gradiente, bordas e tipos."""

import math

import numpy as np
import pytest
import torch
from attention.attention_cases import as_numpy
from attention.multihead_cases import (
    BATCH,
    EXACT,
    HEADS,
    KEYS,
    OPTIONS,
    QUERIES,
    WIDTH,
    numpy_weights,
    random_layer,
    random_options,
    random_sequence,
)
from torch.testing import assert_close

from coursekit import reference
from coursekit.attention import (
    LinearBias,
    MultiHeadAttention,
    RelativeBias,
    RotaryPosition,
    attend,
)

LN2 = math.log(2.0)


def identity_layer(width, heads):
    layer = MultiHeadAttention(width, heads, bias=False).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.eye(width))
    return layer


def test_two_heads_by_hand():
    # Projeções identidade, largura 2, cabeças de largura 1. Consulta (ln 2, 0), chaves (0, 5) e
    # (1, 7), valores iguais às chaves. Cabeça 0: escores 0 e ln 2, pesos 1/3 e 2/3, contexto 2/3.
    # Cabeça 1: escores 0 e 0, pesos 1/2, contexto 6.
    query = torch.tensor([[[LN2, 0.0]]], dtype=torch.float64)
    key = torch.tensor([[[0.0, 5.0], [1.0, 7.0]]], dtype=torch.float64)
    outputs, weights = identity_layer(2, 2)(query, key, return_weights=True)
    expected = torch.tensor([[[[1 / 3, 2 / 3]], [[1 / 2, 1 / 2]]]], dtype=torch.float64)
    assert_close(weights, expected)
    assert_close(outputs, torch.tensor([[[2 / 3, 6.0]]], dtype=torch.float64))


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("heads", HEADS)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("cross", [True, False])
def test_agrees_with_oracle(name, heads, bias, cross):
    layer = random_layer(1, heads, bias=bias)
    query = random_sequence(1, QUERIES)
    source = random_sequence(2, KEYS) if cross else query
    options = random_options(name, 3, layer.num_heads, QUERIES, source.shape[1])
    received = layer(query, source if cross else None, **options, return_weights=True)
    expected = reference.multi_head_attention(
        query.numpy(), source.numpy(), numpy_weights(layer), num_heads=layer.num_heads,
        **as_numpy(options),
    )  # fmt: skip
    for tensor, array in zip(received, expected, strict=True):
        assert_close(tensor, torch.from_numpy(array), **EXACT)
    assert_close(layer(query, source if cross else None, **options), received[0])


@pytest.mark.parametrize("heads", ["três", "agrupada", "multiconsulta"])
@pytest.mark.parametrize("name", ["sem-nada", "causal", "booleana-3", "booleana-4", "aditiva-2"])
@pytest.mark.parametrize("cross", [True, False])
def test_positions_agree_with_oracle(heads, name, cross):
    # WIDTH = 12: cabeças de largura 4, 2 e 3; a rotação só cabe nas duas primeiras.
    num_heads = HEADS[heads][0]
    rotated = (WIDTH // num_heads) % 2 == 0
    rotation = RotaryPosition(WIDTH // num_heads) if rotated else None
    table = torch.linspace(-1, 2, num_heads * 5, dtype=torch.float64).view(num_heads, 5)
    score_bias = RelativeBias(num_heads, 2)
    layer = random_layer(4, heads, rotation=rotation, score_bias=score_bias)
    with torch.no_grad():
        score_bias.weight.copy_(table)
    query = random_sequence(5, QUERIES)
    source = random_sequence(6, KEYS) if cross else query
    options = random_options(name, 7, num_heads, QUERIES, source.shape[1])
    received = layer(query, source if cross else None, **options, return_weights=True)
    bias = reference.relative_bias(table.numpy(), QUERIES, source.shape[1])[None]
    mask = as_numpy(options).pop("mask", None)
    options.pop("mask", None)
    expected = reference.multi_head_attention(
        query.numpy(), source.numpy(), numpy_weights(layer), num_heads=num_heads,
        rotate=reference.rotate_pairs if rotated else None, mask=joined(bias, mask), **options,
    )  # fmt: skip
    for tensor, array in zip(received, expected, strict=True):
        assert_close(tensor, torch.from_numpy(array), **EXACT)


def joined(bias, mask):
    """Junta viés e máscara em NumPy, um elemento de cada vez, na forma (B, H, Tq, Tk)."""
    total = np.repeat(bias, BATCH, axis=0)
    if mask is None:
        return total
    for b, h, i, j in np.ndindex(total.shape):
        seen = mask[{2: (i, j), 3: (b, i, j), 4: (b, h, i, j)}[mask.ndim]]
        if mask.dtype == bool:
            total[b, h, i, j] = total[b, h, i, j] if seen else -np.inf
        else:
            total[b, h, i, j] += seen
    return total


def test_value_may_differ_from_key():
    layer = random_layer(8)
    query, key, value = (random_sequence(8 + n, length) for n, length in enumerate((5, 7, 7)))
    heads = (
        getattr(layer, f"{name}_projection")(x).unflatten(-1, (3, 4)).transpose(1, 2)
        for name, x in (("query", query), ("key", key), ("value", value))
    )
    context = attend(*heads).transpose(1, 2).flatten(2)
    assert_close(layer(query, key, value), layer.output_projection(context))
    assert not torch.allclose(layer(query, key, value), layer(query, key))


@pytest.mark.parametrize(("heads", "shared"), [(6, 1), (6, 2), (6, 3), (4, 2)])
@pytest.mark.parametrize("causal", [True, False])
def test_grouped_heads_equal_repeated_key_and_value_heads(heads, shared, causal):
    generator = torch.Generator().manual_seed(9)
    small = MultiHeadAttention(12, heads, num_key_value_heads=shared, generator=generator).double()
    whole = MultiHeadAttention(12, heads).double()
    state = small.state_dict()
    for part in ("key_projection", "value_projection"):
        for kind in ("weight", "bias"):
            blocks = state[f"{part}.{kind}"].chunk(shared)
            state[f"{part}.{kind}"] = torch.cat(
                [blocks[head // (heads // shared)] for head in range(heads)]
            )
    whole.load_state_dict(state)
    sequence = random_sequence(9, KEYS)
    assert_close(small(sequence, causal=causal), whole(sequence, causal=causal), **EXACT)


@pytest.mark.parametrize("num_heads", [1, 2, 4, 8])
def test_number_of_parameters_does_not_depend_on_heads(num_heads):
    # 4·64² + 4·64 = 16 640.
    layer = MultiHeadAttention(64, num_heads)
    assert sum(parameter.numel() for parameter in layer.parameters()) == 16_640
    unbiased = MultiHeadAttention(64, num_heads, bias=False)
    assert sum(parameter.numel() for parameter in unbiased.parameters()) == 16_384


def test_one_key_value_head_shrinks_two_projections():
    layer = MultiHeadAttention(12, 4, num_key_value_heads=1, bias=False)
    assert sum(p.numel() for p in layer.parameters()) == 2 * 12 * 12 + 2 * 12 * 3


def test_equivariant_without_position_and_not_with_it():
    order = torch.tensor([3, 0, 4, 1, 2])
    sequence = random_sequence(10, QUERIES)
    plain = random_layer(10)
    assert_close(plain(sequence[:, order]), plain(sequence)[:, order])
    for options in ({"rotation": RotaryPosition(4)}, {"score_bias": LinearBias(3)}):
        layer = random_layer(10, **options)
        assert (layer(sequence[:, order]) - layer(sequence)[:, order]).abs().max() > 0.01


def test_future_does_not_leak():
    layer = random_layer(11, "agrupada", rotation=RotaryPosition(2), score_bias=LinearBias(6))
    sequence = random_sequence(11, KEYS)
    changed = sequence.clone()
    changed[:, 4:] += 1
    first, second = layer(sequence, causal=True), layer(changed, causal=True)
    assert torch.equal(first[:, :4], second[:, :4])
    assert (layer(sequence)[:, :4] - layer(changed)[:, :4]).abs().max() > 0.01


def test_empty_row_gives_only_the_output_bias_and_finite_gradients():
    layer = random_layer(12, score_bias=RelativeBias(3, 2))
    sequence = random_sequence(12, QUERIES).requires_grad_()
    mask = torch.ones(QUERIES, QUERIES, dtype=torch.bool)
    mask[2] = False
    outputs, weights = layer(sequence, mask=mask, return_weights=True)
    outputs.square().sum().backward()
    assert not weights[:, :, 2].any()
    assert_close(outputs[:, 2], layer.output_projection.bias.expand(BATCH, -1))
    assert sequence.grad.isfinite().all()
    assert all(parameter.grad.isfinite().all() for parameter in layer.parameters())


def test_hidden_keys_do_not_matter_even_if_broken():
    layer = random_layer(13)
    query, key = random_sequence(13, QUERIES), random_sequence(14, KEYS)
    expected = layer(query, key, key_lengths=[4, 6])
    broken = key.clone()
    broken[0, 4:], broken[1, 6:] = math.nan, math.inf
    assert_close(layer(query, broken, key_lengths=[4, 6]), expected)
    assert layer(query, broken)[0].isnan().all()


@pytest.mark.parametrize("options", [{}, {"causal": True}, {"key_lengths": [2]}])
@pytest.mark.parametrize("shared", [2, 1])
def test_gradients(options, shared):
    layer = MultiHeadAttention(
        4, 2, num_key_value_heads=shared, rotation=RotaryPosition(2), score_bias=RelativeBias(2, 1)
    ).double()
    sequence = random_sequence(15, 3, batch=1, width=4).requires_grad_()
    names = [name for name, _ in layer.named_parameters()]

    def run(inputs, *parameters):
        state = dict(zip(names, parameters, strict=True))
        return torch.func.functional_call(layer, state, (inputs,), options)

    parameters = tuple(parameter.detach().requires_grad_() for parameter in layer.parameters())
    assert torch.autograd.gradcheck(run, (sequence, *parameters))


@pytest.mark.parametrize("heads", ["três", "agrupada"])
def test_dropout_only_when_training_and_on_the_weights(heads):
    layer, plain = random_layer(16, heads, dropout=0.4), random_layer(16, heads)
    sequence = random_sequence(16, QUERIES)
    assert torch.equal(layer.eval()(sequence), plain(sequence))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        received = layer.train()(sequence)
        torch.manual_seed(0)
        _, weights = plain(sequence, return_weights=True)
        dropped = torch.nn.functional.dropout(weights, 0.4)
    assert not torch.allclose(received, plain(sequence))
    value = plain.value_projection(sequence).unflatten(-1, (-1, plain.head_dim))
    group = plain.num_heads // plain.num_key_value_heads
    contexts = [dropped[:, head] @ value[:, :, head // group] for head in range(plain.num_heads)]
    assert_close(received, plain.output_projection(torch.cat(contexts, dim=-1)), **EXACT)


def test_dropout_zeroes_whole_weights():
    # Valores todos 1 e projeções identidade: cada contexto é a soma dos pesos que ficaram, ·2.
    layer = identity_layer(2, 1)
    layer.dropout = 0.5
    ones = torch.ones(1, 4, 2, dtype=torch.float64)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        outputs, weights = layer(ones, return_weights=True)
    kept = outputs[..., 0] / 2 * 4  # quantos dos quatro pesos 1/4 ficaram
    assert_close(kept, kept.round())
    assert {1.0, 2.0, 3.0} & set(kept.flatten().tolist())  # nem tudo, nem nada
    assert_close(weights, torch.full_like(weights, 0.25))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_keeps_dtype(dtype):
    layer = random_layer(17, rotation=RotaryPosition(4), score_bias=LinearBias(3)).to(dtype)
    outputs, weights = layer(random_sequence(17, QUERIES).to(dtype), return_weights=True)
    assert outputs.dtype == weights.dtype == dtype
    assert weights.shape == (BATCH, 3, QUERIES, QUERIES)


def test_parameters_come_from_the_generator_alone():
    state = torch.get_rng_state()
    first, second, other = (
        MultiHeadAttention(6, 3, generator=torch.Generator().manual_seed(seed))
        for seed in (0, 0, 1)
    )
    assert torch.equal(first.query_projection.weight, second.query_projection.weight)
    assert not torch.equal(first.query_projection.weight, other.query_projection.weight)
    assert not torch.equal(first.query_projection.weight, first.key_projection.weight)
    assert not first.output_projection.bias.any()
    assert torch.equal(torch.get_rng_state(), state)


def test_arguments_are_not_changed():
    layer, sequence = random_layer(18, score_bias=LinearBias(3)), random_sequence(18, QUERIES)
    mask = torch.zeros(QUERIES, QUERIES, dtype=torch.float64)
    copies = sequence.clone(), mask.clone()
    layer(sequence, mask=mask, causal=True)
    assert torch.equal(sequence, copies[0])
    assert torch.equal(mask, copies[1])
