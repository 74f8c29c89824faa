"""O aparelho a provar, as tolerâncias de cada tipo e a comparação com a CPU em float64."""

import copy
import math
import os

import torch

# «make gpu» põe cuda; sem a variável, as mesmas provas ensaiam na CPU.
DEVICE = torch.device(os.environ.get("COURSEKIT_DEVICE", "cpu"))
ON_GPU = DEVICE.type == "cuda"
# Diferença relativa, em norma: dezenas de arredondamentos do tipo, e menos que os do TF32 (5e-4).
TOLERANCES = {torch.float32: 5e-5, torch.bfloat16: 4e-2}
DTYPES = list(TOLERANCES)


def draw(*shapes, seed=0, dtype=torch.float32):
    """Sorteia na CPU, arredondado ao tipo: o aparelho e a referência leem os mesmos números."""
    source = torch.Generator().manual_seed(seed)
    return [torch.randn(s, generator=source, dtype=torch.float64).to(dtype) for s in shapes]


def outputs_and_gradients(function, tensors, parameters=()):
    """Saída e gradientes, das entradas e dos parâmetros, de uma soma pesada."""
    leaves = [x.detach().clone().requires_grad_() for x in tensors]
    output = function(*leaves)
    (weights,) = draw(output.shape, seed=7)
    (output * weights.to(output)).sum().backward()
    return [output.detach(), *(x.grad for x in [*leaves, *parameters] if x.grad is not None)]


def difference(mine, theirs):
    """Maior diferença relativa, em norma, entre duas listas; ``inf`` se faltar um ou houver nan.

    Um gradiente que devia ser 0 (o do viés das chaves, por exemplo) se mede pelo maior deles.
    """
    if len(mine) != len(theirs):
        return math.inf
    mine, theirs = ([x.detach().cpu().double() for x in tensors] for tensors in (mine, theirs))
    least = 0.1 * max(float(x.norm()) for x in theirs)
    worst = 0.0
    for a, b in zip(mine, theirs, strict=True):
        error = float((a - b).norm() / max(float(b.norm()), least))
        worst = max(worst, error) if math.isfinite(error) else math.inf
    return worst


def check_function(function, tensors, *, reference=None):
    """Confere uma função no aparelho, ida e volta, contra a referência em float64 na CPU."""
    dtype = tensors[0].dtype
    received = outputs_and_gradients(function, [x.to(DEVICE) for x in tensors])
    assert {x.device.type for x in received} == {DEVICE.type}
    assert {x.dtype for x in received} == {dtype}
    exact = [x.double() for x in tensors]
    expected = outputs_and_gradients(reference or function, exact)
    found = difference(received, expected)
    assert found <= TOLERANCES[dtype], f"diferença relativa {found:.1e}"


def check_module(module, tensors, *, call=lambda module, *inputs: module(*inputs)):
    """Confere uma camada no aparelho, também nos gradientes dos parâmetros."""
    dtype = tensors[0].dtype
    low = module.to(dtype)
    exact = copy.deepcopy(low).double()
    there = copy.deepcopy(low).to(DEVICE)
    received = outputs_and_gradients(
        lambda *x: call(there, *x), [x.to(DEVICE) for x in tensors], list(there.parameters())
    )
    expected = outputs_and_gradients(
        lambda *x: call(exact, *x), [x.double() for x in tensors], list(exact.parameters())
    )
    assert received[0].device.type == DEVICE.type
    found = difference(received, expected)
    assert found <= TOLERANCES[dtype], f"diferença relativa {found:.1e}"
