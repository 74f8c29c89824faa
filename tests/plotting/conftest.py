"""Nenhuma prova deixa figura aberta, nem muda os parâmetros do matplotlib."""

from collections.abc import Iterator

import matplotlib as mpl
import pytest

mpl.use("Agg")


@pytest.fixture(autouse=True)
def clean_matplotlib() -> Iterator[None]:
    from matplotlib import pyplot as plt

    with mpl.rc_context():
        yield
        plt.close("all")
