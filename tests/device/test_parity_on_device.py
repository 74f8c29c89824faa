"""Tudo o que roda num aparelho, contra a CPU em float64: saída e gradientes, fp32 e bf16.

Em ``make test`` o aparelho é a CPU, e isto é um ensaio; ``make gpu`` roda o mesmo na placa.
"""

import math
import warnings

import pytest
import torch
from device.device_cases import (
    DEVICE,
    DTYPES,
    ON_GPU,
    TOLERANCES,
    check_function,
    check_module,
    difference,
    draw,
    outputs_and_gradients,
)

from coursekit.attention import (
    LearnedPosition,
    LinearBias,
    MultiHeadAttention,
    RelativeBias,
    RotaryPosition,
    SinusoidalPosition,
    attend,
    linear_attention,
    streaming_attention,
)
from coursekit.attention.sparse import (
    BigBird,
    SlidingWindow,
    accelerated,
    block_sparse_attention,
    windowed_attention,
)
from coursekit.models.atnet import AtNet1d, AtNet2d
from coursekit.recurrent import GRU, LSTM, RNN

pytestmark = pytest.mark.gpu
# De T = 1024 em diante, na GPU, é a flex_attention compilada que responde.
LONG, RADIUS = 1061, 131
only_gpu = pytest.mark.skipif(not ON_GPU, reason="só numa GPU: rode make gpu")


@pytest.fixture(autouse=True)
def full_precision():
    """Convoluções em float32 de verdade: de fábrica, o cuDNN as faz em TF32."""
    allowed = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    yield
    torch.backends.cudnn.allow_tf32 = allowed


@pytest.fixture(params=DTYPES, ids=lambda dtype: str(dtype).removeprefix("torch."))
def dtype(request):
    return request.param


def heads(length, dtype, *, width=64, value_width=64, shared=1):
    shapes = [(2, 2, length, width), (2, shared, length, width), (2, shared, length, value_width)]
    return draw(*shapes, dtype=dtype)


@pytest.mark.parametrize(
    "options",
    [{}, {"causal": True}, {"window": (5, 2)}, {"key_lengths": [37, 0]}, {"scale": 0.3}],
    ids=str,
)
def test_attend(dtype, options):
    check_function(lambda *x: attend(*x, **options), heads(37, dtype))


@pytest.mark.parametrize("lengths", [None, [LONG, 300], [0, 129]])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("width", "value_width"), [(64, 64), (32, 16)])
def test_long_window(dtype, causal, lengths, width, value_width):
    window = (RADIUS, 0 if causal else RADIUS)
    check_function(
        lambda *x: windowed_attention(*x, RADIUS, causal=causal, key_lengths=lengths),
        heads(LONG, dtype, width=width, value_width=value_width),
        reference=lambda *x: attend(*x, window=window, key_lengths=lengths),
    )


@pytest.mark.parametrize("lengths", [None, [101, 40]])
@pytest.mark.parametrize("width", [64, 7])
def test_short_or_odd_window_goes_by_tiles(dtype, lengths, width):
    check_function(
        lambda *x: windowed_attention(*x, 9, key_lengths=lengths),
        heads(101, dtype, width=width, value_width=11),
        reference=lambda *x: attend(*x, window=(9, 9), key_lengths=lengths),
    )


def test_without_heads_and_with_another_scale(dtype):
    tensors = draw(*[(3, LONG, 32)] * 3, dtype=dtype)
    check_function(
        lambda *x: windowed_attention(*x, 17, scale=0.4),
        tensors,
        reference=lambda *x: attend(*x, window=(17, 17), scale=0.4),
    )


@pytest.mark.parametrize("pattern", [
    SlidingWindow(13, causal=True),
    BigBird(radius=8, global_count=2, block=16, per_row=2, seed=0),
], ids=["janela", "BigBird"])  # fmt: skip
@pytest.mark.parametrize("lengths", [None, [203, 40]])
def test_block_sparse(dtype, pattern, lengths):
    tensors = heads(203, dtype)
    mask = torch.from_numpy(pattern.mask(203))
    check_function(
        lambda *x: block_sparse_attention(*x, pattern, key_lengths=lengths),
        tensors,
        reference=lambda *x: attend(*x, mask=mask, key_lengths=lengths),
    )


@pytest.mark.parametrize("causal", [False, True])
def test_linear_and_streaming(dtype, causal):
    tensors = heads(67, dtype, shared=2)
    check_function(lambda *x: streaming_attention(*x, causal=causal, block=16), tensors)
    check_function(lambda *x: linear_attention(*x, causal=causal), tensors)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"num_key_value_heads": 2},
        {"rotation": RotaryPosition(8)},
        {"score_bias": LinearBias(4)},
        {"score_bias": RelativeBias(4, 5)},
    ],
    ids=["simples", "agrupada", "rotatória", "alibi", "relativa"],
)
def test_multi_head_attention(dtype, options):
    layer = MultiHeadAttention(32, 4, **options, generator=torch.Generator().manual_seed(0))
    inputs = draw((3, 29, 32), dtype=dtype)
    check_module(layer, inputs, call=lambda module, x: module(x, causal=True))


@pytest.mark.parametrize(
    "position", [SinusoidalPosition(32), LearnedPosition(40, 32)], ids=["senoidal", "aprendida"]
)
def test_positions(dtype, position):
    check_module(position, draw((3, 29, 32), dtype=dtype))


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
@pytest.mark.parametrize("options", [{}, {"bidirectional": True, "num_layers": 2}], ids=str)
def test_recurrent_layers(dtype, kind, options):
    torch.manual_seed(0)
    layer = kind(5, 11, **options)
    check_module(layer, draw((3, 13, 5), dtype=dtype), call=lambda module, x: module(x)[0])


def test_atnet(dtype):
    torch.manual_seed(0)
    check_module(AtNet1d(5), draw((3, 41, 5), dtype=dtype))
    check_module(AtNet2d(1), draw((2, 1, 28, 28), dtype=dtype))


def test_what_is_hidden_does_not_matter_and_what_sees_nothing_is_zero(dtype):
    tensors = heads(LONG, dtype)
    lengths = [300, 0]
    clean = outputs_and_gradients(
        lambda *x: windowed_attention(*x, RADIUS, key_lengths=lengths),
        [x.to(DEVICE) for x in tensors],
    )
    for x in tensors[1:]:
        x[0, :, 300:] = math.nan
        x[1] = math.inf
    dirty = outputs_and_gradients(
        lambda *x: windowed_attention(*x, RADIUS, key_lengths=lengths),
        [x.to(DEVICE) for x in tensors],
    )
    assert difference(dirty, clean) <= TOLERANCES[dtype]
    assert not clean[0][0, :, 300 + RADIUS :].any()
    assert not clean[0][1].any()


def test_a_visible_nan_is_never_hidden(dtype):
    query, key, value = (x.to(DEVICE) for x in heads(LONG, dtype))
    key[0, 0, 500, 3] = math.nan
    broken = windowed_attention(query, key, value, RADIUS).isnan().any(-1)
    seen = torch.zeros_like(broken)
    seen[0, :, 500 - RADIUS : 500 + RADIUS + 1] = True  # as duas cabeças que dividem a chave
    assert (broken | ~seen).all()
    # A compilada pode estragar vizinhas do mesmo bloco de 128, e nunca além dele.
    near = torch.zeros_like(broken)
    near[0, :, 500 - RADIUS - 128 : 500 + RADIUS + 129] = True
    assert (near | ~broken).all()
    if not ON_GPU:
        assert torch.equal(broken, seen)


@only_gpu
def test_the_compiled_road_is_the_one_taken_where_the_card_allows(dtype, monkeypatch):
    if not accelerated.is_ready(torch.device("cuda", torch.cuda.current_device())):
        pytest.skip("esta placa, ou este PyTorch, não tem a flex_attention compilada")
    taken = []
    from coursekit.attention.sparse import windowed

    real = windowed.flex_windowed
    monkeypatch.setattr(windowed, "flex_windowed", lambda *x: taken.append(1) or real(*x))
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        windowed_attention(*(x.to(DEVICE) for x in heads(LONG, dtype)), RADIUS)
    assert taken


@only_gpu
@pytest.mark.parametrize("lengths", [None, [LONG, 300]])
def test_the_compiled_road_never_waits_for_the_card(dtype, lengths):
    if not accelerated.is_ready(torch.device("cuda", torch.cuda.current_device())):
        pytest.skip("esta placa, ou este PyTorch, não tem a flex_attention compilada")
    tensors = [x.to(DEVICE) for x in heads(LONG, dtype)]
    expected = windowed_attention(*tensors, RADIUS, key_lengths=lengths)
    torch.cuda.set_sync_debug_mode("error")  # esperar a placa passa a ser um erro
    try:
        received = windowed_attention(*tensors, RADIUS, key_lengths=lengths)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    torch.testing.assert_close(received, expected)
