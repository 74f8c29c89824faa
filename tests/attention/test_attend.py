"""Atenção completa: à mão, oráculo em toda a grade, invariantes, gradiente, tipos."""

import math

import pytest
import torch
from attention.attention_cases import (
    BATCH,
    HEADS,
    KEYS,
    OPTIONS,
    QUERIES,
    SIZES,
    VALUE_WIDTH,
    as_numpy,
    random_options,
    random_tensors,
)
from torch.testing import assert_close

from coursekit import reference
from coursekit.attention import attend, causal_mask, padding_mask, window_mask

LN2 = math.log(2.0)
EXACT = {"rtol": 1e-10, "atol": 1e-10}
DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]


def double(numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def test_matches_hand_computation():
    # q·k = 0 e 2 ln 2; /√4 dá 0 e ln 2: pesos 1/3 e 2/3; contexto (0·1 + 9·2)/3 = 6.
    query, key = double([[[1.0, 1.0, 0.0, 0.0]]]), double([[[0.0] * 4, [LN2, LN2, 5.0, 5.0]]])
    value = double([[[0.0, 3.0], [9.0, 3.0]]])
    context, weights = attend(query, key, value, return_weights=True)
    assert_close(weights, double([[[1 / 3, 2 / 3]]]))
    assert_close(context, double([[[6.0, 3.0]]]))
    assert torch.equal(attend(query, key, value), context)


def test_scale_softcap_and_additive_mask_by_hand():
    # s = 3·(0, 4) = (0, 12); teto 2: (0, 2 tanh 6); a máscara vem depois: +ln 2 no primeiro.
    key = double([[[0.0], [4.0]]])
    _, weights = attend(
        double([[[1.0]]]), key, key, scale=3.0, softcap=2.0, mask=double([[LN2, 0.0]]),
        return_weights=True,
    )  # fmt: skip
    second = math.exp(2 * math.tanh(6.0))
    assert_close(weights, double([[[2 / (2 + second), second / (2 + second)]]]))


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(("seed", "scale"), [(0, 1e-3), (1, 1.0), (2, 1e3)])
@pytest.mark.parametrize("heads", [True, False])
def test_agrees_with_oracle(name, sizes, seed, scale, heads):
    tensors = random_tensors(seed, sizes, heads=heads, scale=scale)
    options = random_options(name, seed, sizes, heads=heads)
    expected = reference.attend(*(x.numpy() for x in tensors), **as_numpy(options))
    received = attend(*tensors, **options, return_weights=True)
    for tensor, array in zip(received, expected, strict=True):
        assert_close(tensor, torch.from_numpy(array), **EXACT)


def test_shapes_with_and_without_heads():
    context, weights = attend(*random_tensors(0), return_weights=True)
    assert context.shape == (BATCH, HEADS, QUERIES, VALUE_WIDTH)
    assert weights.shape == (BATCH, HEADS, QUERIES, KEYS)
    context, weights = attend(*random_tensors(0, heads=False), return_weights=True)
    assert context.shape == (BATCH, QUERIES, VALUE_WIDTH)
    assert weights.shape == (BATCH, QUERIES, KEYS)


def test_one_head_is_no_head():
    tensors = random_tensors(1, heads=False)
    with_axis = attend(*(x[:, None] for x in tensors), causal=True)
    assert torch.equal(with_axis[:, 0], attend(*tensors, causal=True))


@pytest.mark.parametrize("key_heads", [1, 2, 3, 6])
def test_grouped_heads_are_repeated_heads(key_heads):
    query, _, _ = random_tensors(2)
    generator = torch.Generator().manual_seed(3)
    shape = (BATCH, key_heads, KEYS, query.shape[-1])
    key = torch.randn(shape, generator=generator, dtype=torch.float64)
    value = torch.randn(shape, generator=generator, dtype=torch.float64)
    whole = attend(query, key, value)
    for head in range(HEADS):
        shared = head // (HEADS // key_heads)
        alone = attend(query[:, head], key[:, shared], value[:, shared])
        assert_close(whole[:, head], alone)


def test_permuting_keys_with_values_changes_nothing_and_queries_permute_the_output():
    query, key, value = random_tensors(4)
    order = torch.randperm(KEYS, generator=torch.Generator().manual_seed(0))
    whole = attend(query, key, value)
    assert_close(attend(query, key[..., order, :], value[..., order, :]), whole)
    turn = torch.arange(QUERIES).flip(0)
    assert_close(attend(query[..., turn, :], key, value), whole[..., turn, :])


def test_context_stays_inside_the_values():
    query, key, value = random_tensors(5)
    context = attend(query * 30, key, value).unflatten(1, (-1, 2))  # (B, Hkv, 2, Tq, Dv)
    lowest, highest = value.amin(-2), value.amax(-2)
    assert (context >= lowest[:, :, None, None] - 1e-12).all()
    assert (context <= highest[:, :, None, None] + 1e-12).all()


@pytest.mark.parametrize("sizes", SIZES)
def test_the_future_does_not_matter_when_causal(sizes):
    query, key, value = random_tensors(6, sizes)
    q_len, k_len = SIZES[sizes]
    whole = attend(query, key, value, causal=True)
    changed_key, changed_value = key.clone(), value.clone()
    changed_key[..., -1, :] += 5.0
    changed_value[..., -1, :] -= 7.0
    changed = attend(query, changed_key, changed_value, causal=True)
    assert torch.equal(changed[..., :-1, :], whole[..., :-1, :])
    assert not torch.equal(changed[..., -1, :], whole[..., -1, :])
    assert not whole[..., : max(q_len - k_len, 0), :].any()


def test_decoding_with_a_cache_is_the_whole_sequence():
    query, key, value = random_tensors(7, "iguais")
    whole = attend(query, key, value, causal=True, window=(3, None))
    for t in range(1, KEYS + 1):
        step = attend(
            query[..., t - 1 : t, :], key[..., :t, :], value[..., :t, :],
            causal=True, window=(3, None),
        )  # fmt: skip
        assert_close(step, whole[..., t - 1 : t, :])


def test_a_wide_window_is_dense_and_options_are_masks():
    tensors = random_tensors(8)
    assert torch.equal(attend(*tensors, window=(KEYS, None)), attend(*tensors))
    lengths = torch.tensor([3, 0])
    whole = attend(*tensors, causal=True, window=(2, None), key_lengths=lengths)
    mask = causal_mask(QUERIES, KEYS) & window_mask(QUERIES, KEYS, 2, None)
    mask = mask & padding_mask(lengths, KEYS)  # (B, Tq, Tk)
    assert torch.equal(attend(*tensors, mask=mask), whole)
    assert torch.equal(attend(*tensors, causal=True, window=(2, None), key_lengths=[3, 0]), whole)
    additive = torch.zeros(mask.shape, dtype=torch.float64).masked_fill(~mask, -math.inf)
    assert torch.equal(attend(*tensors, mask=additive), whole)


def test_empty_list_of_lengths_serves_an_empty_batch():
    query, key = torch.zeros(0, 2, 5), torch.zeros(0, 3, 5)
    assert attend(query, key, key, key_lengths=[]).shape == (0, 2, 5)


def test_additive_mask_adds_after_the_cap():
    # O teto comprime os escores a ±0,01, mas a máscara, somada depois, ainda decide.
    query, key, value = random_tensors(9)
    bias = torch.zeros(1, KEYS, dtype=torch.float64)
    bias[0, 2] = 50.0
    _, weights = attend(query, key, value, softcap=0.01, mask=bias, return_weights=True)
    assert (weights[..., 2] > 1 - 1e-12).all()


def test_empty_axes():
    query, key, value = random_tensors(10)
    context, weights = attend(query, key[..., :0, :], value[..., :0, :], return_weights=True)
    assert weights.shape[-1] == 0
    assert not context.any()
    assert attend(query[..., :0, :], key, value, causal=True).shape[-2] == 0


def test_all_scalars_may_be_learned():
    tensors = random_tensors(11)
    scale = torch.tensor([0.4], dtype=torch.float32, requires_grad=True)
    cap = torch.tensor(1.5, requires_grad=True)
    context = attend(*tensors, scale=scale, softcap=cap)
    assert_close(context, attend(*tensors, scale=scale.item(), softcap=1.5), **EXACT)
    context.square().sum().backward()
    assert scale.grad.shape == (1,)
    assert scale.grad.abs() > 0
    assert cap.grad.abs() > 0


@pytest.mark.parametrize("name", OPTIONS)
def test_gradients(name):
    generator = torch.Generator().manual_seed(12)
    sizes = ((2, 2, 3, 2), (2, 1, 5, 2), (2, 1, 5, 1))
    tensors = tuple(
        torch.randn(s, generator=generator, dtype=torch.float64, requires_grad=True) for s in sizes
    )
    options = random_options(name, 13)
    if "mask" in options:  # recorta a máscara sorteada para os tamanhos daqui
        mask = options["mask"]
        options["mask"] = (mask[:, :2] if mask.ndim == 4 else mask)[..., :3, :5]

    def both(*inputs):
        return attend(*inputs, **options, return_weights=True)

    assert torch.autograd.gradcheck(both, tensors)


def test_second_derivatives():
    query, key, value = (x[:1, :, :2, :3].requires_grad_() for x in random_tensors(18))

    def context(*inputs):
        return attend(*inputs, causal=True, softcap=2.0, key_lengths=[1])

    assert torch.autograd.gradgradcheck(context, (query, key, value), fast_mode=True)


def test_gradient_reaches_the_additive_mask():
    tensors = random_tensors(14)
    bias = random_options("aditiva-2", 14)["mask"].requires_grad_()
    attend(*tensors, mask=bias).square().sum().backward()
    hidden = bias.isinf()
    assert hidden.any()
    assert bias.grad.isfinite().all()
    assert not bias.grad[hidden].any()
    assert bias.grad[~hidden].abs().min() > 0


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["sem-nada", "tudo"])
def test_low_precision_only_rounds_the_result(dtype, name):
    # Em float16 e bfloat16 a conta é em float32: sobra o arredondamento final, de meia
    # unidade, e o erro do float32, que com escores de ordem 10 fica abaixo de 1e-5.
    tensors = random_tensors(15, dtype=dtype, scale=3.0)
    options = random_options(name, 15)
    expected = reference.attend(*(x.double().numpy() for x in tensors), **as_numpy(options))
    received = attend(*tensors, **options, return_weights=True)
    for tensor, array in zip(received, expected, strict=True):
        assert tensor.dtype == dtype
        exact = torch.from_numpy(array)
        allowed = torch.finfo(dtype).eps / 2 * exact.abs() + 1e-5
        assert ((tensor.double() - exact).abs() <= allowed).all()


def test_scores_that_overflow_float16_are_fine():
    # 40·40·64 = 102 400 não cabe em float16 (máximo 65 504).
    query = torch.full((1, 1, 64), 40.0, dtype=torch.float16)
    key = torch.cat([query, -query], dim=1)
    value = torch.tensor([[[1.0], [5.0]]], dtype=torch.float16)
    assert attend(query, key, value, scale=1.0).item() == 1.0


def test_arguments_are_not_changed():
    tensors = random_tensors(16)
    options = {"mask": random_options("aditiva-4", 16)["mask"], "key_lengths": torch.tensor([5, 2])}
    copies = [x.clone() for x in (*tensors, *options.values())]
    attend(*tensors, **options, causal=True, softcap=1.0)
    for now, before in zip((*tensors, *options.values()), copies, strict=True):
        assert torch.equal(now, before)


def test_result_is_deterministic_and_leaves_the_global_generator_alone():
    state = torch.get_rng_state()
    tensors = random_tensors(17)
    assert torch.equal(attend(*tensors), attend(*tensors))
    assert torch.equal(torch.get_rng_state(), state)
