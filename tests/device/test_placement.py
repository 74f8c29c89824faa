"""Nenhum tensor auxiliar nasce na CPU: as contas inteiras no aparelho «meta», ida e volta.

O «meta» só tem formas, e recusa misturar-se com a CPU: um ``torch.arange`` sem ``device=``, que
numa GPU seria um erro, já é um erro aqui, em qualquer máquina.
"""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

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
    GlobalTokens,
    SlidingWindow,
    accelerated,
    band_blocks,
    block_sparse_attention,
    windowed_attention,
    windowed_attention_readable,
)
from coursekit.attention.sparse.window_plan import Band
from coursekit.models.atnet import AtNet1d, AtNet2d
from coursekit.recurrent import GRU, LSTM, RNN

META = torch.device("meta")


@pytest.fixture(autouse=True)
def answers(monkeypatch):
    """Sem números, «está tudo finito?» não tem resposta: respondemos que sim."""
    real = torch.Tensor.__bool__
    monkeypatch.setattr(torch.Tensor, "__bool__", lambda self: True if self.is_meta else real(self))


def on_meta(*shape):
    return torch.randn(*shape, device=META, requires_grad=True)


def three(length=101):
    return [on_meta(2, 3, length, 5) for _ in range(3)]


def assert_stays(output, inputs):
    """Ida e volta terminaram no mesmo aparelho."""
    assert output.device == META
    output.sum().backward()
    assert all(x.grad.device == META for x in inputs)


BIRDS = BigBird(radius=8, global_count=2, block=16, per_row=2, seed=0)
FUNCTIONS = {
    "attend": lambda *x: attend(*x, window=(3, 2)),
    "attend causal": lambda *x: attend(*x, causal=True),
    "janela": lambda *x: windowed_attention(*x, 9),
    "janela, comprimentos": lambda *x: windowed_attention(*x, 9, key_lengths=[90, 0]),
    "janela legível": lambda *x: windowed_attention_readable(*x, 9, causal=True),
    "blocos": lambda *x: block_sparse_attention(*x, BIRDS),
    "blocos, globais": lambda *x: block_sparse_attention(
        *x, SlidingWindow(3) | GlobalTokens(count=2)
    ),
    "linear": lambda *x: linear_attention(*x, causal=True),
    "em fluxo": lambda *x: streaming_attention(*x, causal=True, block=16),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_stay_where_their_inputs_are(name):
    inputs = three()
    assert_stays(FUNCTIONS[name](*inputs), inputs)


MODULES = {
    "RNN": (lambda: RNN(5, 7, bidirectional=True), (2, 3, 5)),
    "LSTM": (lambda: LSTM(5, 7), (2, 3, 5)),
    "GRU": (lambda: GRU(5, 7, num_layers=2), (2, 3, 5)),
    "cabeças": (lambda: MultiHeadAttention(32, 4, num_key_value_heads=2), (2, 9, 32)),
    "rotatória": (lambda: MultiHeadAttention(32, 4, rotation=RotaryPosition(8)), (2, 9, 32)),
    "alibi": (lambda: MultiHeadAttention(32, 4, score_bias=LinearBias(4)), (2, 9, 32)),
    "relativa": (lambda: MultiHeadAttention(32, 4, score_bias=RelativeBias(4, 3)), (2, 9, 32)),
    "senoidal": (lambda: SinusoidalPosition(32), (2, 9, 32)),
    "aprendida": (lambda: LearnedPosition(40, 32), (2, 9, 32)),
    "AtNet1d": (lambda: AtNet1d(5), (2, 41, 5)),
    "AtNet2d": (lambda: AtNet2d(1), (2, 1, 28, 28)),
}


@pytest.mark.parametrize("name", MODULES)
def test_modules_stay_where_their_inputs_are(name):
    make, shape = MODULES[name]
    inputs = on_meta(*shape)
    output = make().to(META)(inputs)
    assert_stays(output[0] if isinstance(output, tuple) else output, [inputs])


class Copies(TorchDispatchMode):
    """Anota, de cada cópia da CPU para o aparelho, se ela faria esperar."""

    def __init__(self):
        super().__init__()
        self.waited = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        to_device = kwargs.get("device") == META and args and isinstance(args[0], torch.Tensor)
        if function is torch.ops.aten._to_copy.default and to_device and not args[0].is_meta:
            self.waited.append(not kwargs.get("non_blocking", False))
        return function(*args, **kwargs)


@pytest.mark.parametrize("limits", [None, [90, 0]])
def test_the_compiled_road_gets_everything_on_the_device(limits, monkeypatch):
    def program(query, key, value, mask):
        used = [query, key, value, mask.kv_indices, mask.full_q_indices, mask.q_num_blocks]
        assert {x.device for x in used} == {META}
        place = torch.zeros(1, dtype=torch.int32, device=META)
        assert mask.mask_mod(place, place, place, place).device == META
        return query + key + value

    pytest.importorskip("torch.nn.attention.flex_attention")
    monkeypatch.setattr(accelerated, "_program", lambda case: program)
    inputs = three(301)
    band_blocks._stored.cache_clear()
    with Copies() as copies:
        output = accelerated.flex_windowed(inputs, Band(301, 9, 9, 32, 2**18), 0.3, limits)
    band_blocks._stored.cache_clear()
    assert_stays(output, inputs)
    assert copies.waited
    assert not any(copies.waited)


def test_a_tensor_left_on_the_cpu_would_be_seen():
    mask = torch.ones(101, 101, dtype=torch.bool)
    with pytest.raises(RuntimeError, match=r"(?s)meta.*cpu|cpu.*meta"):
        torch.where(mask, three()[0] @ three()[1].transpose(-1, -2), 0.0).sum()
