"""Camadas e entradas sorteadas, comuns aos testes da atenção com várias cabeças."""

import math

import torch

from coursekit.attention import MultiHeadAttention

BATCH, QUERIES, KEYS, WIDTH = 2, 5, 7, 12
EXACT = {"rtol": 1e-10, "atol": 1e-10}
# (H, Hkv) com 12 de largura: uma cabeça, várias, agrupada e multiconsulta.
HEADS = {"uma": (1, 1), "três": (3, 3), "agrupada": (6, 2), "multiconsulta": (4, 1)}

OPTIONS = {
    "sem-nada": {},
    "causal": {"causal": True},
    "janela": {"window": (2, 1)},
    "comprimentos": {"key_lengths": [3, 0]},
    "booleana-2": {"mask": "bool-2"},
    "booleana-3": {"mask": "bool-3"},
    "booleana-4": {"mask": "bool-4"},
    "aditiva-2": {"mask": "float-2"},
    "aditiva-4": {"mask": "float-4", "causal": True, "key_lengths": [5, 4]},
}


def random_layer(seed, heads="três", **options):
    """Camada em float64, com vieses também sorteados (zero esconderia um viés trocado)."""
    num_heads, shared = HEADS[heads]
    generator = torch.Generator().manual_seed(seed)
    layer = MultiHeadAttention(
        WIDTH, num_heads, num_key_value_heads=shared, generator=generator, **options
    ).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.5)
    return layer


def random_sequence(seed, length, *, batch=BATCH, width=WIDTH):
    generator = torch.Generator().manual_seed(100 + seed)
    return torch.randn(batch, length, width, generator=generator, dtype=torch.float64)


def random_mask(kind, seed, num_heads, q_len, k_len):
    """Máscara sorteada; uma em cada três chaves escondida, e a primeira linha, toda."""
    name, rank = kind.split("-")
    shape = {
        "2": (q_len, k_len),
        "3": (BATCH, q_len, k_len),
        "4": (BATCH, num_heads, q_len, k_len),
    }[rank]
    generator = torch.Generator().manual_seed(1000 + seed)
    visible = torch.rand(shape, generator=generator) > 1 / 3
    visible[..., 0, :] = False
    if name == "bool":
        return visible
    bias = torch.randn(shape, generator=generator, dtype=torch.float64)
    return bias.masked_fill(~visible, -math.inf)


def random_options(name, seed, num_heads, q_len, k_len):
    """Troca o nome da máscara por uma sorteada."""
    options = dict(OPTIONS[name])
    if "mask" in options:
        options["mask"] = random_mask(options["mask"], seed, num_heads, q_len, k_len)
    return options


def numpy_weights(layer):
    return {name: tensor.detach().numpy() for name, tensor in layer.state_dict().items()}
