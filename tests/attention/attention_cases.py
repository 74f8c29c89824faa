"""Entradas sorteadas e catálogo de opções, comuns aos testes de ``attend``."""

import math

import torch

# Tamanhos primos (H = 2·Hkv à parte) e distintos: um eixo trocado não passa despercebido.
BATCH, HEADS, KEY_HEADS, QUERIES, KEYS, WIDTH, VALUE_WIDTH = 2, 6, 3, 5, 7, 13, 11

SIZES = {
    "mais-chaves": (QUERIES, KEYS),
    "iguais": (KEYS, KEYS),
    "mais-consultas": (KEYS, QUERIES),
}

OPTIONS = {
    "sem-nada": {},
    "causal": {"causal": True},
    "janela": {"window": (2, 1)},
    "janela-aberta": {"window": (None, 1), "causal": True},
    "comprimentos": {"key_lengths": [3, 0]},
    "escala": {"scale": -0.7},
    "teto": {"softcap": 1.5},
    "booleana-2": {"mask": "bool-2"},
    "booleana-3": {"mask": "bool-3"},
    "booleana-4": {"mask": "bool-4"},
    "aditiva-2": {"mask": "float-2"},
    "aditiva-3": {"mask": "float-3", "softcap": 0.8},
    "aditiva-4": {"mask": "float-4", "causal": True},
    "eixos-1": {"mask": "bool-ones"},
    "tudo": {
        "mask": "float-4",
        "causal": True,
        "window": (3, None),
        "key_lengths": [5, 2],
        "softcap": 2.0,
        "scale": 0.3,
    },
}


def random_tensors(seed, sizes="mais-chaves", *, heads=True, dtype=torch.float64, scale=1.0):
    """Sorteia (query, key, value); ``scale`` multiplica a consulta, e com ela os escores."""
    generator = torch.Generator().manual_seed(seed)
    q_len, k_len = SIZES[sizes]
    query_head, key_head = ((HEADS,), (KEY_HEADS,)) if heads else ((), ())
    shapes = (
        (BATCH, *query_head, q_len, WIDTH),
        (BATCH, *key_head, k_len, WIDTH),
        (BATCH, *key_head, k_len, VALUE_WIDTH),
    )
    query, key, value = (
        torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype) for shape in shapes
    )
    return query * scale, key, value


def random_options(name, seed, sizes="mais-chaves", *, heads=True):
    """Troca o nome da máscara por uma sorteada; uma em cada três chaves fica escondida."""
    options = dict(OPTIONS[name])
    if "mask" not in options:
        return options
    kind, rank = options["mask"].split("-")
    q_len, k_len = SIZES[sizes]
    full = (BATCH, HEADS if heads else 1, q_len, k_len)
    shape = {
        "2": (q_len, k_len),
        "3": (BATCH, q_len, k_len),
        "4": full,
        "ones": (1, full[1], 1, k_len),
    }[rank]
    generator = torch.Generator().manual_seed(1000 + seed)
    visible = torch.rand(shape, generator=generator) > 1 / 3
    bias = torch.randn(shape, generator=generator, dtype=torch.float64)
    options["mask"] = visible if kind == "bool" else bias.masked_fill(~visible, -math.inf)
    return options


def as_numpy(options):
    """As mesmas opções, com a máscara em NumPy, para o oráculo."""
    return {
        name: option.numpy() if isinstance(option, torch.Tensor) else option
        for name, option in options.items()
    }
