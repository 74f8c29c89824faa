"""Séries públicas: tamanhos, valores conhecidos, meses vazios e licença."""

import subprocess
import sys

import numpy as np
import pytest

from coursekit.data.public_series import PUBLIC_SERIES, load_public_series, monthly_means


@pytest.mark.parametrize(
    ("name", "size", "first", "last", "steps_per_year"),
    [
        # Valores lidos nas tabelas que vêm com o statsmodels: 1700 e 2008.
        ("sunspots", 309, 5.0, 2.9, 1),
        # Março de 1958 tem uma amostra só, 316,1; dezembro de 2001, cinco.
        ("co2", 526, 316.1, (370.3 + 370.8 + 371.2 + 371.3 + 371.5) / 5, 12),
        # Janeiro de 1950 e dezembro de 2010.
        ("elnino", 732, 23.11, 22.07, 12),
    ],
)
def test_size_and_ends_of_each_series(name, size, first, last, steps_per_year):
    series = load_public_series(name)
    assert series.name == name
    assert series.values.shape == (size,)
    assert series.values.dtype == np.float64
    assert np.isfinite(series.values).all()
    assert series.values[0] == pytest.approx(first)
    assert series.values[-1] == pytest.approx(last)
    assert series.steps_per_year == steps_per_year


def test_every_listed_series_says_where_it_came_from_and_how_it_may_be_used():
    for name in PUBLIC_SERIES:
        series = load_public_series(name)
        assert series.licence == "domínio público"
        assert "statsmodels" in series.provenance
        assert series.unit
        assert series.title


@pytest.mark.parametrize("name", PUBLIC_SERIES)
def test_statsmodels_itself_declares_the_public_domain(name):
    from importlib import import_module

    assert "public domain" in import_module(f"statsmodels.datasets.{name}").COPYRIGHT


def test_monthly_co2_agrees_with_pandas():
    # Outro caminho: a reamostragem do pandas, com a interpolação dele.
    table = pytest.importorskip("statsmodels.datasets.co2").load_pandas().data["co2"]
    monthly = table.resample("MS").mean()
    series = load_public_series("co2")
    assert series.num_filled == int(monthly.isna().sum()) == 5
    np.testing.assert_allclose(series.values, monthly.interpolate().to_numpy(), rtol=1e-12)


def test_el_nino_reads_years_in_rows_and_months_in_columns():
    # Fevereiro de 1950 (24,20) vem antes de janeiro de 1951 (24,19).
    values = load_public_series("elnino").values
    assert values[1] == 24.20
    assert values[12] == 24.19


def test_two_loads_do_not_share_memory():
    first, second = load_public_series("co2"), load_public_series("co2")
    assert not np.shares_memory(first.values, second.values)


def test_monthly_means_ignores_missing_days_and_interpolates_missing_months():
    # Jan: (1 + 3)/2 = 2; fev: só nan; mar: nada; abr: 8. Retas: fev 4 e mar 6.
    dates = ["2001-01-02", "2001-01-30", "2001-01-31", "2001-02-11", "2001-04-05"]
    days = np.array(dates, dtype="datetime64[D]")
    means, num_filled = monthly_means(days, np.array([1.0, 3.0, np.nan, np.nan, 8.0]))
    np.testing.assert_allclose(means, [2.0, 4.0, 6.0, 8.0])
    assert num_filled == 2


def test_monthly_means_crosses_the_year():
    days = np.array(["1999-12-31", "2000-01-01"], dtype="datetime64[D]")
    assert monthly_means(days, np.array([3.0, 5.0]))[0].tolist() == [3.0, 5.0]


@pytest.mark.parametrize("values", [[np.nan, 1.0], [1.0, np.nan]])
def test_monthly_means_does_not_extrapolate(values):
    days = np.array(["2000-01-01", "2000-03-01"], dtype="datetime64[D]")
    with pytest.raises(ValueError, match=r"primeiro mês tem \d.*último, \d.*Corte as pontas"):
        monthly_means(days, np.array(values))


def test_rejects_an_unknown_series():
    with pytest.raises(ValueError, match=r"'sunspots', 'co2', 'elnino'.*recebi 'chuva'"):
        load_public_series("chuva")


def test_importing_the_module_does_not_load_statsmodels():
    program = "import sys, coursekit.data.public_series; print('statsmodels' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "False"
