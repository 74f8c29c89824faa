"""Medidas de custo: tempo, memória, expoente de escala, e o ambiente ao lado de cada número.

Não conhece nenhuma biblioteca de aprendizado: recebe funções e devolve números.
"""

from coursekit.benchmark.environment import Environment, environment
from coursekit.benchmark.gpu_device import gpu_device
from coursekit.benchmark.gpu_record import (
    GpuRecord,
    Unmeasured,
    gpu_record,
    gpu_row,
    recorded_gpu,
)
from coursekit.benchmark.memory import PeakMemory, peak_memory
from coursekit.benchmark.scaling import ScalingFit, scaling_exponent
from coursekit.benchmark.spread import Spread, spread
from coursekit.benchmark.timing import Comparison, Measurement, TimingOptions, compare, measure

__all__ = [
    "Comparison",
    "Environment",
    "GpuRecord",
    "Measurement",
    "PeakMemory",
    "ScalingFit",
    "Spread",
    "TimingOptions",
    "Unmeasured",
    "compare",
    "environment",
    "gpu_device",
    "gpu_record",
    "gpu_row",
    "measure",
    "peak_memory",
    "recorded_gpu",
    "scaling_exponent",
    "spread",
]
