"""Na GPU: ``flex_attention`` compilada, depois de provada ali. Na CPU, nada disto é usado.

Quatro cuidados, cada um contra um erro conhecido dela:

- *float32 é float32*: a precisão vai escrita em cada chamada; versões do PyTorch já mudaram a de
  fábrica para TF32, com dez bits de mantissa.
- *Nunca a versão sem compilar*, que monta a tabela inteira: compila-se com ``fullgraph``, e cada
  caso tem o seu próprio programa, para nunca chegar ao limite de recompilações do PyTorch.
- *Só em aparelho provado*: no primeiro uso de um tipo e de uma largura, um caso pequeno vai e
  volta, e é comparado com os ladrilhos do curso. Se não compila, ou difere, avisa e não se usa.
- *Sem esperar pelo aparelho*: procurar ``nan`` nas entradas obrigaria a CPU a esperar a GPU e
  custaria, em bfloat16, boa parte da própria conta. Em vez de procurar, zera-se o que
  ``key_lengths`` esconde. Dentro da sequência, um ``nan`` estraga as linhas que o veem (e
  pode estragar as vizinhas, do mesmo bloco de 128); um escore −∞ vale como par escondido.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from types import FunctionType
from typing import Any

import torch
from torch import Tensor

from coursekit.attention.sparse.band_blocks import BLOCK, band_mask
from coursekit.attention.sparse.heads import flatten_heads, restore_heads
from coursekit.attention.sparse.tile_kernel import tiled_attention
from coursekit.attention.sparse.window_plan import Band, plan_window

__all__ = ["can_accelerate", "flex_windowed", "is_ready"]

FIRST_VERSION = (2, 6)  # antes, só comprimentos múltiplos de 128
FIRST_CAPABILITY = (8, 0)  # a T4 (7.5) não tem bfloat16, e a sua memória por bloco não basta
SHORTEST = 1024  # abaixo disto, compilar custa mais do que se ganha
WIDTHS = frozenset({16, 32, 64, 128, 256})
MOST_ROWS = 2**16  # lote e cabeças são um eixo da grade de blocos do CUDA
MOST_NUMBERS = 2**31  # índices de 32 bits
MOST_BLOCKS = 2**22  # entradas do mapa de blocos, o quadrado de T/128 por exemplo
# Diferença relativa (norma) aceita na prova: muitas vezes o arredondamento, longe de um erro.
TOLERANCES = {torch.float32: 1e-4, torch.float16: 1e-2, torch.bfloat16: 3e-2}
# O que se passa a torch.compile; os testes trocam o compilador.
COMPILER: dict[str, Any] = {}


def can_accelerate(tensors: Sequence[Tensor], limits: Sequence[int] | None = None) -> bool:
    """Diz se as entradas servem à ``flex_attention`` compilada, neste aparelho.

    Args:
        tensors: consultas, chaves e valores, de forma ``(B, H, T, D)`` ou ``(B, T, D)``.
        limits: quantas chaves valem em cada exemplo, se se disse.

    Returns:
        ``True`` só numa GPU CUDA que passou pela prova, em float32, float16 ou bfloat16, com
        comprimento e larguras que o compilador atende. Não olha os números: não espera a GPU.
    """
    query, key, value = tensors
    length = query.shape[-2]
    maps = query.shape[0] if limits is not None else 1
    return (
        query.is_cuda
        and query.dtype in TOLERANCES
        and key.shape[-2] == length >= SHORTEST
        and {query.shape[-1], value.shape[-1]} <= WIDTHS
        and 0 < math.prod(query.shape[:-2]) < MOST_ROWS
        and max(query.numel(), value.numel()) < MOST_NUMBERS
        and maps * (length // BLOCK + 1) ** 2 <= MOST_BLOCKS
        and is_ready(query.device)
        and _is_proven(query.device, query.dtype, query.shape[-1], value.shape[-1])
    )


@lru_cache(maxsize=8)
def is_ready(device: torch.device) -> bool:
    """Diz se o PyTorch, o Triton e a placa têm o que a ``flex_attention`` pede.

    Args:
        device: uma GPU.

    Returns:
        ``False`` num PyTorch velho, ou sem CUDA (ROCm), sem Triton (Windows), ou numa placa
        anterior à geração Ampere, como a T4.
    """
    version = tuple(int(part) for part in re.findall(r"\d+", torch.__version__)[:2])
    return (
        version >= FIRST_VERSION
        and torch.version.cuda is not None
        and find_spec("triton") is not None
        and torch.cuda.get_device_capability(device) >= FIRST_CAPABILITY
    )


def flex_windowed(
    tensors: Sequence[Tensor],
    band: Band,
    scale: float | Tensor,
    limits: Sequence[int] | None = None,
) -> Tensor:
    """Atenção em janela pela ``flex_attention`` compilada.

    Args:
        tensors: consultas, chaves e valores, de forma ``(B, H, T, D)`` ou ``(B, T, D)``; chaves e
            valores podem ter menos cabeças, e não são repetidos.
        band: a faixa visível.
        scale: fator dos escores.
        limits: quantas chaves valem em cada exemplo; ``None`` se valem todas.

    Returns:
        O contexto, forma ``(B, H, T, Dv)`` ou ``(B, T, Dv)``.
    """
    query, key, value = (x.unsqueeze(1) if x.ndim == 3 else x for x in tensors)
    standard = 1 / math.sqrt(query.shape[-1])
    if isinstance(scale, Tensor) or scale != standard:
        # A escala padrão fica no programa; outra vai na consulta, e não pede nova compilação.
        query = (query * (scale / standard)).to(query.dtype)
    ends = None
    if limits is not None:
        ends = torch.tensor(list(limits)).to(query.device, non_blocking=True)
        query, key, value = _without_hidden((query, key, value), band, ends)
    mask = band_mask(band.length, band.left, band.right, ends, query.device)
    case = (query.shape, key.shape, value.shape, query.dtype, query.device, limits is None)
    context: Tensor = _program(case)(query, key, value, mask)
    return context.squeeze(1) if tensors[0].ndim == 3 else context


def _without_hidden(tensors: Sequence[Tensor], band: Band, ends: Tensor) -> list[Tensor]:
    """Zera o que ninguém vê, e as consultas que nada veem: ali pode haver ``nan``."""
    place = torch.arange(band.length, device=ends.device)[:, None]  # (T, 1)
    end = ends[:, None, None, None]
    blind = (place - band.left >= end) | (end == 0)
    hidden = [blind, place >= end, place >= end]
    return [x.masked_fill(mask, 0.0) for x, mask in zip(tensors, hidden, strict=True)]


@lru_cache(maxsize=64)
def _program(case: tuple[object, ...]) -> Callable[..., Any]:
    """Um programa por caso, com código próprio: o limite de recompilações conta por código."""
    from torch.nn.attention.flex_attention import flex_attention

    options: Any = {"FLOAT32_PRECISION": "'ieee'"}

    def attention(query: Tensor, key: Tensor, value: Tensor, mask: Any) -> Any:
        shared = query.shape[1] != key.shape[1]
        return flex_attention(
            query, key, value, block_mask=mask, enable_gqa=shared, kernel_options=options
        )

    code = attention.__code__.replace(co_name=f"flex_{abs(hash(case))}")
    own = FunctionType(code, attention.__globals__, closure=attention.__closure__)
    return torch.compile(own, fullgraph=True, dynamic=False, **COMPILER)


@lru_cache(maxsize=64)
def _is_proven(device: torch.device, dtype: torch.dtype, width: int, value_width: int) -> bool:
    """Prova a compilada num caso pequeno, ida e volta, contra os ladrilhos; avisa se recusar."""
    try:
        with torch.inference_mode(False), torch.enable_grad():
            error = _largest_difference(device, dtype, width, value_width)
        reason = f"diferiu dos ladrilhos em {error:.1e}" if error > TOLERANCES[dtype] else ""
    except torch.cuda.OutOfMemoryError:
        raise
    except Exception as error:  # o compilador falha de muitas maneiras, e todas querem dizer não
        reason = f"não compilou ({type(error).__name__}: {str(error).strip()[:200]})"
    if reason:
        warnings.warn(
            f"a flex_attention {reason} neste aparelho, com {dtype} e largura {width}. Uso os "
            "ladrilhos do curso, que dão o mesmo resultado em mais tempo.",
            stacklevel=2,
        )
    return not reason


def _largest_difference(
    device: torch.device, dtype: torch.dtype, width: int, value_width: int
) -> float:
    """Maior diferença relativa, em norma, da saída e dos três gradientes; ``inf`` se der nan."""
    length, reach = 3 * BLOCK + 17, BLOCK + 3  # há blocos cheios, parciais e um incompleto
    band = Band(length, reach, reach, 32, 2**18)
    source = torch.Generator().manual_seed(0)
    drawn = [
        torch.randn(1, 2, length, size, generator=source).to(device, dtype)
        for size in (width, width, value_width, value_width)
    ]
    inputs = [x.clone().requires_grad_() for x in drawn[:3]]
    exact = [x.clone().requires_grad_() for x in drawn[:3]]
    scale = 1 / math.sqrt(width)
    flat = flatten_heads(*exact)
    batches = list(plan_window(range(len(flat[0])), length, band))
    expected = restore_heads(tiled_attention(flat, scale, batches), exact[0].float(), exact[2])
    received = flex_windowed(inputs, band, scale)
    theirs = [expected, *torch.autograd.grad(expected, exact, drawn[3].float())]
    mine = [received, *torch.autograd.grad(received, inputs, drawn[3])]
    pairs = zip(mine, theirs, strict=True)
    with torch.no_grad():
        errors = [float((a.double() - b.double()).norm() / b.double().norm()) for a, b in pairs]
    return max(error if math.isfinite(error) else math.inf for error in errors)
