"""Expoente de escala: como o custo cresce com o tamanho."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class ScalingFit:
    r"""Reta ajustada em escala log–log: :math:`\text{custo} \approx c \, n^{p}`.

    Args:
        exponent: o expoente :math:`p`.
        low: limite inferior do intervalo de confiança do expoente.
        high: limite superior do intervalo de confiança do expoente.
        confidence: nível de confiança do intervalo, entre 0 e 1.
        coefficient: o fator :math:`c`, na unidade do custo.
        points: pares ``(tamanho, custo)`` usados.
    """

    exponent: float
    low: float
    high: float
    confidence: float
    coefficient: float
    points: tuple[tuple[float, float], ...]

    def to_dict(self) -> dict[str, Any]:
        """O ajuste como dicionário que cabe em JSON."""
        return asdict(self)


def scaling_exponent(
    sizes: Sequence[float], costs: Sequence[float], *, confidence: float = 0.95
) -> ScalingFit:
    r"""Ajusta o expoente com que o custo cresce, com intervalo de confiança t de Student.

    Mínimos quadrados em :math:`\log \text{custo} = \log c + p \log n`; o intervalo usa
    :math:`t_{m-2}` e supõe erros multiplicativos independentes e de mesma dispersão. Mede o
    expoente *na faixa dada*: termos de ordem menor o puxam para baixo em tamanhos pequenos.

    Args:
        sizes: tamanhos :math:`n`, positivos, com pelo menos três diferentes.
        costs: custo de cada tamanho (s, MiB…), positivo; mesma quantidade que ``sizes``.
        confidence: nível do intervalo, estritamente entre 0 e 1.

    Returns:
        O expoente, o intervalo e o fator.

    Raises:
        ValueError: se as séries tiverem comprimentos diferentes, menos de três tamanhos
            distintos, valor que não seja positivo e finito, ou se ``confidence`` não
            estiver entre 0 e 1.

    Example:
        >>> fit = scaling_exponent([10, 20, 40, 80], [3.0, 12.0, 48.0, 192.0])
        >>> round(fit.exponent, 6), round(fit.coefficient, 6)
        (2.0, 0.03)
    """
    _check(sizes, costs, confidence)
    from scipy import stats  # pesado: só quando se ajusta

    x, y = np.log(np.asarray(sizes, float)), np.log(np.asarray(costs, float))
    centred = x - x.mean()
    variation = float(centred @ centred)
    exponent = float(centred @ y) / variation
    intercept = float(y.mean() - exponent * x.mean())
    residual = y - intercept - exponent * x
    freedom = len(x) - 2
    error = math.sqrt(float(residual @ residual) / freedom / variation)
    margin = float(stats.t.ppf(0.5 + confidence / 2, freedom)) * error
    return ScalingFit(
        exponent=exponent,
        low=exponent - margin,
        high=exponent + margin,
        confidence=confidence,
        coefficient=math.exp(intercept),
        points=tuple((float(n), float(c)) for n, c in zip(sizes, costs, strict=True)),
    )


def _check(sizes: Sequence[float], costs: Sequence[float], confidence: float) -> None:
    """Recusa séries com que não se ajusta uma reta."""
    if len(sizes) != len(costs):
        raise ValueError(
            f"há {len(sizes)} tamanhos e {len(costs)} custos. Dê um custo por tamanho."
        )
    if len(set(sizes)) < 3:
        raise ValueError(
            f"é preciso medir pelo menos 3 tamanhos diferentes; recebi {len(set(sizes))}. "
            "Com dois, a reta passa por ambos e não há como estimar o erro."
        )
    for name, values in (("tamanho", sizes), ("custo", costs)):
        for value in values:
            if not (math.isfinite(value) and value > 0):
                raise ValueError(
                    f"{name} deve ser positivo e finito (usa-se o logaritmo); recebi {value}. "
                    "Retire esse ponto ou refaça a medida."
                )
    if not 0 < confidence < 1:
        raise ValueError(f"confidence deve estar entre 0 e 1; recebi {confidence}. Use 0.95.")
