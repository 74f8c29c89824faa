import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from coursekit.training import (
    GradientClip,
    clip_gradient_norm,
    clip_gradient_value,
    gradient_norm,
)

CLIPPERS = [clip_gradient_norm, clip_gradient_value]


def parameter(*gradient: float, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    tensor = torch.zeros(len(gradient), dtype=dtype, requires_grad=True)
    tensor.grad = torch.tensor(gradient, dtype=dtype)
    return tensor


def test_clips_by_norm_as_worked_by_hand():
    # Norma de (2, 3, 6) é 7, repartida em dois parâmetros; recortar a 3,5 divide por 2.
    first, second = parameter(2.0, 3.0), parameter(6.0)
    assert clip_gradient_norm([first, second], 3.5) == 7.0
    assert first.grad.tolist() == [1.0, 1.5]
    assert second.grad.tolist() == [3.0]


def test_leaves_short_gradient_untouched():
    short = parameter(0.3, 0.4)
    assert clip_gradient_norm([short], 0.5) == 0.5
    assert short.grad.tolist() == [0.3, 0.4]


def test_clips_by_value_as_worked_by_hand():
    clipped = parameter(-5.0, 0.2, 7.0)
    clip_gradient_value([clipped], 2.0)
    assert clipped.grad.tolist() == [-2.0, 0.2, 2.0]


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=7).filter(
        lambda g: max(map(abs, g)) > 1e-3
    ),
    st.floats(1e-3, 1e3),
)
def test_norm_clipping_keeps_direction_and_bounds_length(gradient, limit):
    clipped = parameter(*gradient)
    before = clip_gradient_norm([clipped], limit)
    oracle = math.sqrt(math.fsum(g * g for g in gradient))
    assert before == pytest.approx(oracle, rel=1e-12)
    assert gradient_norm([clipped]) == pytest.approx(min(oracle, limit), rel=1e-9)
    scale = min(1.0, limit / oracle)
    assert_close(clipped.grad, torch.tensor(gradient, dtype=torch.float64) * scale)


def test_norm_does_not_overflow_in_float16():
    # A norma, 60 000·√2, passa do maior float16, 65 504.
    norm = gradient_norm([parameter(60_000.0, 60_000.0, dtype=torch.float16)])
    assert norm == pytest.approx(60_000 * math.sqrt(2), rel=1e-6)


def test_ignores_parameters_without_gradient():
    idle = torch.zeros(3, requires_grad=True)
    clipped = parameter(3.0, 4.0)
    assert clip_gradient_norm([idle, clipped], 1.0) == 5.0
    assert idle.grad is None


@pytest.mark.parametrize("clip", CLIPPERS)
def test_rejects_absent_gradient(clip):
    with pytest.raises(ValueError, match=r"nenhum parâmetro tem gradiente.*backward\(\)"):
        clip([torch.zeros(2, requires_grad=True)], 1.0)


@pytest.mark.parametrize("clip", CLIPPERS)
@pytest.mark.parametrize("limit", [0.0, -1.0, math.inf, math.nan])
def test_rejects_bad_limit(clip, limit):
    with pytest.raises(ValueError, match=rf"positivo e finito; recebi {limit}.*Use"):
        clip([parameter(1.0)], limit)


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_refuses_to_clip_non_finite_gradient(bad):
    broken = parameter(1.0, bad)
    with pytest.raises(FloatingPointError, match=r"norma do gradiente é (inf|nan).*Diminua"):
        clip_gradient_norm([broken], 1.0)
    assert broken.grad[0] == 1.0


def test_clip_options_need_a_limit():
    with pytest.raises(ValueError, match=r"não recorta nada.*GradientClip\(norm=1\.0\)"):
        GradientClip()
    with pytest.raises(ValueError, match=r"value deve ser positivo.*recebi -2"):
        GradientClip(value=-2)
