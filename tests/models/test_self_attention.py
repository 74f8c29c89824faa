"""Bloco de autoatenção: conta por extenso, causalidade, e o que cada posição muda."""

import pytest
import torch
from torch.nn import functional as F
from torch.testing import assert_close

from coursekit.attention import MultiHeadAttention
from coursekit.models.self_attention import (
    POSITION_KINDS,
    SelfAttentionBlock,
    SelfAttentionFeatures,
)


def normal(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def features_with(position, **options):
    torch.manual_seed(0)
    layer = SelfAttentionFeatures(8, 2, position=position, max_length=11, **options)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn(parameter.shape) * 0.5)
    return layer


def test_block_by_its_parts():
    torch.manual_seed(1)
    block = SelfAttentionBlock(MultiHeadAttention(6, 3), causal=True)
    inputs = normal(1, 2, 5, 6)
    normed = F.layer_norm(inputs, (6,))
    mixed = inputs + block.attention(normed, causal=True)
    first, _, second = block.dense
    expected = mixed + second(F.gelu(first(F.layer_norm(mixed, (6,)))))
    assert_close(block(inputs), expected)
    assert first.out_features == 12


def test_block_mask_hides_pairs_and_joins_causal():
    torch.manual_seed(1)
    block, inputs = SelfAttentionBlock(MultiHeadAttention(6, 3)), normal(1, 2, 5, 6)
    lower = torch.ones(5, 5, dtype=torch.bool).tril()
    hidden = block(inputs, mask=lower)
    assert not torch.equal(hidden, block(inputs))
    block.causal = True
    assert_close(hidden, block(inputs))
    alone = block(inputs, mask=lower.T)  # causal e o contrário: cada uma só se vê
    assert_close(alone, block(inputs, mask=torch.eye(5, dtype=torch.bool)))


@pytest.mark.parametrize("position", POSITION_KINDS)
def test_only_alibi_is_causal(position):
    layer, inputs = features_with(position), normal(2, 2, 7, 8)
    changed = inputs.clone()
    changed[:, 5:] += 1
    same = torch.equal(layer(inputs)[:, :5], layer(changed)[:, :5])
    assert same == (position == "alibi")


@pytest.mark.parametrize("position", POSITION_KINDS)
def test_only_none_is_equivariant(position):
    layer, inputs = features_with(position), normal(3, 2, 7, 8)
    order = torch.tensor([3, 0, 6, 1, 5, 2, 4])
    difference = (layer(inputs[:, order]) - layer(inputs)[:, order]).abs().max()
    assert (difference < 1e-4) == (position == "none")


@pytest.mark.parametrize("position", POSITION_KINDS)
def test_only_learned_refuses_longer_sequences(position):
    layer = features_with(position)
    if position == "learned":
        with pytest.raises(ValueError, match=r"não extrapolam"):
            layer(normal(4, 1, 12, 8))
    else:
        assert layer(normal(4, 1, 12, 8)).shape == (1, 12, 8)


@pytest.mark.parametrize(
    ("position", "extra"),
    [
        ("none", 0),
        ("sinusoidal", 0),
        ("rotary", 0),
        ("alibi", 0),
        ("learned", 88),
        ("relative", 46),
    ],
)
def test_positions_cost_what_they_say(position, extra):
    # Aprendida: 11·8; relativa: 2 cabeças · (2·11 + 1) distâncias.
    count = sum(parameter.numel() for parameter in features_with(position).parameters())
    plain = sum(parameter.numel() for parameter in features_with("none").parameters())
    assert count - plain == extra


def test_blocks_are_stacked():
    one, two = features_with("none"), features_with("none", num_blocks=2)
    assert len(two.blocks) == 2
    inputs = normal(5, 1, 3, 8)
    assert_close(two(inputs), two.blocks[1](two.blocks[0](inputs)))
    assert len(one.blocks) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"position": "rope"}, r"position deve ser um de .*'rotary'.*recebi position='rope'"),
        ({"num_blocks": 0}, r"num_blocks=0"),
        ({"num_heads": 3}, r"embed_dim=8 e num_heads=3"),
        ({"position": "rotary", "num_heads": 8}, r"head_dim.*par.*recebi 1"),
    ],
)
def test_refusals(options, message):
    arguments = {"dim": 8, "num_heads": 2, "position": "none", "max_length": 11, **options}
    with pytest.raises(ValueError, match=message):
        SelfAttentionFeatures(**arguments)
