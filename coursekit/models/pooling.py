r"""Agregar: de muitas posições a um vetor só, por soma, média, máximo ou atenção.

Todas as camadas recebem características ``(B, T, C)`` e devolvem ``(B, C)``; trocar uma pela
outra não muda mais nada na rede. As que pesam posições mostram os pesos em ``weights``.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from coursekit.attention.checks import (
    check_flags,
    check_floating,
    check_layer_input,
    check_whole,
)

__all__ = [
    "POOLING_KINDS",
    "AttentionPooling",
    "MaxPooling",
    "MeanPooling",
    "SumPooling",
    "WeightedMaxPooling",
    "largest_bounded_weight",
    "make_pooling",
]


def largest_bounded_weight(num_positions: int, bound: float = 1.0) -> float:
    r"""Calcula o maior peso que o softmax pode dar se os escores ficam entre ±``bound``.

    O melhor caso é um escore no teto e todos os outros no piso:

    .. math::

        \alpha_\text{máx} = \frac{e^{2b}}{e^{2b} + n - 1}

    Com :math:`b = 1` (o alcance da tanh), a razão entre dois pesos nunca passa de
    :math:`e^2 \approx 7{,}39`, e o teto cai com :math:`1/n`.

    Args:
        num_positions: posições :math:`n`, inteiro positivo.
        bound: limite :math:`b \ge 0` dos escores, finito.

    Returns:
        O teto, em ``(0, 1]``.

    Raises:
        ValueError: se ``num_positions`` for menor que 1, ou ``bound`` negativo ou não finito.

    Example:
        >>> round(largest_bounded_weight(496), 5)
        0.01471
    """
    if num_positions < 1 or not (math.isfinite(bound) and bound >= 0):
        raise ValueError(
            "num_positions deve ser ao menos 1 e bound finito e não negativo; recebi "
            f"num_positions={num_positions} e bound={bound}. Para a tanh, use bound=1.0."
        )
    return 1 / (1 + (num_positions - 1) * math.exp(-2 * bound))


class SumPooling(nn.Module):
    r"""Soma as posições: :math:`c = \sum_t h_t`. Cresce com o comprimento.

    Example:
        >>> SumPooling()(torch.ones(2, 5, 3))[0]
        tensor([5., 5., 5.])
    """

    def forward(self, features: Tensor) -> Tensor:
        """Agrega as posições.

        Args:
            features: características, forma ``(B, T, C)`` com ``T >= 1``.

        Returns:
            Vetor de cada exemplo, forma ``(B, C)``.

        Raises:
            TypeError: se não for tensor de ponto flutuante.
            ValueError: se a forma não for essa.
        """
        _check_features(features)
        return features.sum(dim=1)


class MeanPooling(nn.Module):
    r"""Calcula a média das posições: :math:`c = \frac1n \sum_t h_t`.

    Example:
        >>> MeanPooling()(torch.arange(3.0)[None, :, None])
        tensor([[1.]])
    """

    def forward(self, features: Tensor) -> Tensor:
        """Agrega as posições.

        Args:
            features: características, forma ``(B, T, C)`` com ``T >= 1``.

        Returns:
            Vetor de cada exemplo, forma ``(B, C)``.

        Raises:
            TypeError: se não for tensor de ponto flutuante.
            ValueError: se a forma não for essa.
        """
        _check_features(features)
        return features.mean(dim=1)


class MaxPooling(nn.Module):
    r"""Fica com o maior valor de cada característica: :math:`c_d = \max_t h_{td}`.

    Example:
        >>> MaxPooling()(torch.tensor([[[1.0, 9.0], [4.0, 2.0]]]))
        tensor([[4., 9.]])
    """

    def forward(self, features: Tensor) -> Tensor:
        """Agrega as posições.

        Args:
            features: características, forma ``(B, T, C)`` com ``T >= 1``.

        Returns:
            Vetor de cada exemplo, forma ``(B, C)``.

        Raises:
            TypeError: se não for tensor de ponto flutuante.
            ValueError: se a forma não for essa.
        """
        _check_features(features)
        return features.amax(dim=1)


class AttentionPooling(nn.Module):
    r"""Calcula a média das posições com pesos aprendidos (atenção e soma).

    .. math::

        \alpha_t = \operatorname{softmax}_t\, s_t, \qquad s_t = w^\top h_t + b, \qquad
        c = \sum_t \alpha_t h_t

    Cada escore depende só da sua posição: as posições não se comparam entre si, a não ser
    pela soma 1 dos pesos. Por isso a camada escolhe, mas não relaciona.

    Args:
        num_features: largura ``C`` das características, inteiro positivo.
        bounded: se ``True``, o escore passa por uma tanh antes do softmax, o que limita a razão
            entre dois pesos a :math:`e^2` (:func:`largest_bounded_weight`).
        generator: gerador que sorteia os parâmetros; ``None`` usa o gerador global do PyTorch.

    Raises:
        TypeError: se ``num_features`` não for inteiro, ou as escolhas, booleanas.
        ValueError: se ``num_features`` for menor que 1.

    Fonte:
        Raffel e Ellis (2015), atenção sem recorrência (lá, com a tanh); Ilse, Tomczak e Welling
        (2018), agregação por atenção (lá, com uma camada oculta a mais).

    Example:
        >>> pooling = AttentionPooling(3, generator=torch.Generator().manual_seed(0))
        >>> pooling(torch.ones(2, 5, 3)).shape, pooling.weights(torch.ones(2, 5, 3))[0]
        (torch.Size([2, 3]), tensor([0.2000, 0.2000, 0.2000, 0.2000, 0.2000],
           grad_fn=<SelectBackward0>))
    """

    def __init__(
        self,
        num_features: int,
        *,
        bounded: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        check_whole(num_features=num_features)
        check_flags(bounded=bounded)
        if num_features < 1:
            raise ValueError(
                f"num_features deve ser ao menos 1; recebi {num_features}. "
                "Use a largura C das características."
            )
        self.bounded = bounded
        self.score: nn.Linear = nn.utils.skip_init(  # type: ignore[no-untyped-call]
            nn.Linear, num_features, 1
        )
        bound = 1 / math.sqrt(num_features)
        for parameter in self.score.parameters():
            nn.init.uniform_(parameter, -bound, bound, generator=generator)

    def weights(self, features: Tensor) -> Tensor:
        """Calcula o peso de cada posição.

        Args:
            features: características, forma ``(B, T, C)`` com ``T >= 1``.

        Returns:
            Pesos de forma ``(B, T)``; cada linha soma 1.

        Raises:
            TypeError: se não for tensor de ponto flutuante, do tipo dos pesos.
            ValueError: se a forma não for essa.
        """
        _check_features(features, self.score.weight)
        scores: Tensor = self.score(features).squeeze(-1)  # (B, T)
        return (scores.tanh() if self.bounded else scores).softmax(dim=1)

    def forward(self, features: Tensor) -> Tensor:
        """Agrega as posições.

        Args:
            features: características, forma ``(B, T, C)`` com ``T >= 1``.

        Returns:
            Vetor de cada exemplo, forma ``(B, C)``, no envelope convexo das posições.

        Raises:
            TypeError: se não for tensor de ponto flutuante, do tipo dos pesos.
            ValueError: se a forma não for essa.
        """
        return torch.einsum("bt,btc->bc", self.weights(features), features)


class WeightedMaxPooling(nn.Module):
    r"""Pondera com softmax e fica com o máximo, sem somar: o que a «AtNet» popular faz.

    .. math::

        c_d = \max_t\, \lambda\, \alpha_t h_{td}, \qquad
        \alpha_t = \operatorname{softmax}_t \tanh(w^\top h_t + b)

    Como os pesos somam 1, cada um é da ordem de :math:`1/n`: o máximo sai umas :math:`n` vezes
    menor que o das características, e o gradiente também. ``rescaled=True``
    (:math:`\lambda = n`) desfaz o encolhimento.

    Args:
        num_features: largura ``C`` das características, inteiro positivo.
        bounded: se ``True``, o escore passa por uma tanh antes do softmax.
        rescaled: se ``True``, multiplica pelo número de posições.
        generator: gerador que sorteia os parâmetros; ``None`` usa o gerador global do PyTorch.

    Raises:
        TypeError: se ``num_features`` não for inteiro, ou as escolhas, booleanas.
        ValueError: se ``num_features`` for menor que 1.

    Fonte:
        Receita de texto popular, sem artigo: softmax dos escores, produto e
        ``GlobalMaxPooling1D``.

    Example:
        >>> pooling = WeightedMaxPooling(3, rescaled=True)
        >>> pooling(torch.ones(2, 5, 3))[0].detach()  # pesos iguais: n · (1/n) · 1
        tensor([1., 1., 1.])
    """

    def __init__(
        self,
        num_features: int,
        *,
        bounded: bool = True,
        rescaled: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        check_flags(rescaled=rescaled)
        self.attention = AttentionPooling(num_features, bounded=bounded, generator=generator)
        self.rescaled = rescaled

    def weights(self, features: Tensor) -> Tensor:
        """Calcula o peso de cada posição.

        Args:
            features: características, forma ``(B, T, C)`` com ``T >= 1``.

        Returns:
            Pesos de forma ``(B, T)``; cada linha soma 1.

        Raises:
            TypeError: se não for tensor de ponto flutuante, do tipo dos pesos.
            ValueError: se a forma não for essa.
        """
        return self.attention.weights(features)

    def forward(self, features: Tensor) -> Tensor:
        """Pondera e fica com o máximo.

        Args:
            features: características, forma ``(B, T, C)`` com ``T >= 1``.

        Returns:
            Vetor de cada exemplo, forma ``(B, C)``.

        Raises:
            TypeError: se não for tensor de ponto flutuante, do tipo dos pesos.
            ValueError: se a forma não for essa.
        """
        weighted = self.weights(features).unsqueeze(-1) * features  # (B, T, C)
        return (weighted * features.shape[1] if self.rescaled else weighted).amax(dim=1)


_MAKERS: dict[str, Callable[[int, torch.Generator | None], nn.Module]] = {
    "sum": lambda size, generator: SumPooling(),
    "mean": lambda size, generator: MeanPooling(),
    "max": lambda size, generator: MaxPooling(),
    "attention": lambda size, generator: AttentionPooling(size, generator=generator),
    "bounded_attention": lambda size, generator: AttentionPooling(
        size, bounded=True, generator=generator
    ),
    "source": lambda size, generator: WeightedMaxPooling(size, generator=generator),
    "source_rescaled": lambda size, generator: WeightedMaxPooling(
        size, rescaled=True, generator=generator
    ),
    "weighted_max": lambda size, generator: WeightedMaxPooling(
        size, bounded=False, generator=generator
    ),
}

POOLING_KINDS = tuple(_MAKERS)
"""Nomes que :func:`make_pooling` aceita."""


def make_pooling(
    kind: str, num_features: int, *, generator: torch.Generator | None = None
) -> nn.Module:
    """Monta uma agregação pelo nome, para comparar várias com o mesmo código.

    Args:
        kind: ``"sum"``, ``"mean"``, ``"max"``, ``"attention"`` (softmax e soma),
            ``"bounded_attention"`` (com tanh nos escores), ``"source"`` (a da fonte: tanh,
            softmax e máximo), ``"source_rescaled"`` (a da fonte vezes ``n``) ou
            ``"weighted_max"`` (a da fonte sem a tanh).
        num_features: largura ``C`` das características, inteiro positivo.
        generator: gerador que sorteia os parâmetros; ``None`` usa o gerador global do PyTorch.

    Returns:
        A camada.

    Raises:
        TypeError: se ``num_features`` não for inteiro, onde há pesos.
        ValueError: se ``kind`` não existir ou ``num_features`` não servir.

    Example:
        >>> [type(make_pooling(kind, 3)).__name__ for kind in ("max", "source")]
        ['MaxPooling', 'WeightedMaxPooling']
    """
    if kind not in _MAKERS:
        raise ValueError(
            f"kind deve ser um de {POOLING_KINDS}; recebi {kind!r}. Escolha um deles, ou passe "
            "à rede a sua própria camada."
        )
    return _MAKERS[kind](num_features, generator)


def _check_features(features: Tensor, weight: Tensor | None = None) -> None:
    """Exige (B, T, C) flutuante, com ao menos uma posição e, se há pesos, a largura deles."""
    if weight is None:
        check_floating("features", features)
    else:
        check_layer_input(weight, features=features)
    wrong_width = weight is not None and features.shape[-1:] != weight.shape[-1:]
    if features.ndim != 3 or features.shape[1] == 0 or wrong_width:
        width = "C" if weight is None else f"{weight.shape[-1]}"
        raise ValueError(
            f"features deve ter a forma (B, T, {width}), com T >= 1; recebi "
            f"{tuple(features.shape)}. De imagens (B, C, Hi, Wi), use "
            "features.flatten(2).transpose(1, 2)."
        )
