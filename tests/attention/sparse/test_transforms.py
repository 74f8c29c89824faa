"""A atenção esparsa sob ``torch.func``: o gradiente é o de ``attend``, e o resto se recusa."""

import pytest
import torch
from torch.testing import assert_close

from coursekit.attention import attend, streaming_attention
from coursekit.attention.sparse import (
    GlobalTokens,
    SlidingWindow,
    block_sparse_attention,
    compiled_windowed_attention,
    windowed_attention,
)

from .compiled_cases import needs_compiler
from .sparse_cases import EXACT, dense, random_tensors

PATTERN = SlidingWindow(2) | GlobalTokens(count=1)
LENGTH, RADIUS = 29, 5


def seen(pattern):
    return torch.from_numpy(pattern.mask(LENGTH))


def dense_pattern(query, key, value, **options):
    return attend(query, key, value, mask=seen(PATTERN), **options)


SPARSE = {
    "janela": (lambda *x, **o: windowed_attention(*x, RADIUS, **o), dense(RADIUS)),
    "padrão": (lambda *x, **o: block_sparse_attention(*x, PATTERN, **o), dense_pattern),
    "fundido": (
        lambda *x: block_sparse_attention(*x, PATTERN, key_lengths=[LENGTH, 3]),
        lambda *x: dense_pattern(*x, key_lengths=[LENGTH, 3]),
    ),
    "compilada": (lambda *x, **o: compiled_windowed_attention(*x, RADIUS, **o), dense(RADIUS)),
}
NAMES = ["janela", "padrão", "fundido", pytest.param("compilada", marks=needs_compiler)]
pytestmark = pytest.mark.usefixtures("own_cache")


def squares(attention):
    """Um número de que derivar: a soma dos quadrados, de derivada que muda com a saída."""
    return lambda *tensors: attention(*tensors).square().sum()


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_func_grad_is_that_of_attend(name, transposed):
    sparse, expected = SPARSE[name]
    tensors = random_tensors(LENGTH, seed=3)
    if transposed:  # não contíguas: a cópia, se a há, é uma só
        tensors = tuple(x.transpose(1, 2).contiguous().transpose(1, 2) for x in tensors)
    received = torch.func.grad(squares(sparse), argnums=(0, 1, 2))(*tensors)
    wanted = torch.func.grad(squares(expected), argnums=(0, 1, 2))(*tensors)
    for mine, theirs in zip(received, wanted, strict=True):
        assert float(theirs.abs().max()) > 0.1
        assert_close(mine, theirs, **EXACT)


@pytest.mark.parametrize("name", NAMES)
def test_vjp_is_that_of_attend(name):
    sparse, expected = SPARSE[name]
    tensors = random_tensors(LENGTH, seed=4)
    output, pull = torch.func.vjp(sparse, *tensors)
    theirs, their_pull = torch.func.vjp(expected, *tensors)
    assert_close(output, theirs, **EXACT)
    for mine, wanted in zip(pull(output), their_pull(output), strict=True):
        assert_close(mine, wanted, **EXACT)


@pytest.mark.parametrize("name", ["janela", "padrão"])
def test_func_grad_of_a_learned_scale(name):
    sparse, _ = SPARSE[name]
    tensors = random_tensors(LENGTH, seed=5)
    scale = torch.tensor(0.7, dtype=torch.float64)

    def loss(attention):
        return lambda factor: attention(*tensors, scale=factor).square().sum()

    mask = seen(PATTERN if name == "padrão" else SlidingWindow(RADIUS))
    wanted = torch.func.grad(loss(lambda *x, scale: attend(*x, mask=mask, scale=scale)))(scale)
    assert_close(torch.func.grad(loss(sparse))(scale), wanted, **EXACT)


def test_func_grad_runs_through_functional_call():
    layer = torch.nn.Linear(5, 5, dtype=torch.float64)
    query, key, value = random_tensors(LENGTH, seed=6)
    state = {name: tensor.detach() for name, tensor in layer.named_parameters()}

    def loss(attention):
        return lambda weights: squares(attention)(
            torch.func.functional_call(layer, weights, (query,)), key, value
        )

    received = torch.func.grad(loss(SPARSE["janela"][0]))(state)
    wanted = torch.func.grad(loss(SPARSE["janela"][1]))(state)
    assert_close(received, wanted, **EXACT)


@pytest.mark.parametrize("name", NAMES)
def test_second_derivative_by_func_is_refused(name):
    sparse, _ = SPARSE[name]
    query, key, value = random_tensors(LENGTH)

    def slope(x):
        return torch.func.grad(squares(sparse))(x, key, value).square().sum()

    with pytest.raises(RuntimeError, match=r"só tem a primeira derivada.*Use attend"):
        torch.func.grad(slope)(query)


# O modo para a frente do próprio PyTorch usa, por dentro, o que ele mesmo já desaconselha.
@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", NAMES)
def test_forward_mode_is_refused(name):
    sparse, _ = SPARSE[name]
    tensors = random_tensors(LENGTH)
    with pytest.raises(RuntimeError, match=r"só se deriva para trás.*Use torch.func.grad"):
        torch.func.jvp(sparse, tensors, tensors)


@pytest.mark.parametrize("name", NAMES)
def test_vmap_is_refused(name):
    tensors = (torch.stack([x, x]) for x in random_tensors(LENGTH))
    with pytest.raises(RuntimeError, match=r"não se vetoriza com torch.func.vmap.*Empilhe"):
        torch.func.vmap(SPARSE[name][0])(*tensors)


@pytest.mark.parametrize("name", NAMES)
def test_jacrev_is_refused(name):
    query, key, value = random_tensors(LENGTH)
    with pytest.raises(RuntimeError, match=r"não se vetoriza com torch.func.vmap.*jacrev.*Empilhe"):
        torch.func.jacrev(lambda x: SPARSE[name][0](x, key, value))(query)


@pytest.mark.parametrize("attention", [attend, streaming_attention])
def test_vmap_of_the_dense_ones_is_refused_too(attention):
    tensors = (torch.stack([x, x]) for x in random_tensors(LENGTH))
    with pytest.raises(RuntimeError, match=r"não se vetoriza com torch.func.vmap.*Empilhe"):
        torch.func.vmap(attention)(*tensors)


def test_an_error_that_is_not_of_vmap_stays_as_it_came():
    query, key, value = random_tensors(7)
    with pytest.raises(RuntimeError, match="meta"):
        attend(query.to("meta"), key.to("meta"), value.to("meta"))


# O compilador do próprio PyTorch olha o .grad de quem não é folha.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("attention", "seen_by"), [(windowed_attention, RADIUS), (block_sparse_attention, PATTERN)]
)
def test_inside_a_compiled_function_the_documented_way_works(attention, seen_by):
    aside = torch.compiler.disable(attention)
    tensors = random_tensors(LENGTH, seed=8)
    program = torch.compile(
        lambda *x: 3 * aside(*(2 * part for part in x), seen_by), backend="eager"
    )
    torch.compiler.reset()
    inputs = [x.clone().requires_grad_() for x in tensors]
    program(*inputs).sum().backward()
    plain = [x.clone().requires_grad_() for x in tensors]
    (3 * attention(*(2 * part for part in plain), seen_by)).sum().backward()
    for mine, theirs in zip(inputs, plain, strict=True):
        assert_close(mine.grad, theirs.grad, **EXACT)
