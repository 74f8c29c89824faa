"""A janela deslizante pelo núcleo em C++: a mesma conta, perto do limite do processador."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from coursekit.attention.exposure import replace_broken
from coursekit.attention.sparse.first_derivative import FirstDerivative, HandWritten
from coursekit.attention.sparse.inputs import SparseInputs
from coursekit.attention.sparse.kernel_build import window_library
from coursekit.attention.sparse.kernel_tasks import KeyGradients, Task, plan_shares, run_tasks
from coursekit.attention.sparse.reach import window_reach

__all__ = ["compiled_windowed_attention"]


def compiled_windowed_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    radius: int,
    *,
    causal: bool = False,
    scale: float | Tensor | None = None,
    key_lengths: Tensor | Sequence[int] | None = None,
) -> Tensor:
    r"""A conta de :func:`windowed_attention`, num núcleo em C++ compilado nesta máquina.

    A janela tem três versões, provadas iguais: a **legível**
    (:func:`windowed_attention_readable`), que se lê de uma vez; a **padrão**
    (:func:`windowed_attention`), só com PyTorch, em qualquer máquina; e esta, a **compilada**,
    que pede um compilador de C++ e mostra quanto o processador ainda tinha para dar: é o limite
    prático com que as outras se comparam. Os significados são os da padrão, um a um: a consulta
    que nada vê vale 0, com gradiente finito; o escondido não importa, nem que seja ``nan``; quem
    vê ``nan`` ou infinito sai ``nan``; float16 e bfloat16 são calculados em float32. Não tem
    segunda derivada, nem passa por ``torch.func.vmap``, ``jacrev`` ou ``jvp``, que são recusadas;
    ``torch.func.grad`` e ``vjp`` servem.

    Só no processador. Na primeira chamada, compila ``window_kernel.cpp`` (alguns segundos) e
    guarda o resultado na pasta de caches do usuário; usa ``torch.get_num_threads()`` linhas de
    execução. Para um número delas, o resultado é sempre o mesmo, bit a bit.

    Args:
        query: consultas, forma ``(B, H, T, D)`` ou ``(B, T, D)``, com ``D >= 1``.
        key: chaves, forma ``(B, Hkv, T, D)`` ou ``(B, T, D)``; ``Hkv`` divide ``H``.
        value: valores, forma ``(B, Hkv, T, Dv)`` ou ``(B, T, Dv)``.
        radius: raio :math:`r \ge 0`, quantas posições se veem para cada lado; pode passar de ``T``.
        causal: se ``True``, só se vê para trás (e a própria posição).
        scale: fator dos escores, número finito ou tensor de um elemento; ``None`` é
            :math:`1/\sqrt{D}`.
        key_lengths: quantas chaves valem em cada exemplo, inteiros em ``[0, T]``, forma ``(B,)``.

    Returns:
        O contexto, forma ``(B, H, T, Dv)`` ou ``(B, T, Dv)``; tipo de ``query``.

    Raises:
        TypeError: se os tensores não forem flutuantes do mesmo tipo, ou outro argumento for de
            tipo errado.
        ValueError: se as formas não casarem, consultas e chaves forem em número diferente, os
            tensores não estiverem no processador, ou algum valor sair do domínio.
        RuntimeError: se não houver compilador, ele falhar, ou a pasta de caches não for só do
            usuário; e sob ``torch.func.vmap``, ``jacrev`` ou ``jvp``.

    Fonte:
        Beltagy, Peters e Cohan (2020), seção 3.1, para o padrão; softmax em fluxo e volta por
        recomputação, Dao et al. (2022), seção 3.1.
    """
    inputs = SparseInputs.checked(query, key, value, scale, key_lengths)
    left, right = window_reach(radius, causal, inputs.length)
    _check_place(query)
    window = _Window(inputs.head_limits(), left, right)
    return inputs.restored(_attention(inputs.flat(), inputs.scale, window))


@dataclass(frozen=True, eq=False)
class _Window:
    """A faixa visível: quantas chaves valem em cada cabeça, e os alcances."""

    limits: list[int]
    left: int
    right: int


def _attention(tensors: Sequence[Tensor], scale: float | Tensor, window: _Window) -> Tensor:
    """Calcula; se houver algo quebrado à vista, refaz com 0 no lugar e marca quem o viu."""
    context, broken = _call(_scaled(tensors, scale), scale, window)
    if not broken:
        return context
    clean = _scaled([replace_broken(x) for x in tensors], scale)
    # Outra vez: a escala aprendida também pode fazer estourar uma consulta finita.
    context, _ = _call([replace_broken(x) for x in clean], scale, window)
    return context + _nan_where_seen(_scaled(tensors, scale), window)


def _scaled(tensors: Sequence[Tensor], scale: float | Tensor) -> list[Tensor]:
    """Aplica à consulta a escala aprendida, para que ela também receba gradiente."""
    query, key, value = tensors
    return [query * scale if isinstance(scale, Tensor) else query, key, value]


def _call(tensors: Sequence[Tensor], scale: float | Tensor, window: _Window) -> tuple[Tensor, bool]:
    """O contexto, e se algo quebrado estava à vista (e então o contexto não vale)."""
    factor = 1.0 if isinstance(scale, Tensor) else scale
    ready = [x.contiguous() for x in tensors]
    context, _, broken = _Compiled.apply(*ready, factor, window)  # type: ignore[no-untyped-call]
    return context, broken


def _nan_where_seen(tensors: Sequence[Tensor], window: _Window) -> Tensor:
    """Zeros com nan onde o contexto depende de algo quebrado e visível: (cabeças, T, Dv).

    Consulta ou chave quebrada estraga a linha inteira; valor quebrado, só o seu componente. Com
    escores todos 0, a própria atenção dá a fração de quebrados entre as chaves que se veem.
    """
    query, key, value = (~x.detach().isfinite() for x in tensors)
    marks = torch.cat([key.any(dim=-1, keepdim=True), value], dim=-1).to(tensors[0].dtype)
    ones = torch.ones_like(marks[..., :1])
    zeros = torch.zeros_like(ones)
    seen, _ = _call([zeros, zeros, torch.cat([ones, marks], dim=-1)], 1.0, window)
    row = (seen[..., 1:2] > 0) | (query.any(dim=-1, keepdim=True) & (seen[..., :1] > 0))
    broken = row | (seen[..., 2:] > 0)
    return torch.zeros_like(tensors[2]).masked_fill(broken, torch.nan)


class _Compiled(HandWritten):
    """A ida do núcleo; ao lado do contexto, diz se viu algo quebrado."""

    @staticmethod
    def forward(
        query: Tensor, key: Tensor, value: Tensor, scale: float, window: _Window
    ) -> tuple[Tensor, Tensor, bool]:
        """Calcula o contexto, guardando de cada consulta o máximo e a soma."""
        call = _Call((query, key, value), scale, window)
        context = call.blank(value, window.left)
        statistics = query.new_empty((*query.shape[:2], 2))
        broken = call.run("forward", context, statistics)
        return context, statistics, broken

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Guarda entradas e saídas; as estatísticas não se derivam."""
        query, key, value, *arguments = inputs
        context, statistics, _ = output
        ctx.mark_non_differentiable(statistics)
        ctx.set_materialize_grads(False)  # não fabricar o gradiente delas, que ninguém lê
        ctx.save_for_backward(query, key, value, context, statistics)
        ctx.arguments = arguments

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, ...]:
        """Recalcula os pesos e devolve os gradientes de consulta, chave e valor."""
        if gradients[0] is None:  # ninguém deriva o contexto
            return (None,) * 5
        arguments = (gradients[0], *ctx.saved_tensors, *ctx.arguments)
        inner = _Gradient.apply(*arguments)  # type: ignore[no-untyped-call]
        return (*inner, None, None)


class _Gradient(FirstDerivative):
    """A volta, à parte: ela mesma não se deriva."""

    @staticmethod
    def forward(
        gradient: Tensor,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        context: Tensor,
        statistics: Tensor,
        scale: float,
        window: _Window,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Devolve os três gradientes."""
        call = _Call((query, key, value), scale, window)
        d_query = call.blank(query, window.left)
        keys = KeyGradients([call.blank(x) for x in (key, value)])
        call.run("backward", context, statistics, (gradient.contiguous(), d_query, keys))
        keys.add_borders()
        return d_query, keys.into[0], keys.into[1]


class _Call:
    """Uma chamada do núcleo: as entradas, contíguas, e as tarefas em que ela se reparte."""

    def __init__(self, tensors: Sequence[Tensor], scale: float, window: _Window) -> None:
        self.tensors = [x.contiguous() for x in tensors]
        self.scale, self.window = scale, window
        self.length = tensors[0].shape[1]
        self.threads = torch.get_num_threads()
        self.shares = plan_shares(window.limits, self.length, window.left, self.threads)

    def blank(self, like: Tensor, beyond: int = 0) -> Tensor:
        """Memória sem valor, se o núcleo vai escrever em toda linha; senão, zeros.

        Escreve até o limite de cada cabeça, e `beyond` linhas além dele.
        """
        whole = all(limit and limit + beyond >= self.length for limit in self.window.limits)
        shape = like.shape
        return like.new_empty(shape) if whole else like.new_zeros(shape)

    def run(
        self,
        road: str,
        context: Tensor,
        statistics: Tensor,
        backward: tuple[Tensor, Tensor, KeyGradients] | None = None,
    ) -> bool:
        """Chama o núcleo em cada trecho; diz se algo quebrado estava à vista."""
        if not self.shares:
            return False
        query, key, value = self.tensors
        tasks = []
        for share in self.shares:
            head = share.head
            task = Task(*(x[head].data_ptr() for x in (query, key, value, context, statistics)))
            task.key_start[:] = share.keys(self.window.left, self.window.right)
            task.start, task.stop, task.limit = share.start, share.stop, share.limit
            task.width, task.value_width = query.shape[-1], value.shape[-1]
            task.left, task.right, task.scale = self.window.left, self.window.right, self.scale
            if backward is not None:
                gradient, d_query, keys = backward
                task.incoming, task.d_query = gradient[head].data_ptr(), d_query[head].data_ptr()
                keys.attach(task, share)
            tasks.append(task)
        kind = str(query.dtype).removeprefix("torch.")
        return run_tasks(getattr(window_library(), f"window_{road}_{kind}"), tasks, self.threads)


def _check_place(query: Tensor) -> None:
    """Recusa o que não está no processador."""
    if query.device.type != "cpu":
        raise ValueError(
            f"compiled_windowed_attention só corre no processador; recebi tensores em "
            f"{query.device}. Use windowed_attention, que serve a qualquer aparelho, ou leve-os "
            "com .cpu()."
        )
