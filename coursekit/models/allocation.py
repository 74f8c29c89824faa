"""Alocação ótima de um recurso limitado: uma simulação da tarefa de Posner.

Um observador ideal tem ``num_samples`` amostras ruidosas para repartir entre duas posições;
uma pista diz onde o alvo provavelmente aparecerá. As funções respondem: quanto olhar para
cada lado? É um modelo **normativo** (o que seria ótimo), não um retrato de pessoas.
"""

from dataclasses import dataclass
from math import log, log1p, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm

__all__ = [
    "CueingAccuracy",
    "DiffusionSettings",
    "DiffusionTrials",
    "cueing_accuracy",
    "detection_accuracy",
    "expected_accuracy",
    "optimal_allocation",
    "simulate_diffusion",
]

DEFAULT_NUM_SAMPLES = 40.0
DEFAULT_SENSITIVITY = 0.35


@dataclass(frozen=True)
class CueingAccuracy:
    """Acurácia esperada nas três condições da tarefa de Posner, cada uma em [0,5; 1].

    Attributes:
        valid: o alvo aparece no lado que a pista indicou.
        neutral: não há pista; o recurso se divide ao meio.
        invalid: o alvo aparece no lado oposto ao indicado.
    """

    valid: float
    neutral: float
    invalid: float


@dataclass(frozen=True)
class DiffusionSettings:
    """Parâmetros fixos da acumulação de evidência.

    Attributes:
        threshold: evidência que encerra a decisão, positiva (sem unidade).
        noise: desvio-padrão do ruído por raiz de segundo, positivo.
        step: passo de tempo da simulação, em segundos, positivo.
        non_decision_time: tempo de ver e de apertar a tecla, em segundos, não negativo.
        max_time: duração máxima de uma decisão, em segundos, maior que ``step``.
    """

    threshold: float = 1.0
    noise: float = 1.0
    step: float = 0.01
    non_decision_time: float = 0.3
    max_time: float = 10.0

    def __post_init__(self) -> None:
        """Recusa parâmetros fora do domínio."""
        for name in ("threshold", "noise", "step"):
            _require_positive(name, getattr(self, name))
        if not self.non_decision_time >= 0:
            raise ValueError(
                f"non_decision_time deve ser um tempo ≥ 0, em segundos; recebi "
                f"{self.non_decision_time}. Use 0.0 para medir só a decisão."
            )
        if not self.max_time > self.step:
            raise ValueError(
                f"max_time deve ser maior que step ({self.step} s); recebi {self.max_time}. "
                "Aumente max_time."
            )


@dataclass(frozen=True)
class DiffusionTrials:
    """Resultado de cada tentativa simulada; os dois vetores têm a forma ``(num_trials,)``.

    Attributes:
        response_times: tempos de resposta, em segundos.
        correct: ``True`` onde a resposta foi a certa.
    """

    response_times: NDArray[np.float64]
    correct: NDArray[np.bool_]


def detection_accuracy(
    num_samples: float | NDArray[np.float64], *, sensitivity: float = DEFAULT_SENSITIVITY
) -> NDArray[np.float64]:
    r"""Calcula a acurácia de quem tem ``num_samples`` amostras ruidosas do alvo.

    A média de :math:`n` amostras vale, em média, :math:`d` se há alvo e 0 se não há, com
    variância :math:`1/n`. Escolher a maior de duas médias (com e sem alvo) acerta com
    probabilidade

    .. math::

        A(n) = \Phi\!\left(\frac{d\sqrt{n}}{\sqrt{2}}\right),

    em que :math:`\Phi` é a distribuição acumulada da normal padrão.

    Args:
        num_samples: número de amostras :math:`n \ge 0`; pode ser fracionário e ter
            qualquer forma.
        sensitivity: separação :math:`d > 0` entre alvo e fundo, por amostra.

    Returns:
        Acurácias em [0,5; 1], na forma de ``num_samples``.

    Raises:
        ValueError: se houver amostra negativa ou não finita, ou se ``sensitivity`` não for
            positiva.

    Fonte:
        Dedução direta da diferença de duas normais, :math:`N(d, 2/n)`; é o modelo usual da
        teoria de detecção de sinais para a escolha forçada entre duas alternativas.

    Example:
        >>> detection_accuracy(0.0).item()
        0.5
        >>> round(detection_accuracy(20.0).item(), 3)
        0.866
    """
    _require_positive("sensitivity", sensitivity)
    samples = np.asarray(num_samples, dtype=np.float64)
    if not (np.isfinite(samples) & (samples >= 0)).all():
        raise ValueError(
            f"num_samples deve conter números finitos ≥ 0; recebi {num_samples}. "
            "Uma posição sem recurso recebe 0 amostra."
        )
    return np.asarray(norm.cdf(sensitivity * np.sqrt(samples / 2)), dtype=np.float64)


def expected_accuracy(
    fraction: float | NDArray[np.float64],
    validity: float,
    *,
    num_samples: float = DEFAULT_NUM_SAMPLES,
    sensitivity: float = DEFAULT_SENSITIVITY,
) -> NDArray[np.float64]:
    r"""Calcula a acurácia média de quem dá a fração ``fraction`` do recurso ao lado apontado.

    .. math::

        U(g) = v\,A(gN) + (1-v)\,A\big((1-g)N\big)

    Args:
        fraction: fração :math:`g` em [0, 1] dada ao lado da pista; qualquer forma.
        validity: probabilidade :math:`v` em [0, 1] de a pista estar certa.
        num_samples: total de amostras :math:`N > 0` a repartir.
        sensitivity: separação :math:`d > 0` por amostra.

    Returns:
        Acurácias em [0,5; 1], na forma de ``fraction``.

    Raises:
        ValueError: se ``fraction`` ou ``validity`` saírem de [0, 1], ou se ``num_samples``
            ou ``sensitivity`` não forem positivos.

    Fonte:
        Modelo do curso, inspirado na tarefa de Posner (1980).

    Example:
        >>> round(expected_accuracy(0.5, validity=0.8).item(), 3)
        0.866
    """
    _require_positive("num_samples", num_samples)
    _require_probability("validity", validity)
    share = np.asarray(fraction, dtype=np.float64)
    if not ((share >= 0) & (share <= 1)).all():
        raise ValueError(
            f"fraction deve ficar entre 0 e 1; recebi {fraction}. "
            "É a parte do recurso dada ao lado apontado: use 0.8 para 80%."
        )
    cued = detection_accuracy(share * num_samples, sensitivity=sensitivity)
    uncued = detection_accuracy((1 - share) * num_samples, sensitivity=sensitivity)
    return np.asarray(validity * cued + (1 - validity) * uncued)


def optimal_allocation(
    validity: float,
    *,
    num_samples: float = DEFAULT_NUM_SAMPLES,
    sensitivity: float = DEFAULT_SENSITIVITY,
) -> float:
    r"""Encontra a fração do recurso que maximiza a acurácia média.

    :math:`U(g)` é côncava (:math:`A` é côncava), logo o ótimo é único e anula a derivada:
    o ganho marginal ponderado é igual nos dois lados,
    :math:`v\,A'(gN) = (1-v)\,A'((1-g)N)`.

    Args:
        validity: probabilidade :math:`v` em [0, 1] de a pista estar certa.
        num_samples: total de amostras :math:`N > 0` a repartir.
        sensitivity: separação :math:`d > 0` por amostra.

    Returns:
        A fração ótima :math:`g^*` em [0, 1]; 0,5 quando a pista não informa.

    Raises:
        ValueError: se ``validity`` sair de [0, 1], ou se ``num_samples`` ou
            ``sensitivity`` não forem positivos.

    Fonte:
        Condição de primeira ordem da maximização de ``expected_accuracy``.

    Example:
        >>> round(optimal_allocation(0.5), 3)
        0.5
        >>> round(optimal_allocation(0.8), 3)
        0.792
    """
    _require_probability("validity", validity)
    _require_positive("num_samples", num_samples)
    _require_positive("sensitivity", sensitivity)
    if validity in (0.0, 1.0):
        return float(validity)

    def log_marginal(share: float) -> float:
        # ln A'(n) = -d²n/4 - ln(n)/2 + constante: em logaritmo nada se anula.
        return -(sensitivity**2) * share * num_samples / 4 - log(share) / 2

    def imbalance(share: float) -> float:
        odds = log(validity) - log1p(-validity)
        return odds + log_marginal(share) - log_marginal(1 - share)

    smallest = np.finfo(np.float64).tiny
    if imbalance(smallest) <= 0:
        return 0.0
    largest = 1 - np.finfo(np.float64).epsneg
    if imbalance(largest) >= 0:
        return 1.0
    return float(brentq(imbalance, smallest, largest, xtol=1e-14))


def cueing_accuracy(
    fraction: float,
    *,
    num_samples: float = DEFAULT_NUM_SAMPLES,
    sensitivity: float = DEFAULT_SENSITIVITY,
) -> CueingAccuracy:
    """Calcula a acurácia nas condições válida, neutra e inválida.

    Args:
        fraction: fração em [0, 1] do recurso dada ao lado apontado pela pista.
        num_samples: total de amostras, positivo.
        sensitivity: separação entre alvo e fundo por amostra, positiva.

    Returns:
        As três acurácias; ``valid > invalid`` sempre que ``fraction > 0.5``.

    Raises:
        ValueError: se ``fraction`` sair de [0, 1], ou se ``num_samples`` ou ``sensitivity``
            não forem positivos.

    Fonte:
        Condições de Posner (1980): pista válida, neutra e inválida.

    Example:
        >>> result = cueing_accuracy(0.8)
        >>> result.valid > result.neutral > result.invalid
        True
    """
    resource = {"num_samples": num_samples, "sensitivity": sensitivity}
    return CueingAccuracy(
        valid=expected_accuracy(fraction, 1.0, **resource).item(),
        neutral=expected_accuracy(0.5, 1.0, **resource).item(),
        invalid=expected_accuracy(fraction, 0.0, **resource).item(),
    )


def simulate_diffusion(
    drift: float,
    *,
    generator: np.random.Generator,
    num_trials: int = 4000,
    settings: DiffusionSettings | None = None,
) -> DiffusionTrials:
    r"""Simula decisões por acumulação de evidência (modelo de difusão).

    A evidência começa em 0 e anda aos passos
    :math:`x \leftarrow x + v\,\Delta t + s\sqrt{\Delta t}\,\varepsilon`, com
    :math:`\varepsilon \sim N(0,1)`, até cruzar :math:`+a` (resposta certa) ou :math:`-a`
    (errada). Quanto maior a deriva :math:`v`, mais rápida e mais certa a resposta. A tentativa
    que não cruza até ``max_time`` responde pelo sinal da evidência, nesse instante.

    Args:
        drift: deriva :math:`v \ge 0`, em evidência por segundo.
        generator: gerador de números aleatórios do NumPy, que avança a cada chamada.
        num_trials: número de tentativas, inteiro positivo.
        settings: limiar, ruído e tempos; ``None`` usa os valores-padrão.

    Returns:
        Tempos de resposta (s) e acertos, um por tentativa.

    Raises:
        ValueError: se ``drift`` for negativa ou não finita, ou ``num_trials`` não for
            positivo.

    Fonte:
        Passeio aleatório com dois limiares; em tempo contínuo, o tempo médio de decisão é
        :math:`(a/v)\tanh(av/s^2)` e a taxa de acerto :math:`1/(1+e^{-2av/s^2})`. O passo
        finito atrasa um pouco o cruzamento (limiar efetivo :math:`a + 0{,}58\,s\sqrt{\Delta t}`).

    Example:
        >>> trials = simulate_diffusion(2.0, generator=np.random.default_rng(0), num_trials=500)
        >>> trials.response_times.shape, bool(trials.correct.mean() > 0.9)
        ((500,), True)
    """
    _require_trials(drift, num_trials)
    chosen = settings or DiffusionSettings()
    evidence = np.zeros(num_trials)
    # dtype explícito: np.full com um inteiro truncaria os tempos para segundos inteiros.
    decision_times = np.full(num_trials, chosen.max_time, dtype=np.float64)
    active = np.arange(num_trials)
    diffusion = chosen.noise * sqrt(chosen.step)
    for count in range(1, int(chosen.max_time / chosen.step) + 1):
        evidence[active] += drift * chosen.step + diffusion * generator.standard_normal(active.size)
        crossed = np.abs(evidence[active]) >= chosen.threshold
        decision_times[active[crossed]] = count * chosen.step
        active = active[~crossed]
        if active.size == 0:
            break
    return DiffusionTrials(decision_times + chosen.non_decision_time, evidence > 0)


def _require_trials(drift: float, num_trials: int) -> None:
    """Recusa deriva negativa ou simulação sem tentativas."""
    if not (np.isfinite(drift) and drift >= 0):
        raise ValueError(
            f"drift deve ser um número finito ≥ 0; recebi {drift}. "
            "A resposta certa fica no limiar positivo."
        )
    if num_trials < 1:
        raise ValueError(f"num_trials deve ser ≥ 1; recebi {num_trials}. Use, por exemplo, 4000.")


def _require_positive(name: str, value: float) -> None:
    """Recusa valor que não seja finito e positivo."""
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name} deve ser finito e maior que 0; recebi {value}. Use, p. ex., 1.0.")


def _require_probability(name: str, value: float) -> None:
    """Recusa valor fora de [0, 1]."""
    if not 0 <= value <= 1:
        raise ValueError(
            f"{name} é uma probabilidade, entre 0 e 1; recebi {value}. Use 0.8 para 80%."
        )
