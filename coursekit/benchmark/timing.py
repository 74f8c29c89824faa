"""Tempo: mediana e dispersão, com aquecimento e candidatos intercalados na mesma corrida."""

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from coursekit.benchmark.environment import Environment, environment
from coursekit.benchmark.spread import Spread, spread

Task = Callable[[], object]
"""O que se mede: função sem argumentos."""


@dataclass(frozen=True)
class TimingOptions:
    """Como medir o tempo.

    Args:
        repeats: medidas por candidato; pelo menos 3.
        warmup: chamadas antes de medir, que não contam; não negativo.
        min_seconds: tempo mínimo de cada medida, em s; funções rápidas são chamadas várias
            vezes por medida até alcançá-lo.
        synchronize: chamada antes de parar o relógio, para esperar uma GPU
            (``torch.cuda.synchronize``); ``None`` em CPU.

    Raises:
        ValueError: se algum valor sair do domínio acima.
    """

    repeats: int = 15
    warmup: int = 2
    min_seconds: float = 0.005
    synchronize: Task | None = None

    def __post_init__(self) -> None:
        if self.repeats < 3:
            raise ValueError(f"repeats deve ser pelo menos 3; recebi {self.repeats}.")
        if self.warmup < 0:
            raise ValueError(f"warmup não pode ser negativo; recebi {self.warmup}.")
        if not self.min_seconds >= 0:
            raise ValueError(f"min_seconds não pode ser negativo; recebi {self.min_seconds}.")


@dataclass(frozen=True)
class Measurement:
    """Tempo de uma função.

    Args:
        seconds: mediana e quartis do tempo de uma chamada, em s.
        calls_per_sample: chamadas em cada medida.
        samples: o tempo por chamada de cada medida, em s, na ordem.
        environment: onde se mediu.
    """

    seconds: Spread
    calls_per_sample: int
    samples: tuple[float, ...]
    environment: Environment

    def to_dict(self) -> dict[str, Any]:
        """A medida como dicionário que cabe em JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Comparison:
    """Tempos de vários candidatos, medidos intercalados.

    Args:
        baseline: nome do candidato de referência.
        measurements: a medida de cada candidato.
        ratios: tempo de cada candidato dividido pelo da referência *na mesma rodada*;
            acima de 1, mais lento que a referência.
    """

    baseline: str
    measurements: dict[str, Measurement]
    ratios: dict[str, Spread]

    def to_dict(self) -> dict[str, Any]:
        """A comparação como dicionário que cabe em JSON, com o ambiente uma vez só."""
        record = asdict(self)
        environments = [entry.pop("environment") for entry in record["measurements"].values()]
        return {**record, "environment": environments[0]}


_DEFAULT = TimingOptions()


def measure(function: Task, *, options: TimingOptions = _DEFAULT) -> Measurement:
    """Mede o tempo de uma chamada.

    Args:
        function: o que medir, sem argumentos (use ``lambda: f(x)``).
        options: repetições, aquecimento, tempo mínimo e sincronização.

    Returns:
        Mediana e quartis do tempo, em s, com o ambiente.

    Raises:
        TypeError: se ``function`` não puder ser chamada.

    Example:
        >>> measurement = measure(lambda: sum(range(100)), options=TimingOptions(repeats=3))
        >>> measurement.seconds.median > 0
        True
    """
    return compare({"função": function}, options=options).measurements["função"]


def compare(
    candidates: Mapping[str, Task],
    *,
    baseline: str | None = None,
    agree: Callable[[Any, Any], bool] | None = None,
    options: TimingOptions = _DEFAULT,
) -> Comparison:
    """Mede vários candidatos intercalados, e a razão de cada um para a referência.

    Cada rodada mede todos, começando por um candidato diferente a cada vez; a razão é
    tomada dentro da rodada. Assim, uma máquina que fica mais lenta no meio da corrida
    atrasa todos e não muda as razões.

    Args:
        candidates: nome e função sem argumentos de cada candidato.
        baseline: nome do candidato de referência; ``None`` usa o primeiro.
        agree: recebe o resultado da referência e o de um candidato e diz se são iguais;
            é conferido antes de medir. ``None`` não confere.
        options: repetições, aquecimento, tempo mínimo e sincronização.

    Returns:
        Medidas e razões, por nome.

    Raises:
        TypeError: se algum candidato não puder ser chamado.
        ValueError: se não houver candidatos, se ``baseline`` não for um deles, ou se algum
            não der o mesmo resultado que a referência.

    Example:
        >>> comparison = compare(
        ...     {"soma": lambda: sum(range(500)), "dobro": lambda: sum(range(1000))},
        ...     options=TimingOptions(repeats=3),
        ... )
        >>> comparison.ratios["soma"].median
        1.0
    """
    reference = _check_candidates(candidates, baseline)
    if agree is not None:
        _check_agreement(candidates, reference, agree)
    calls = {name: _prepare(task, options) for name, task in candidates.items()}
    samples: dict[str, list[float]] = {name: [] for name in candidates}
    names = list(candidates)
    for turn in range(options.repeats):
        start = turn % len(names)
        for name in names[start:] + names[:start]:
            samples[name].append(_sample(candidates[name], calls[name], options))
    here = environment()
    measurements = {
        name: Measurement(spread(times), calls[name], tuple(times), here)
        for name, times in samples.items()
    }
    ratios = {
        name: spread([t / base for t, base in zip(times, samples[reference], strict=True)])
        for name, times in samples.items()
    }
    return Comparison(reference, measurements, ratios)


def _check_candidates(candidates: Mapping[str, Task], baseline: str | None) -> str:
    """Confere os candidatos e devolve o nome da referência."""
    if not candidates:
        raise ValueError("não há candidatos. Passe, por exemplo, {'minha': f, 'outra': g}.")
    for name, task in candidates.items():
        if not callable(task):
            raise TypeError(
                f"o candidato {name!r} é {type(task).__name__}, que não se chama. Passe a função, "
                "não o resultado: lambda: f(x)."
            )
    if baseline is not None and baseline not in candidates:
        raise ValueError(
            f"a referência {baseline!r} não é um dos candidatos: {', '.join(candidates)}."
        )
    return next(iter(candidates)) if baseline is None else baseline


def _check_agreement(
    candidates: Mapping[str, Task], reference: str, agree: Callable[[Any, Any], bool]
) -> None:
    """Só se compara o tempo de quem dá o mesmo resultado."""
    expected = candidates[reference]()
    for name, task in candidates.items():
        if not agree(expected, task()):
            raise ValueError(
                f"o candidato {name!r} não dá o mesmo resultado que {reference!r}: comparar os "
                "tempos não faria sentido. Corrija-o antes de medir."
            )


def _prepare(task: Task, options: TimingOptions) -> int:
    """Aquece e acha quantas chamadas cabem no tempo mínimo."""
    for _ in range(options.warmup):
        task()
    calls = 1
    while (elapsed := _sample(task, calls, options) * calls) < options.min_seconds:
        needed = 1.2 * options.min_seconds / max(elapsed, 1e-9)
        calls = max(calls + 1, min(10 * calls, round(calls * needed)))
    return calls


def _sample(task: Task, calls: int, options: TimingOptions) -> float:
    """Uma medida: tempo médio por chamada, em s, sem coleta de lixo no meio."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        start = time.perf_counter()
        for _ in range(calls):
            task()
        if options.synchronize is not None:
            options.synchronize()
        return (time.perf_counter() - start) / calls
    finally:
        if collecting:
            gc.enable()
