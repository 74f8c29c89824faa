"""Pico de memória de uma função, medido num processo novo que só faz isso."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from coursekit.benchmark.environment import Environment, environment

_CHILD = "coursekit.benchmark.memory_child"


@dataclass(frozen=True)
class PeakMemory:
    """Pico de memória residente de uma chamada.

    Args:
        mib: pico acima da linha de base, em MiB.
        baseline_mib: memória do processo pouco antes da chamada (Python, bibliotecas e o
            que ``setup`` criou), em MiB.
        method: como o sistema contou: ``"VmHWM"`` (Linux, contador zerado antes da
            chamada), ``"ru_maxrss"`` ou ``"peak_wset"`` (pico da vida inteira do processo:
            se ``setup`` já tiver passado dele, ``mib`` é menor que o verdadeiro).
        environment: onde se mediu.
    """

    mib: float
    baseline_mib: float
    method: str
    environment: Environment

    def to_dict(self) -> dict[str, Any]:
        """A medida como dicionário que cabe em JSON."""
        return asdict(self)


def peak_memory(
    function: str | Callable[..., object],
    *,
    setup: str | Callable[..., object] | None = None,
    arguments: Mapping[str, Any] | None = None,
    timeout: float = 300.0,
) -> PeakMemory:
    """Mede quanta memória uma função chega a usar além do que já havia.

    Roda num processo novo, para que o que veio antes não esconda nem aumente o pico. Sem
    ``setup``, chama ``function(**arguments)``; com ele, chama ``setup(**arguments)`` antes
    de anotar a linha de base, e depois ``function(resultado)``: é o modo de não contar as
    entradas nem a importação das bibliotecas.

    Args:
        function: o que medir, como ``"pacote.modulo:funcao"`` ou a própria função, se
            estiver no nível de um módulo que se possa importar.
        setup: o que preparar antes da linha de base; mesma forma.
        arguments: argumentos por nome, só do que cabe em JSON.
        timeout: limite de tempo, em s.

    Returns:
        O pico acima da linha de base, em MiB, com o método e o ambiente.

    Raises:
        ValueError: se a função não puder ser encontrada por nome noutro processo.
        TypeError: se os argumentos não couberem em JSON.
        TimeoutError: se o processo não terminar a tempo.
        RuntimeError: se a função falhar ou o processo for morto.

    Example:
        >>> peak_memory("coursekit.benchmark:environment").mib < 64
        True
    """
    request = {
        "function": _address(function),
        "setup": None if setup is None else _address(setup),
        "arguments": _check_arguments(arguments or {}),
        "path": sys.path,
    }
    answer = _ask(request, timeout)
    return PeakMemory(
        mib=answer["mib"],
        baseline_mib=answer["baseline_mib"],
        method=answer["method"],
        environment=environment(),
    )


def _address(function: str | Callable[..., object]) -> str:
    """Endereço ``modulo:nome`` de uma função, conferido."""
    if isinstance(function, str):
        if function.count(":") != 1:
            raise ValueError(
                f"{function!r} não é um endereço de função. Use a forma 'pacote.modulo:funcao'."
            )
        return function
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", "")
    if module in {None, "__main__"} or not name.isidentifier():
        raise ValueError(
            f"a função {name or function!r} não pode ser encontrada por nome noutro processo: "
            "é de um caderno, é lambda ou está dentro de outra. Ponha-a no nível de um módulo e "
            "passe 'modulo:funcao'."
        )
    return f"{module}:{name}"


def _check_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Confere que os argumentos atravessam para o outro processo."""
    try:
        json.dumps(dict(arguments), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"os argumentos precisam caber em JSON ({error}). Passe números e textos, e crie "
            "tensores e vetores em setup."
        ) from error
    return dict(arguments)


def _ask(request: dict[str, Any], timeout: float) -> dict[str, Any]:
    """Roda o processo e lê a resposta, na última linha da saída."""
    try:
        result = subprocess.run(
            [sys.executable, "-m", _CHILD],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(
            f"{request['function']} não terminou em {timeout} s. Aumente timeout ou diminua o "
            "tamanho."
        ) from error
    if result.returncode < 0:
        raise RuntimeError(
            f"o processo de {request['function']} foi morto pelo sinal {-result.returncode}: em "
            "geral, acabou a memória. Diminua o tamanho."
        )
    if result.returncode != 0:
        last = (result.stderr.strip().splitlines() or ["sem mensagem"])[-1]
        raise RuntimeError(
            f"{request['function']} falhou ao ser medida: {last}. Chame-a diretamente para ver o "
            "erro inteiro."
        )
    answer: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return answer
