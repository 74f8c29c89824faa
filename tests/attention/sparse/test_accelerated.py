"""O caminho da GPU, até onde uma CPU o prova: números, rota, recusas, e o que não se espera."""

import math
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest
import torch
from attention.sparse.sparse_cases import gradients, random_tensors
from attention.sparse.test_band_blocks import dense_mask
from torch.testing import assert_close
from torch.utils._python_dispatch import TorchDispatchMode

from coursekit.attention import attend
from coursekit.attention.sparse import accelerated, band_blocks, windowed, windowed_attention
from coursekit.attention.sparse.window_plan import Band

flex_module = pytest.importorskip("torch.nn.attention.flex_attention")

# O próprio compilador olha o .grad de tensores que não são folhas.
pytestmark = pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor")
EXACT = {"rtol": 1e-10, "atol": 1e-10}
CPU = torch.device("cpu")


class Compiler:
    """Um compilador que não compila: executa o grafo e conta quantos lhe pediram."""

    def __init__(self):
        self.graphs = 0

    def __call__(self, graph, inputs):
        self.graphs += 1
        return graph.forward


@pytest.fixture
def compiler(monkeypatch):
    """Na CPU, a flex_attention sem compilar: a mesma máscara e a mesma conta, com volta."""
    counting = Compiler()
    monkeypatch.setattr(accelerated, "COMPILER", {"backend": counting})
    monkeypatch.setattr(flex_module, "_validate_device", lambda *tensors: None)
    program = accelerated._program
    program.cache_clear()
    yield counting
    program.cache_clear()
    torch.compiler.reset()


def band(length, left, right):
    return Band(length, left, right, 32, 2**18)


def flex(left, right, limits=None, scale=None):
    def attention(query, key, value):
        factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
        shape = band(query.shape[-2], left, right)
        return accelerated.flex_windowed((query, key, value), shape, factor, limits)

    return attention


def dense(left, right, limits=None, scale=None):
    def attention(query, key, value):
        mask = dense_mask(query.shape[-2], left, right)
        return attend(query, key, value, mask=mask, key_lengths=limits, scale=scale)

    return attention


@pytest.mark.parametrize("limits", [None, [389, 140], [0, 300], [256, 1]])
@pytest.mark.parametrize(("left", "right"), [(131, 131), (131, 0), (0, 0), (388, 388)])
def test_the_numbers_and_gradients_are_those_of_attend(compiler, left, right, limits):
    tensors = random_tensors(389, seed=left + right)
    expected = gradients(dense(left, right, limits), tensors)
    received = gradients(flex(left, right, limits), tensors)
    assert compiler.graphs >= 1
    for mine, theirs in zip(received, expected, strict=True):
        assert_close(mine, theirs, **EXACT)


@pytest.mark.parametrize("shapes", [
    [(2, 6, 197, 5), (2, 2, 197, 5), (2, 2, 197, 7)],
    [(3, 197, 5), (3, 197, 5), (3, 197, 7)],
])  # fmt: skip
def test_shared_heads_and_no_heads(compiler, shapes):
    tensors = random_tensors(0, shapes=shapes)
    limits = [150, 3, 197][: shapes[0][0]]
    for chosen in (None, limits):
        expected = gradients(dense(17, 17, chosen), tensors)
        received = gradients(flex(17, 17, chosen), tensors)
        for mine, theirs in zip(received, expected, strict=True):
            assert_close(mine, theirs, **EXACT)


def test_scales_and_a_learned_scale(compiler):
    tensors = random_tensors(197)
    for scale in (0.0, -0.7, 2.0):
        assert_close(flex(9, 9, scale=scale)(*tensors), dense(9, 9, scale=scale)(*tensors), **EXACT)
    factors = [torch.tensor([0.4], dtype=torch.float64, requires_grad=True) for _ in range(2)]
    flex(9, 9, scale=factors[0])(*tensors).square().sum().backward()
    dense(9, 9, scale=factors[1])(*tensors).square().sum().backward()
    assert_close(factors[0].grad, factors[1].grad, **EXACT)
    assert factors[0].grad.abs() > 0
    low = [x.bfloat16() for x in tensors]
    assert flex(9, 9, scale=torch.tensor([0.4]))(*low).dtype == torch.bfloat16


def test_hidden_nan_never_leaks(compiler):
    tensors = random_tensors(389, heads=2)
    limits = [150, 0]
    expected = gradients(flex(20, 20, limits), tensors)
    broken = [x.clone() for x in tensors]
    for x, start in zip(broken, (170, 150, 150), strict=True):
        x[0, :, start:] = math.nan
        x[1] = math.inf
    received = gradients(flex(20, 20, limits), broken)
    for mine, theirs in zip(received, expected, strict=True):
        assert mine.isfinite().all()
        assert_close(mine, theirs, **EXACT)


def test_another_radius_is_not_another_compilation_and_the_limit_is_never_reached(compiler):
    inputs = random_tensors(150, heads=1)
    for radius in range(1, 12):
        flex(radius, radius)(*inputs)
    assert compiler.graphs == 1
    # O PyTorch desiste, por código, na oitava recompilação: aqui cada forma tem o seu.
    for length in range(151, 163):
        tensors = random_tensors(length, heads=1)
        assert_close(flex(3, 3)(*tensors), dense(3, 3)(*tensors), **EXACT)
    assert compiler.graphs == 13


def test_float32_is_asked_for_by_name(monkeypatch):
    asked = []

    def spy(query, key, value, **options):
        asked.append(options)
        return value

    monkeypatch.setattr(flex_module, "flex_attention", spy)
    monkeypatch.setattr(torch, "compile", lambda function, **options: function)
    accelerated._program.cache_clear()
    flex(3, 3)(*random_tensors(140))
    accelerated._program.cache_clear()
    assert [options["kernel_options"] for options in asked] == [{"FLOAT32_PRECISION": "'ieee'"}]


def test_compilation_is_static_and_whole(monkeypatch):
    # fullgraph: um grafo partido, ou o limite de recompilações, é erro, e nunca a versão densa.
    seen = {}
    monkeypatch.setattr(torch, "compile", lambda function, **options: seen.update(options))
    accelerated._program.__wrapped__(("caso",))
    assert seen == {"fullgraph": True, "dynamic": False}


class Waits(TorchDispatchMode):
    """Anota as operações que, numa GPU, fariam a CPU esperar pelo resultado."""

    WAITING = ("_local_scalar_dense", "nonzero", "is_nonzero", "equal", "item")

    def __init__(self):
        super().__init__()
        self.found = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.overloadpacket.__name__
        if name in self.WAITING:
            self.found.append(name)
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("limits", [None, [140, 20]])
def test_nothing_waits_for_the_device(monkeypatch, limits):
    tensors = random_tensors(300)
    monkeypatch.setattr(accelerated, "_program", lambda case: lambda q, k, v, mask: v)
    with Waits() as watch:
        flex(7, 7, limits)(*tensors)
    assert watch.found == []
    with Waits() as watch:
        windowed_attention(*tensors, 7)
    assert watch.found == ["_local_scalar_dense"], "os ladrilhos perguntam uma vez por nan"


# A rota.

DEVICE = SimpleNamespace(type="cuda", index=0)


def pretended(**changes):
    """Três entradas com a cara de estarem numa GPU: (2, 4, 1024, 64) em float32."""
    shapes = changes.pop("shapes", [(2, 4, 1024, 64)] * 3)
    traits = {"is_cuda": True, "dtype": torch.float32, "device": DEVICE, **changes}
    return [
        SimpleNamespace(shape=torch.Size(s), numel=lambda s=s: math.prod(s), **traits)
        for s in shapes
    ]


@pytest.fixture
def proven(monkeypatch):
    asked = []
    monkeypatch.setattr(accelerated, "is_ready", lambda device: device is DEVICE)
    monkeypatch.setattr(accelerated, "_is_proven", lambda *case: asked.append(case) or True)
    return asked


@pytest.mark.parametrize(
    ("changes", "limits", "expected"),
    [
        ({}, None, True),
        ({}, [9, 9], True),
        ({"dtype": torch.bfloat16}, None, True),
        ({"dtype": torch.float16}, [9, 9], True),
        ({"dtype": torch.float64}, None, False),
        ({"is_cuda": False}, None, False),
        ({"device": "outra"}, None, False),
        ({"shapes": [(2, 4, 1023, 64)] * 3}, None, False),
        ({"shapes": [(2, 4, 1024, 64), (2, 4, 2048, 64), (2, 4, 2048, 64)]}, None, False),
        ({"shapes": [(2, 4, 1024, 64), (2, 4, 1024, 64), (2, 4, 1024, 16)]}, None, True),
        ({"shapes": [(2, 4, 1024, 64), (2, 4, 1024, 64), (2, 4, 1024, 48)]}, None, False),
        ({"shapes": [(2, 4, 1024, 8)] * 3}, None, False),
        ({"shapes": [(0, 4, 1024, 64)] * 3}, None, False),
        ({"shapes": [(2**14, 4, 1024, 16)] * 3}, None, False),
        ({"shapes": [(2, 1024, 64)] * 3}, None, True),
        ({"shapes": [(128, 128, 2048, 64)] * 3}, None, False),
        ({"shapes": [(1, 1, 2**18 - 1, 64)] * 3}, None, True),
        ({"shapes": [(1, 1, 2**18, 64)] * 3}, None, False),
        ({"shapes": [(256, 1, 2**14, 16)] * 3}, None, True),
        ({"shapes": [(256, 1, 2**14, 16)] * 3}, [1] * 256, False),
    ],
)
def test_who_takes_the_compiled_road(proven, changes, limits, expected):
    assert accelerated.can_accelerate(pretended(**changes), limits) is expected


def test_the_proof_is_asked_for_the_type_and_the_widths(proven):
    shapes = [(2, 4, 1024, 64), (2, 4, 1024, 64), (2, 4, 1024, 16)]
    accelerated.can_accelerate(pretended(shapes=shapes, dtype=torch.bfloat16))
    assert proven == [(DEVICE, torch.bfloat16, 64, 16)]


@pytest.mark.parametrize(
    ("version", "cuda", "triton", "capability", "expected"),
    [
        ("2.6.0+cu124", "12.4", True, (8, 0), True),
        ("2.13.0", "13.0", True, (9, 0), True),
        ("3.0.0a0+git1", "13.0", True, (10, 0), True),
        ("2.5.1", "12.4", True, (9, 0), False),
        ("2.13.0", None, True, (9, 0), False),
        ("2.13.0", "13.0", False, (9, 0), False),
        ("2.13.0", "13.0", True, (7, 5), False),
    ],
)
def test_what_a_machine_must_have(monkeypatch, version, cuda, triton, capability, expected):
    monkeypatch.setattr(torch, "__version__", version)
    monkeypatch.setattr(torch.version, "cuda", cuda)
    monkeypatch.setattr(accelerated, "find_spec", lambda name: name if triton else None)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert accelerated.is_ready.__wrapped__(DEVICE) is expected


@pytest.mark.parametrize("lengths", [None, [150, 389]])
@pytest.mark.parametrize("causal", [False, True])
def test_the_window_takes_the_road_it_is_shown(monkeypatch, compiler, causal, lengths):
    tensors = random_tensors(389)
    options = {"causal": causal, "key_lengths": lengths}
    monkeypatch.setattr(windowed, "can_accelerate", lambda *arguments: False)
    expected = gradients(lambda *x: windowed_attention(*x, 40, **options), tensors)
    assert compiler.graphs == 0
    monkeypatch.setattr(windowed, "can_accelerate", lambda *arguments: True)
    monkeypatch.setattr(windowed, "tiled_attention", None)
    received = gradients(lambda *x: windowed_attention(*x, 40, **options), tensors)
    assert compiler.graphs >= 1
    for mine, theirs in zip(received, expected, strict=True):
        assert_close(mine, theirs, **EXACT)


# A prova antes do uso.


def prove(dtype=torch.float32):
    return accelerated._is_proven.__wrapped__(CPU, dtype, 32, 16)


@pytest.mark.parametrize("dtype", accelerated.TOLERANCES)
def test_a_sound_compiler_is_proven(compiler, dtype):
    assert prove(dtype) is True
    assert compiler.graphs >= 1
    with torch.no_grad():
        assert prove(dtype) is True


def test_the_proof_leaves_the_random_state_alone(compiler):
    before = torch.get_rng_state()
    prove()
    assert torch.equal(torch.get_rng_state(), before)


def rounded_like_tf32(x):
    """Guarda dez bits da mantissa."""
    mantissa, exponent = torch.frexp(x.detach())
    return x + ((mantissa * 2**11).round() / 2**11 * 2.0**exponent - x.detach())


@pytest.mark.parametrize(
    "wrong",
    [
        lambda real, q, k, v, m: real(rounded_like_tf32(q), rounded_like_tf32(k), v, m),
        lambda real, q, k, v, m: real(q * 1.01, k, v, m),
        lambda real, q, k, v, m: real(q, k, v, band_blocks.band_mask(401, 131, 130, None, CPU)),
        lambda real, q, k, v, m: real(q, k, v, m) * math.nan,
        lambda real, q, k, v, m: real(q, k.detach() + 0 * k, v, m),
    ],
    ids=["tf32", "escala", "uma chave a menos", "nan", "gradiente que falta"],
)
def test_a_compiler_that_differs_is_refused(monkeypatch, compiler, wrong):
    program = accelerated._program

    def altered(case):
        real = program(case)
        return lambda *inputs: wrong(real, *inputs)

    monkeypatch.setattr(accelerated, "_program", altered)
    with pytest.warns(UserWarning, match=r"diferiu dos ladrilhos em .*float32.*largura 32.*mesmo"):
        assert prove() is False


def test_a_compiler_that_fails_is_refused_and_its_reason_told(monkeypatch):
    def fails(*arguments):
        raise RuntimeError("out of resource: shared memory, Required: 81920")

    monkeypatch.setattr(accelerated, "flex_windowed", fails)
    with pytest.warns(UserWarning, match=r"não compilou \(RuntimeError: out of resource.*ladrilho"):
        assert prove() is False


def test_lack_of_memory_is_not_taken_for_a_bad_compiler(monkeypatch):
    def fails(*arguments):
        raise torch.cuda.OutOfMemoryError("cheia")

    monkeypatch.setattr(accelerated, "flex_windowed", fails)
    with pytest.raises(torch.cuda.OutOfMemoryError, match="cheia"):
        prove()


def test_a_torch_without_flex_attention_still_has_the_window():
    program = (
        "import sys; sys.modules['torch.nn.attention.flex_attention'] = None\n"
        "import torch; from coursekit.attention.sparse import windowed_attention\n"
        "print(windowed_attention(*torch.ones(3, 1, 5, 2), 1).sum().item())"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "10.0"


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.skipif(shutil.which("g++") is None, reason="compilar para a CPU pede o g++")
@pytest.mark.parametrize("limits", [None, [389, 140], [0, 300]])
def test_compiled_for_real_the_forward_is_the_same(limits):
    # Na CPU, a flex_attention compilada só tem ida: prova a máscara, a escala e as formas.
    accelerated._program.cache_clear()
    shapes = [(2, 4, 389, 32), (2, 2, 389, 32), (2, 2, 389, 16)]
    tensors = random_tensors(0, shapes=shapes, dtype=torch.float32)
    with torch.no_grad():
        received = flex(131, 131, limits)(*tensors)
    exact = dense(131, 131, limits)(*(x.double() for x in tensors))
    assert float((received - exact).norm() / exact.norm()) < 2e-6
