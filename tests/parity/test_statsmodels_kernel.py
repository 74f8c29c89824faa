"""Paridade da regressão por núcleo com o estimador local constante do statsmodels."""

import numpy as np
import pytest
import torch
from statsmodels.nonparametric.kernel_regression import KernelReg

from coursekit import reference
from coursekit.attention import kernel_regression


# Versões novas avisam que o gerador padrão vai mudar; com a largura dada, nada é sorteado.
@pytest.mark.filterwarnings("ignore:After 0.17:FutureWarning")
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("bandwidth", [0.2, 0.4, 3.0])
def test_kernel_regression_agrees_with_statsmodels(seed, bandwidth):
    rng = np.random.default_rng(seed)
    x, grid = np.sort(rng.uniform(0, 5, 50)), np.linspace(0, 5, 31)
    y = 2 * np.sin(x) + x**0.8 + rng.normal(0, 0.5, 50)
    expected, _ = KernelReg(y, x, "c", reg_type="lc", bw=[bandwidth]).fit(grid)
    tensors = (torch.from_numpy(array) for array in (grid, x, y))
    received = kernel_regression(*tensors, bandwidth).numpy()
    oracle = reference.kernel_regression(grid, x, y, bandwidth)
    np.testing.assert_allclose(received, expected, rtol=0, atol=1e-10)
    np.testing.assert_allclose(oracle, expected, rtol=0, atol=1e-10)
