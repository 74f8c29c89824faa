"""Séries reais de domínio público que vêm dentro do statsmodels: nada é baixado.

O domínio público é o que declara o próprio statsmodels, no campo ``COPYRIGHT`` de cada
conjunto. O statsmodels só é importado quando uma série é pedida.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["PUBLIC_SERIES", "PublicSeries", "load_public_series"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class PublicSeries:
    """Guarda uma série temporal e de onde ela veio.

    Attributes:
        name: nome usado em :func:`load_public_series`.
        title: o que se mediu, em português.
        unit: unidade dos valores.
        start: ano, ou ano e mês, da primeira observação.
        steps_per_year: observações por ano, 1 ou 12.
        values: valores em ordem cronológica, forma ``(N,)``, todos finitos.
        num_filled: quantos valores faltavam e foram interpolados entre os vizinhos.
        provenance: quem mediu e como a série chegou aqui.
        licence: condição de uso declarada.
    """

    name: str
    title: str
    unit: str
    start: str
    steps_per_year: int
    values: FloatArray
    num_filled: int
    provenance: str
    licence: str


def load_public_series(name: str) -> PublicSeries:
    """Carrega uma das séries que o statsmodels traz.

    - ``"sunspots"``: número anual de manchas solares, 1700 a 2008;
    - ``"co2"``: gás carbônico no ar de Mauna Loa, médias mensais das amostras semanais, de
      março de 1958 a dezembro de 2001. Os meses sem nenhuma amostra são interpolados em
      linha reta; todos são de 1958 e de 1964;
    - ``"elnino"``: temperatura mensal da superfície do mar na região Niño 1+2, 1950 a 2010.

    Args:
        name: ``"sunspots"``, ``"co2"`` ou ``"elnino"``.

    Returns:
        A série, com procedência e licença.

    Raises:
        ValueError: se o nome não for um dos três.

    Example:
        >>> series = load_public_series("sunspots")
        >>> series.values.shape, series.values[0].item(), series.unit
        ((309,), 5.0, 'manchas')
    """
    if name not in _LOADERS:
        raise ValueError(
            f"name deve ser um de {PUBLIC_SERIES}; recebi {name!r}. São as séries que vêm com o "
            "statsmodels e que o curso conferiu."
        )
    return _LOADERS[name]()


def _table(name: str) -> Any:
    """Lê a tabela de um conjunto do statsmodels, sem rede."""
    return import_module(f"statsmodels.datasets.{name}").load_pandas().data


def _sunspots() -> PublicSeries:
    """Monta a série anual de manchas solares."""
    return PublicSeries(
        name="sunspots",
        title="Manchas solares por ano",
        unit="manchas",
        start="1700",
        steps_per_year=1,
        values=_table("sunspots")["SUNACTIVITY"].to_numpy(dtype=np.float64),
        num_filled=0,
        provenance="National Geophysical Data Center (NOAA), pelo statsmodels",
        licence="domínio público",
    )


def _co2() -> PublicSeries:
    """Monta a série mensal de gás carbônico, das amostras semanais."""
    weekly = _table("co2")["co2"]
    dates = weekly.index.to_numpy()
    values, num_filled = monthly_means(dates, weekly.to_numpy(dtype=np.float64))
    return PublicSeries(
        name="co2",
        title="Gás carbônico no ar de Mauna Loa, por mês",
        unit="ppm",
        start="1958-03",
        steps_per_year=12,
        values=values,
        num_filled=num_filled,
        provenance="Keeling e Whorf (2004), Scripps e CDIAC, pelo statsmodels",
        licence="domínio público",
    )


def _elnino() -> PublicSeries:
    """Monta a série mensal de temperatura do mar, da tabela de anos por meses."""
    table = _table("elnino").set_index("YEAR").to_numpy(dtype=np.float64)  # (anos, 12)
    return PublicSeries(
        name="elnino",
        title="Temperatura do mar na região Niño 1+2, por mês",
        unit="°C",
        start="1950-01",
        steps_per_year=12,
        values=table.ravel(),
        num_filled=0,
        provenance="ERSST v3b, National Weather Service (NOAA), pelo statsmodels",
        licence="domínio público",
    )


def monthly_means(dates: NDArray[np.datetime64], values: FloatArray) -> tuple[FloatArray, int]:
    """Tira a média de cada mês e interpola, em linha reta, os meses sem observação.

    Args:
        dates: datas das observações, forma ``(N,)``, de meses quaisquer.
        values: observações, forma ``(N,)``; ``nan`` onde faltam. O primeiro e o último mês
            devem ter ao menos uma.

    Returns:
        As médias, uma por mês do primeiro ao último, e quantos meses foram interpolados.

    Raises:
        ValueError: se o primeiro ou o último mês não tiver nenhuma observação.

    Example:
        >>> days = np.array(["2000-01-01", "2000-01-15", "2000-03-01"], dtype="datetime64[D]")
        >>> means, num_filled = monthly_means(days, np.array([1.0, 3.0, 6.0]))
        >>> means.tolist(), num_filled
        ([2.0, 4.0, 6.0], 1)
    """
    months = dates.astype("datetime64[M]").astype(np.int64)
    months = months - months.min()
    seen = np.isfinite(values)
    size = int(months.max()) + 1
    counts = np.bincount(months[seen], minlength=size)
    totals = np.bincount(months[seen], weights=values[seen], minlength=size)
    known = np.flatnonzero(counts)
    if not (counts[0] and counts[-1]):
        raise ValueError(
            f"o primeiro mês tem {counts[0]} observações e o último, {counts[-1]}; cada um "
            "precisa de ao menos uma para que se interpole entre eles. Corte as pontas vazias."
        )
    means = np.interp(np.arange(size), known, totals[known] / counts[known])
    return means, size - len(known)


_LOADERS: dict[str, Callable[[], PublicSeries]] = {
    "sunspots": _sunspots,
    "co2": _co2,
    "elnino": _elnino,
}
PUBLIC_SERIES = tuple(_LOADERS)
"""Nomes aceitos por :func:`load_public_series`."""
