"""Cache de chaves e valores: gerar um passo de cada vez sem refazer os anteriores."""

from __future__ import annotations

from typing import Any
from weakref import ref

import torch
from torch import Tensor, nn

from coursekit.attention.checks import check_same_kind, check_whole

__all__ = ["KeyValueCache", "cache_bytes"]


def cache_bytes(
    num_layers: int,
    length: int,
    embed_dim: int,
    *,
    num_heads: int,
    num_key_value_heads: int | None = None,
    bytes_per_number: int = 4,
    batch_size: int = 1,
) -> int:
    r"""Calcula o tamanho do cache de chaves e valores.

    .. math:: 2 \cdot B \cdot L \cdot n \cdot d \cdot \text{bytes} \cdot \frac{H_{kv}}{H}

    O 2 é das chaves e dos valores. Não há :math:`n^2`: o cache cresce em linha reta com o
    comprimento. Dividir cabeças de chave e valor encolhe-o na mesma proporção.

    Args:
        num_layers: camadas ``L``, inteiro ≥ 0.
        length: posições guardadas ``n``, inteiro ≥ 0.
        embed_dim: largura do modelo ``d``, múltipla de ``num_heads``.
        num_heads: cabeças de consulta ``H``, inteiro positivo.
        num_key_value_heads: cabeças de chave e valor, que dividem ``H``; ``None`` é ``H``.
        bytes_per_number: 4 em float32, 2 em float16 e bfloat16.
        batch_size: exemplos ``B`` do lote, inteiro ≥ 0.

    Returns:
        O tamanho, em bytes.

    Raises:
        TypeError: se algum número não for inteiro.
        ValueError: se as divisões não forem exatas ou algum número não for o descrito.

    Fonte:
        Shazeer (2019), para cabeças divididas e o custo da geração passo a passo.

    Example:
        >>> cache_bytes(4, 256, 128, num_heads=4)  # 1 MiB
        1048576
        >>> cache_bytes(4, 256, 128, num_heads=4, num_key_value_heads=1)
        262144
    """
    shared = num_heads if num_key_value_heads is None else num_key_value_heads
    check_whole(
        num_layers=num_layers,
        length=length,
        embed_dim=embed_dim,
        num_heads=num_heads,
        num_key_value_heads=shared,
        bytes_per_number=bytes_per_number,
        batch_size=batch_size,
    )
    if (
        min(num_heads, shared, embed_dim, bytes_per_number) < 1
        or min(num_layers, length, batch_size) < 0
    ):
        raise ValueError(
            "cabeças, embed_dim e bytes_per_number devem ser positivos, e num_layers, length e "
            f"batch_size, ao menos 0; recebi num_heads={num_heads}, num_key_value_heads={shared}, "
            f"embed_dim={embed_dim}, bytes_per_number={bytes_per_number}, "
            f"num_layers={num_layers}, length={length} e batch_size={batch_size}. Corrija o que "
            "veio errado."
        )
    if embed_dim % num_heads or num_heads % shared:
        raise ValueError(
            f"embed_dim={embed_dim} deve ser múltiplo de num_heads={num_heads}, e este, de "
            f"num_key_value_heads={shared}. Escolha números que se dividam."
        )
    width = embed_dim // num_heads * shared
    return 2 * batch_size * num_layers * length * width * bytes_per_number


class KeyValueCache:
    """Guarda as chaves e os valores já projetados de **uma** camada de atenção.

    Começa vazio e cresce a cada :meth:`append`. Um cache serve a uma geração: para recomeçar,
    crie outro. Os tensores guardados não são alterados nem copiados para outro dispositivo.

    Example:
        >>> cache = KeyValueCache()
        >>> step = torch.zeros(2, 3, 1, 5)  # (B, Hkv, T, Dh)
        >>> _ = cache.append(step, step)
        >>> key, value = cache.append(step, step)
        >>> cache.length, tuple(key.shape), cache.num_bytes
        (2, (2, 3, 2, 5), 480)
    """

    def __init__(self) -> None:
        self.key: Tensor | None = None
        self.value: Tensor | None = None
        self._layer: ref[nn.Module] | None = None  # de que camada são; uma cópia não herda

    def __getstate__(self) -> dict[str, Any]:
        """Deixa de fora a camada: referências fracas não se guardam em arquivo."""
        return {**vars(self), "_layer": None}

    @property
    def length(self) -> int:
        """Quantas posições estão guardadas."""
        return 0 if self.key is None else self.key.shape[-2]

    @property
    def num_bytes(self) -> int:
        """Tamanho das chaves e dos valores guardados, em bytes."""
        stored = [x for x in (self.key, self.value) if x is not None]
        return sum(x.numel() * x.element_size() for x in stored)

    def append(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Acrescenta posições ao fim e devolve tudo o que há.

        Args:
            key: chaves novas, forma ``(B, Hkv, T, Dh)``.
            value: valores novos, mesma forma (a largura pode ser outra).

        Returns:
            Todas as chaves e todos os valores, das mais antigas às novas.

        Raises:
            TypeError: se não forem tensores flutuantes do mesmo tipo que os guardados.
            ValueError: se as formas não casarem entre si ou com o que está guardado.
        """
        key, value = self.joined(key, value)
        self.key, self.value = key, value
        return key, value

    def joined(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Mostra o que :meth:`append` devolveria, sem guardar nada.

        Args:
            key: chaves novas, forma ``(B, Hkv, T, Dh)``.
            value: valores novos, mesma forma (a largura pode ser outra).

        Returns:
            Todas as chaves e todos os valores, das mais antigas às novas.

        Raises:
            TypeError: se não forem tensores flutuantes do mesmo tipo que os guardados.
            ValueError: se as formas não casarem entre si ou com o que está guardado.
        """
        check_same_kind(key=key, value=value)
        if key.ndim != 4 or value.ndim != 4 or key.shape[:3] != value.shape[:3]:
            raise ValueError(
                f"recebi key {tuple(key.shape)} e value {tuple(value.shape)}; aceito "
                "(B, Hkv, T, Dh), iguais até o penúltimo eixo. Separe as cabeças antes de guardar."
            )
        if self.key is None or self.value is None:
            return key, value
        self._check_fit(key, value)
        return torch.cat((self.key, key), dim=-2), torch.cat((self.value, value), dim=-2)

    def check_layer(self, layer: nn.Module) -> None:
        """Recusa a camada que não é a dona do que está guardado.

        Args:
            layer: camada que quer usar o cache; a primeira que guarda algo nele é a dona.

        Raises:
            ValueError: se a dona for outra.
        """
        if self._layer is not None and self._layer() is not layer:
            raise ValueError(
                f"este cache guarda {self.length} posições de outra camada; aceito só as da "
                "própria, porque cada camada projeta as suas chaves. Crie um KeyValueCache() por "
                "camada."
            )

    def store(self, key: Tensor, value: Tensor, layer: nn.Module) -> None:
        """Guarda tudo o que :meth:`joined` mostrou, e de que camada é.

        Args:
            key: todas as chaves, forma ``(B, Hkv, T, Dh)``.
            value: todos os valores.
            layer: a camada dona.
        """
        self.key, self.value, self._layer = key, value, ref(layer)

    def _check_fit(self, key: Tensor, value: Tensor) -> None:
        """Exige que o novo continue o que está guardado."""
        for name, new, stored in (("key", key, self.key), ("value", value, self.value)):
            if stored is None:
                continue
            check_same_kind(**{"cache": stored, name: new})
            if new.shape[:2] != stored.shape[:2] or new.shape[-1] != stored.shape[-1]:
                raise ValueError(
                    f"{name} tem a forma {tuple(new.shape)}, e o cache guarda "
                    f"{tuple(stored.shape)}; só o número de posições pode mudar. Um cache serve a "
                    "uma camada e a um lote: crie outro KeyValueCache()."
                )
