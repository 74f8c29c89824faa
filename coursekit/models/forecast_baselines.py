r"""Linhas de base de previsão, um passo à frente: ingênua, sazonal e autorregressiva.

As três respondem à mesma pergunta: conhecida a série até a véspera, quanto vale o próximo
passo? Uma rede que não as supera não justifica o seu custo.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "autoregression_forecast",
    "fit_autoregression",
    "mean_absolute_error",
    "naive_forecast",
    "seasonal_naive_forecast",
]

FloatArray = NDArray[np.float64]


def naive_forecast(values: ArrayLike, num_test: int) -> FloatArray:
    r"""Prevê que o próximo valor repete o último: :math:`\hat x_t = x_{t-1}`.

    Args:
        values: série inteira, forma ``(N,)``.
        num_test: quantos valores finais prever, de 1 a ``N - 1``.

    Returns:
        Previsões de ``values[-num_test:]``, forma ``(num_test,)``.

    Raises:
        ValueError: se a série não for ``(N,)`` e finita, ou ``num_test`` não couber.

    Example:
        >>> naive_forecast([1.0, 2.0, 4.0], num_test=2).tolist()
        [1.0, 2.0]
    """
    return seasonal_naive_forecast(values, num_test, period=1)


def seasonal_naive_forecast(values: ArrayLike, num_test: int, period: int) -> FloatArray:
    r"""Prevê que o valor repete o de um ciclo atrás: :math:`\hat x_t = x_{t-s}`.

    Args:
        values: série inteira, forma ``(N,)``.
        num_test: quantos valores finais prever, inteiro positivo.
        period: passos do ciclo, ``s``, inteiro positivo.

    Returns:
        Previsões de ``values[-num_test:]``, forma ``(num_test,)``.

    Raises:
        ValueError: se a série não for ``(N,)`` e finita, ou não houver ``period`` valores antes
            do trecho previsto.

    Fonte:
        Hyndman e Athanasopoulos (2021), métodos simples de previsão.

    Example:
        >>> seasonal_naive_forecast([1.0, 2.0, 3.0, 4.0], num_test=2, period=2).tolist()
        [1.0, 2.0]
    """
    series = _checked(values, num_test, period)
    start = len(series) - num_test - period
    return series[start : start + num_test].copy()


def fit_autoregression(train: ArrayLike, order: int) -> FloatArray:
    r"""Ajusta, por mínimos quadrados, :math:`x_t = c + \sum_{i=1}^{p} \phi_i\, x_{t-i}`.

    Args:
        train: trecho de treino, forma ``(N,)``, com ``N ≥ 2p + 1``.
        order: número de valores passados, ``p``, inteiro positivo.

    Returns:
        Coeficientes :math:`(c, \phi_1, \dots, \phi_p)`, forma ``(p + 1,)``.

    Raises:
        ValueError: se o trecho não for ``(N,)`` e finito, ou for curto demais para ``order``.

    Example:
        >>> doubling = [1.0, 2.0, 4.0, 8.0]
        >>> fit_autoregression(doubling, order=1).round(6).tolist()
        [0.0, 2.0]
    """
    series = _checked(train, 1, 1)
    if not 1 <= order <= (len(series) - 1) // 2:
        raise ValueError(
            f"order deve ficar entre 1 e {(len(series) - 1) // 2} para {len(series)} valores; "
            f"recebi {order}. Com mais coeficientes que equações, o ajuste decora a série."
        )
    solution = np.linalg.lstsq(_lagged(series, order), series[order:], rcond=None)
    return np.asarray(solution[0], dtype=np.float64)


def autoregression_forecast(values: ArrayLike, num_test: int, order: int) -> FloatArray:
    """Ajusta a autorregressão sem ver o teste e prevê cada valor dele a partir da véspera.

    Args:
        values: série inteira, forma ``(N,)``.
        num_test: quantos valores finais prever; nenhum deles entra no ajuste.
        order: número de valores passados, ``p``.

    Returns:
        Previsões de ``values[-num_test:]``, forma ``(num_test,)``. Os coeficientes ficam
        fixos; os valores passados são os observados, mesmo dentro do teste.

    Raises:
        ValueError: nas condições de :func:`naive_forecast` e :func:`fit_autoregression`.

    Example:
        >>> autoregression_forecast([1.0, 2.0, 4.0, 8.0, 16.0], num_test=1, order=1).round(6).item()
        16.0
    """
    series = _checked(values, num_test, 1)
    coefficients = fit_autoregression(series[:-num_test], order)
    forecasts: FloatArray = _lagged(series, order)[-num_test:] @ coefficients
    return forecasts


def mean_absolute_error(forecast: ArrayLike, target: ArrayLike) -> float:
    r"""Calcula o erro absoluto médio, :math:`\frac1n \sum_t |\hat x_t - x_t|`.

    Args:
        forecast: previsões, forma ``(n,)``.
        target: valores observados, forma ``(n,)``.

    Returns:
        Erro, na unidade da série, maior ou igual a zero.

    Raises:
        ValueError: se as formas não forem iguais, ``(n,)``, ou se ``n`` for zero.

    Example:
        >>> mean_absolute_error([1.0, 5.0], [2.0, 2.0])
        2.0
    """
    predicted, observed = np.asarray(forecast, np.float64), np.asarray(target, np.float64)
    if predicted.shape != observed.shape or predicted.ndim != 1 or predicted.size == 0:
        raise ValueError(
            f"forecast e target devem ter a mesma forma (n,), com n ≥ 1; recebi "
            f"{predicted.shape} e {observed.shape}. Uma saída (n, 1) se acerta com "
            "forecast[:, 0]; sem isso, a subtração viraria uma tabela n por n."
        )
    return float(np.abs(predicted - observed).mean())


def _lagged(series: FloatArray, order: int) -> FloatArray:
    """Monta uma linha por previsão: 1, o valor da véspera, o da antevéspera e assim por diante."""
    columns = [series[order - lag : len(series) - lag] for lag in range(1, order + 1)]
    return np.column_stack([np.ones(len(series) - order), *columns])  # (N - p, p + 1)


def _checked(values: ArrayLike, num_test: int, period: int) -> FloatArray:
    """Confere a série e se há passado bastante antes do trecho previsto."""
    series = np.asarray(values, dtype=np.float64)
    if series.ndim != 1 or not np.isfinite(series).all():
        raise ValueError(
            f"a série deve ter forma (N,) e só números finitos; recebi {series.shape}. "
            "Uma coluna por vez, com as falhas já interpoladas."
        )
    if num_test < 1 or period < 1 or num_test + period > len(series):
        raise ValueError(
            "num_test e period devem ser positivos e caber juntos na série; recebi "
            f"num_test={num_test} e period={period} para {len(series)} valores. "
            "Diminua o trecho previsto."
        )
    return series
