"""O que toda janela promete, seja a padrão, a compilada ou a de um padrão, em qualquer corte."""

import math

import pytest
import torch
from attention.sparse.sparse_cases import (
    BATCH,
    EXACT,
    HEADS,
    VALUE_WIDTH,
    WINDOWS,
    assert_equals_dense,
    dense,
    gradients,
    largest_allocation,
    random_tensors,
)
from attention.sparse.window_cases import COMPILED, every_cut, every_way, tiled
from torch.testing import assert_close

from coursekit.attention import attend

LN2 = math.log(2.0)


@every_way
def test_matches_hand_computation(window):
    # Escores 0 e ln 2: pesos 1 : 2. A posição 1 vê as três; a 0 e a 2, só duas.
    query = torch.ones(1, 3, 1, dtype=torch.float64)
    key = torch.tensor([[[0.0], [LN2], [0.0]]], dtype=torch.float64)
    value = torch.tensor([[[3.0], [6.0], [12.0]]], dtype=torch.float64)
    expected = torch.tensor([5.0, (3 + 2 * 6 + 12) / 4, 8.0], dtype=torch.float64)
    assert_close(window(query, key, value, 1).squeeze(), expected)
    causal = torch.tensor([3.0, 5.0, 8.0], dtype=torch.float64)
    assert_close(window(query, key, value, 1, causal=True).squeeze(), causal)
    assert_close(window(query, key, value, 0), value)


@every_cut
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("length", "radius"), WINDOWS)
def test_equals_masked_dense_attention_and_its_gradients(length, radius, causal, window):
    tensors = random_tensors(length, seed=length + radius)
    assert_equals_dense(window, tensors, radius, causal=causal)
    lengths = [length, length // 2]
    assert_equals_dense(window, tensors, radius, causal=causal, key_lengths=lengths)


@every_cut
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("lengths", [[0, 23], [1, 7], [12, 0], [3, 17], [9, 9]])
@pytest.mark.parametrize("radius", [0, 2, 9, 50])
def test_key_lengths_hide_keys_and_empty_rows_are_zero(lengths, radius, causal, window):
    tensors = random_tensors(23, seed=sum(lengths))
    options = {"causal": causal, "key_lengths": lengths}
    found = assert_equals_dense(window, tensors, radius, **options)[0]
    for example, limit in enumerate(lengths):
        blind = found[example, :, limit + radius :] if limit else found[example]
        assert not blind.any()
    as_tensor = window(*tensors, radius, causal=causal, key_lengths=torch.tensor(lengths))
    assert torch.equal(as_tensor, found)


@every_way
@pytest.mark.parametrize("causal", [False, True])
def test_a_wide_window_is_dense(causal, window):
    tensors = random_tensors(131)
    wide = window(*tensors, 131, causal=causal)
    assert_close(wide, attend(*tensors, causal=causal), **EXACT)
    assert torch.equal(window(*tensors, 10**9, causal=causal), wide)


@every_way
def test_what_is_outside_the_window_does_not_matter(window):
    query, key, value = random_tensors(100)
    whole = window(query, key, value, 4)
    key[..., 50, :] += 3.0
    value[..., 50, :] -= 5.0
    changed = (window(query, key, value, 4) != whole).flatten(0, 1).any(0).any(-1)
    assert changed.nonzero().squeeze().tolist() == list(range(46, 55))


@every_way
def test_shapes_with_and_without_heads_and_shared_heads(window):
    assert window(*random_tensors(11), 2).shape == (BATCH, HEADS, 11, VALUE_WIDTH)
    assert_equals_dense(window, random_tensors(11, heads=None), 2)
    shared = random_tensors(0, shapes=[(2, 6, 11, 5), (2, 2, 11, 5), (2, 2, 11, 7)])
    assert_equals_dense(window, shared, 2)
    assert_equals_dense(window, shared, 2, key_lengths=[3, 8])


@every_way
@pytest.mark.parametrize("shape", [(0, 3, 5, 7), (2, 3, 0, 7), (2, 0, 5, 7), (2, 3, 5, 7)])
def test_empty_axes_and_nothing_to_see(shape, window):
    keys = (2, 1, 5, 7) if shape[1] == 0 else shape
    tensors = random_tensors(0, shapes=[shape, keys, keys])
    for options in ({}, {"key_lengths": [0] * shape[0]}):
        output, *grads = gradients(lambda *x, o=options: window(*x, 1, **o), tensors)
        assert output.shape == shape
        assert [x.shape for x in grads] == [shape, keys, keys]
    assert not output.any()


@every_way
def test_values_may_have_no_width(window):
    tensors = random_tensors(0, shapes=[(2, 9, 3), (2, 9, 3), (2, 9, 0)])
    assert window(*tensors, 1).shape == (2, 9, 0)


@every_way
def test_strides_do_not_matter(window):
    # (B, T, H, D) com os eixos trocados: vistas que não são contíguas, com deslocamento.
    base = random_tensors(0, shapes=[(2, 60, 3, 5)] * 3)
    views = [x[:, 3:].transpose(1, 2) for x in base]
    inputs = [x.clone().requires_grad_() for x in views]
    others = [x.contiguous().requires_grad_() for x in views]
    assert torch.equal(window(*views, 2), window(*others, 2))
    window(*inputs, 2).transpose(1, 2).contiguous().square().sum().backward()
    dense(2)(*others).square().sum().backward()
    for mine, theirs in zip(inputs, others, strict=True):
        assert_close(mine.grad, theirs.grad, **EXACT)


@every_way
def test_inputs_may_start_anywhere_in_their_memory(window):
    base = random_tensors(0, shapes=[(3, 2, 20, 5)] * 3)
    assert base[0][1:].is_contiguous()
    expected = dense(2)(*(x[1:].clone() for x in base))
    assert_close(window(*(x[1:] for x in base), 2), expected, **EXACT)
    leaves = [x.clone().requires_grad_() for x in base]
    window(*(x[1:] for x in leaves), 2).sum().backward()
    assert not leaves[0].grad[0].any()
    assert leaves[2].grad[1:].all()


@every_cut
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("length", "radius"), [(5, 1), (9, 3)])
def test_gradcheck(length, radius, causal, window):
    inputs = tuple(x.requires_grad_() for x in random_tensors(0, shapes=[(1, 2, length, 2)] * 3))
    for options in ({"causal": causal}, {"causal": causal, "key_lengths": [length - 2]}):
        assert torch.autograd.gradcheck(lambda *x, o=options: window(*x, radius, **o), inputs)


@every_way
def test_only_the_gradients_asked_for(window):
    query, key, value = random_tensors(20)
    value.requires_grad_()
    window(query, key, value, 3).sum().backward()
    # A soma dos pesos de cada linha é 1: os gradientes dos valores somam o número de consultas.
    assert_close(value.grad.sum(dim=2), torch.full((2, 3, 7), 20.0, dtype=torch.float64))
    assert query.grad is None


@every_way
def test_the_second_derivative_is_refused(window):
    inputs = [x.requires_grad_() for x in random_tensors(6)]
    output = window(*inputs, 1).square().sum()
    (first,) = torch.autograd.grad(output, inputs[0], create_graph=True)
    with pytest.raises(RuntimeError, match=r"primeira derivada.*segunda.*attend\(.*mask"):
        torch.autograd.grad(first.sum(), inputs[1])


@every_way
def test_scale_and_learned_scale(window):
    tensors = random_tensors(65)
    assert_equals_dense(window, tensors, 3, scale=-0.7)
    factors = [torch.tensor(0.4, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    window(*tensors, 3, scale=factors[0]).square().sum().backward()
    dense(3, scale=factors[1])(*tensors).square().sum().backward()
    assert_close(factors[0].grad, factors[1].grad, **EXACT)
    assert factors[0].grad.abs() > 0


@every_way
def test_scores_too_big_for_the_naive_exponential(window):
    query, key, value = random_tensors(140)
    assert_equals_dense(window, (query * 1e4, key, value), 6)
    assert_equals_dense(window, (query * 1e4, key, value), 66)
    # Escores que crescem de ladrilho em ladrilho: o máximo sobe, e o que se somou encolhe.
    ramp = torch.linspace(0, 500, 140, dtype=torch.float64)[:, None]
    assert_equals_dense(window, (query.abs(), key.abs() + ramp, value), 139)
    assert_equals_dense(window, (query.abs(), key.abs() - ramp, value), 139)


@every_way
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("length", "radius"), [(70, 9), (151, 41)])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_low_precision_only_rounds_the_result(dtype, length, radius, causal, window):
    tensors = random_tensors(length, dtype=dtype)
    exact = gradients(dense(radius, causal=causal), [x.double() for x in tensors])
    received = gradients(lambda *x: window(*x, radius, causal=causal), tensors)
    for mine, theirs in zip(received, exact, strict=True):
        assert mine.dtype == dtype
        # meia unidade de arredondamento na saída; no gradiente, também o da entrada da volta.
        allowed = 2 * torch.finfo(dtype).eps * theirs.abs() + 2e-6 + torch.finfo(dtype).eps
        assert ((mine.double() - theirs).abs() <= allowed).all()


@every_way
@pytest.mark.parametrize("lengths", [None, [17, 5]])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("where", [0, 1, 2])
@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_broken_numbers_show_only_where_they_are_seen(where, broken, causal, lengths, window):
    tensors = random_tensors(17)
    tensors[where][0, 2, 8, 3] = broken
    options = {"causal": causal, "key_lengths": lengths}
    found = assert_equals_dense(window, tensors, 3, equal_nan=True, **options)[0]
    seen = found[0, 2].isnan().any(dim=-1).nonzero().squeeze(-1).tolist()
    assert seen == ([8] if where == 0 else list(range(8 if causal else 5, 12)))


@every_way
def test_what_is_hidden_may_be_broken(window):
    tensors = random_tensors(100)
    clean = window(*tensors, 4, key_lengths=[50, 30])
    for x in tensors:
        x[0, :, 54:] = math.nan
        x[1, :, 34:] = math.inf
    for x in tensors[1:]:
        x[0, :, 50:] = -math.inf
        x[1, :, 30:] = math.nan
    assert torch.equal(window(*tensors, 4, key_lengths=[50, 30]), clean)


@every_way
def test_arguments_are_not_changed_and_the_result_is_deterministic(window):
    tensors = random_tensors(50)
    copies = [x.clone() for x in tensors]
    lengths = torch.tensor([50, 20])
    first = gradients(lambda *x: window(*x, 6, key_lengths=lengths), tensors)
    again = gradients(lambda *x: window(*x, 6, key_lengths=lengths), tensors)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(tensors, copies, strict=True))
    assert lengths.tolist() == [50, 20]


@pytest.mark.parametrize("window", [tiled(32, 2**14), COMPILED], indirect=True)
def test_nothing_quadratic_is_allocated(window):
    # Cabe em poucas vezes as entradas; o gradiente sorteado é float64: 8 vezes o comprimento.
    tensors = random_tensors(0, shapes=[(1, 1, 4096, 4)] * 3, dtype=torch.float32)
    assert 4 * 4096 <= largest_allocation(lambda *x: window(*x, 8), tensors) <= 8 * 4096
