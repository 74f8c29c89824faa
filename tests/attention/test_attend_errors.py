"""Recusas de ``attend``: o que veio, o que se aceita, como consertar."""

import math

import pytest
import torch

from coursekit.attention import attend

ONE = torch.ones(2, 3, 5)  # (B, T, D)


def shaped(*shape):
    return torch.ones(shape)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"query": [[1.0]]}, TypeError, r"query deve ser um tensor.*recebi list.*as_tensor"),
        ({"key": ONE.int()}, TypeError, r"key deve ser de ponto flutuante.*int32.*key\.float\(\)"),
        ({"value": ONE.double()}, TypeError, r"query e value.*float32 e torch\.float64.*value\.to"),
        ({"key": ONE.to("meta")}, ValueError, r"query e key.*recebi cpu e meta.*key\.to"),
        ({"query": shaped(3, 5)}, ValueError, r"query \(3, 5\).*\(B, T, D\).*query\[None\]"),
        ({"query": shaped(2, 1, 3, 5)}, ValueError, r"query \(2, 1, 3, 5\), key \(2, 3, 5\).*4"),
        ({"query": shaped(7, 3, 5)}, ValueError, r"query \(7, 3, 5\).*mesmo lote B.*Repita"),
        ({"value": shaped(2, 4, 5)}, ValueError, r"value \(2, 4, 5\).*um valor por chave.*Tk"),
        ({"query": shaped(2, 3, 7)}, ValueError, r"query \(2, 3, 7\).*mesma largura D.*Projete"),
        ({"mask": [[True]]}, TypeError, r"mask.*recebi list.*mask\.bool\(\)"),
        ({"mask": torch.ones(3, 3).int()}, TypeError, r"flutuante.*int32.*mask\.bool\(\)"),
        (
            {"mask": torch.ones(3, 3, dtype=torch.bool, device="meta")},
            ValueError,
            r"dispositivo de query, cpu; recebi meta.*mask\.to",
        ),
        (
            {"mask": torch.ones(2, 3, dtype=torch.bool)},
            ValueError,
            r"mask tem a forma \(2, 3\); aceito \(Tq, Tk\) = \(3, 3\).*\(B, Tk\), use key_lengths",
        ),
        ({"mask": torch.ones(3, dtype=torch.bool)}, ValueError, r"forma \(3,\); aceito"),
        ({"mask": shaped(1, 1, 1, 3, 3)}, ValueError, r"forma \(1, 1, 1, 3, 3\); aceito"),
        ({"mask": shaped(2, 2, 3, 3)}, ValueError, r"\(B, H, Tq, Tk\) = \(2, 1, 3, 3\)"),
        ({"mask": shaped(3, 3, 3)}, ValueError, r"\(B, Tq, Tk\) = \(2, 3, 3\)"),
        ({"causal": 1}, TypeError, r"causal.*True ou False; recebi int.*mask="),
        ({"causal": torch.ones(3, 3)}, TypeError, r"causal.*recebi Tensor.*mask="),
        ({"window": 3}, TypeError, r"par \(left, right\).*recebi 3.*window=\(2, 0\)"),
        ({"window": (1, 2, 3)}, TypeError, r"par.*recebi \(1, 2, 3\)"),
        ({"window": (1.0, 0)}, TypeError, r"inteiros.*recebi \(1\.0, 0\)"),
        ({"window": (True, 0)}, TypeError, r"inteiros.*recebi \(True, 0\)"),
        ({"window": (-1, 0)}, ValueError, r"negativos; recebi \(-1, 0\).*None em vez de -1"),
        ({"window": (0, -2)}, ValueError, r"negativos; recebi \(0, -2\)"),
        ({"scale": "1"}, TypeError, r"scale.*número real.*recebi '1'.*scale=1\.0"),
        ({"scale": math.nan}, ValueError, r"scale deve ser finito; recebi nan.*scale=1\.0"),
        ({"softcap": 0.0}, ValueError, r"softcap deve ser positivo; recebi 0.*softcap=1\.0"),
        ({"softcap": shaped(2)}, TypeError, r"softcap.*recebi um tensor \(2,\)"),
        ({"key_lengths": [1]}, ValueError, r"\(B,\) = \(2,\).*recebi \(1,\).*Conte"),
        ({"key_lengths": [1.0, 2.0]}, TypeError, r"inteiros; recebi torch\.float32.*long"),
        ({"key_lengths": [1, 4]}, ValueError, r"entre 0 e k_len=3; recebi \[1, 4\].*Corte"),
        ({"key_lengths": 3}, ValueError, r"\(B,\) = \(2,\).*recebi \(\)"),
        ({"key_lengths": [None, 1]}, TypeError, r"key_lengths.*inteiros.*recebi \[None, 1\]"),
        ({"key_lengths": [10**30, 1]}, ValueError, r"key_lengths.*recebi \[10{30}, 1\]"),
    ],
)
def test_refusals_say_what_came_and_how_to_mend(options, error, message):
    arguments = {"query": ONE, "key": ONE, "value": ONE, **options}
    with pytest.raises(error, match=message):
        attend(**arguments)


@pytest.mark.parametrize("key_heads", [2, 4, 0])
def test_rejects_heads_that_do_not_divide(key_heads):
    message = rf"key \(1, {key_heads}, 2, 5\).*H de query múltiplo de Hkv.*divida"
    with pytest.raises(ValueError, match=message):
        attend(shaped(1, 3, 2, 5), shaped(1, key_heads, 2, 5), shaped(1, key_heads, 2, 5))


def test_rejects_width_zero():
    with pytest.raises(ValueError, match=r"query \(1, 2, 0\).*D >= 1"):
        attend(shaped(1, 2, 0), shaped(1, 2, 0), shaped(1, 2, 3))
