"""Uma medida feita numa GPU: o que se mediu, em que placa, com que versões e quando."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from coursekit.benchmark.environment import environment
from coursekit.benchmark.gpu_device import gpu_device
from coursekit.benchmark.timing import Comparison

__all__ = ["GpuRecord", "Unmeasured", "gpu_record", "gpu_row", "recorded_gpu"]

FOLDER = Path("book", "_data", "gpu")
DEVICE_FIELDS = ("name", "capability", "memory_mib", "driver", "cuda", "triton")
ROW_FIELDS = ("n", "dtype", "mode", "ratios", "seconds", "memory_mib")
SPREAD_FIELDS = {"median", "lower", "upper", "count"}
RECORDED, FRESH = "registro, medido em outra hora", "medido agora"


@dataclass(frozen=True)
class GpuRecord:
    """Medidas de uma corrida numa GPU, com a procedência.

    Mostrada num caderno, é uma tabela de texto que diz, na primeira linha, se é um registro
    guardado ou o que se acabou de medir.

    Args:
        title: o que se mediu.
        baseline: candidato de referência das razões.
        date: dia da medida, como ``"2026-11-05"``.
        device: placa, capacidade, memória, *driver*, CUDA e Triton.
        environment: máquina e versões, como em :func:`~coursekit.benchmark.environment`.
        rows: uma por caso: ``n``, ``dtype``, ``mode``, e por candidato ``ratios``, ``seconds`` e
            ``memory_mib``.
        checks: quantas provas de igualdade passaram na placa antes da medida.
        absent: quem não foi medido em algum caso, e por quê.
        fresh: se foi medido agora; ``False`` num registro lido de um arquivo.
    """

    title: str
    baseline: str
    date: str
    device: Mapping[str, Any]
    environment: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]
    checks: int = 0
    absent: Mapping[str, str] = field(default_factory=dict)
    fresh: bool = field(default=False, compare=False)

    @classmethod
    def read(cls, path: Path) -> GpuRecord:
        """Lê e confere um registro guardado.

        Args:
            path: arquivo ``.json``, como o que ``make gpu`` grava.

        Returns:
            O registro, com ``fresh=False``.

        Raises:
            ValueError: se faltar um campo, ou um deles não servir; a mensagem diz qual.
        """
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            record = cls(**{name: data[name] for name in _FIELDS})
            problem = _problem(record)
        except (json.JSONDecodeError, AttributeError, KeyError, TypeError) as error:
            problem = f"não tem a forma de um registro ({type(error).__name__}: {error})"
        if problem:
            raise ValueError(f"{path.name} {problem}. Refaça a medida com «make gpu».")
        return record

    def write(self, path: Path) -> None:
        """Grava o registro, de uma vez, depois de conferi-lo.

        Args:
            path: arquivo ``.json``; as pastas que faltarem são criadas.

        Raises:
            ValueError: se o registro não servir; nada é gravado.
        """
        if problem := _problem(self):
            raise ValueError(f"{path.name} {problem}. Nada foi gravado.")
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".parcial")
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=1, allow_nan=False)
        draft.write_text(text + "\n", encoding="utf-8")
        draft.replace(path)

    def to_dict(self) -> dict[str, Any]:
        """O registro como dicionário que cabe em JSON."""
        return {name: value for name, value in asdict(self).items() if name in _FIELDS}

    def __repr__(self) -> str:
        kinds: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for row in self.rows:
            kinds.setdefault((row["mode"], row["dtype"]), []).append(row)
        tables = [line for kind, rows in kinds.items() for line in self._table(kind, rows)]
        kind = FRESH if self.fresh else RECORDED
        unit = f"tempo dividido pelo de {self.baseline}, mediana [quartis]; 1 é empate"
        return "\n".join([f"{kind}: {self.title}", self.origin(), unit, *tables])

    def origin(self) -> str:
        """Onde e quando se mediu, numa linha."""
        day = date.fromisoformat(self.date).strftime("%d/%m/%Y")
        torch = self.environment["versions"].get("torch", "desconhecido")
        return (
            f"{self.device['name']} (capacidade {self.device['capability']}), driver "
            f"{self.device['driver']}, CUDA {self.device['cuda']}, PyTorch {torch}, em {day}"
        )

    def _table(self, kind: tuple[str, str], rows: Sequence[Mapping[str, Any]]) -> list[str]:
        """As linhas de um modo e um tipo: um comprimento por linha, um candidato por coluna."""
        found = dict.fromkeys(name for row in rows for name in row["ratios"])
        names = [name for name in found if name != self.baseline]
        head = f"{', '.join(kind):<24}" + "".join(f"  {name:>24}" for name in names)
        lines = [head]
        for row in rows:
            cells = [_ratio_text(row["ratios"].get(name)) for name in names]
            size = f"  n = {row['n']:,}".replace(",", ".")
            lines.append(f"{size:<24}" + "".join(f"  {cell:>24}" for cell in cells))
        return lines


_FIELDS = ("title", "baseline", "date", "device", "environment", "rows", "checks", "absent")


@dataclass(frozen=True)
class Unmeasured:
    """O que se mostra quando não há GPU nem registro: que ainda não se mediu.

    Args:
        name: nome do registro procurado.
    """

    name: str

    def __repr__(self) -> str:
        return (
            "ainda não medido: não há GPU nesta máquina, nem um registro guardado desta medida.\n"
            "Numa máquina com uma placa da NVIDIA, «make gpu» mede e grava."
        )


def recorded_gpu(name: str, *, start: Path | None = None) -> GpuRecord | Unmeasured:
    """Acha o registro de uma medida em GPU, a partir da pasta do caderno.

    Args:
        name: nome do registro, como ``"attention"``.
        start: pasta de onde procurar ``book/_data/gpu`` para cima; ``None`` é a atual.

    Returns:
        O registro, ou quem diga que ainda não se mediu.

    Raises:
        ValueError: se o nome não for um nome simples, ou o arquivo não servir.

    Example:
        >>> recorded_gpu("nada-com-este-nome")
        ainda não medido: não há GPU nesta máquina, nem um registro guardado desta medida.
        Numa máquina com uma placa da NVIDIA, «make gpu» mede e grava.
    """
    if not re.fullmatch(r"[a-z0-9_-]+", name):
        raise ValueError(
            f"o nome do registro deve ter só letras minúsculas, números, - e _; recebi {name!r}. "
            "Use, por exemplo, 'attention'."
        )
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        path = folder / FOLDER / f"{name}.json"
        if path.is_file():
            return GpuRecord.read(path)
    return Unmeasured(name)


def gpu_row(
    comparison: Comparison,
    *,
    n: int,
    dtype: str,
    mode: str = "ida",
    memory_mib: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Um caso medido, na forma em que se guarda.

    Args:
        comparison: os tempos, com a espera pela GPU dentro do relógio.
        n: comprimento da sequência.
        dtype: tipo dos números, como ``"bfloat16"``.
        mode: ``"ida"`` ou ``"ida e volta"``.
        memory_mib: pico de memória de cada candidato acima da entrada, em MiB.

    Returns:
        Um dicionário que cabe em JSON.
    """
    seconds = {name: asdict(m.seconds) for name, m in comparison.measurements.items()}
    return {
        "n": n,
        "dtype": dtype,
        "mode": mode,
        "ratios": {name: asdict(ratio) for name, ratio in comparison.ratios.items()},
        "seconds": seconds,
        "memory_mib": dict(memory_mib or {}),
    }


def gpu_record(
    rows: Sequence[Mapping[str, Any]],
    *,
    title: str,
    baseline: str,
    checks: int = 0,
    absent: Mapping[str, str] | None = None,
) -> GpuRecord:
    """Junta casos medidos agora à procedência: a placa, as versões e a data de hoje.

    Args:
        rows: casos, de :func:`gpu_row`.
        title: o que se mediu.
        baseline: candidato de referência.
        checks: provas de igualdade que passaram antes.
        absent: quem não foi medido em algum caso, e por quê.

    Returns:
        O registro, com ``fresh=True``.
    """
    return GpuRecord(
        title=title,
        baseline=baseline,
        date=date.today().isoformat(),
        device=gpu_device(),
        environment=environment().to_dict(),
        rows=list(rows),
        checks=checks,
        absent=dict(absent or {}),
        fresh=True,
    )


def _ratio_text(ratio: Mapping[str, float] | None) -> str:
    """Mediana e quartis, com vírgula."""
    if ratio is None:
        return "não medido"
    texts = (f"{ratio[name]:.2f}".replace(".", ",") for name in ("median", "lower", "upper"))
    return "{} [{}; {}]".format(*texts)


def _problem(record: GpuRecord) -> str:
    """O que há de errado com um registro; vazio se nada."""
    absent = [name for name in DEVICE_FIELDS if name not in record.device]
    if absent or not str(record.device["name"]).strip():
        return f"não diz da placa: {', '.join(absent) or 'name'}"
    if "versions" not in record.environment:
        return "não diz as versões das bibliotecas"
    try:
        date.fromisoformat(record.date)
    except (TypeError, ValueError):
        return f"tem data que não é AAAA-MM-DD: {record.date!r}"
    if not record.rows:
        return "não tem nenhum caso medido"
    return next(filter(None, (_row_problem(row, record.baseline) for row in record.rows)), "")


def _row_problem(row: Mapping[str, Any], baseline: str) -> str:
    """O que há de errado com um caso; vazio se nada."""
    absent = [name for name in ROW_FIELDS if name not in row]
    if absent:
        return f"tem um caso sem {', '.join(absent)}"
    case = f"no caso n = {row['n']}, {row['dtype']}, {row['mode']}"
    if baseline not in row["ratios"] or set(row["ratios"]) != set(row["seconds"]):
        return f"não tem, {case}, a referência {baseline!r} e os mesmos candidatos em tudo"
    for spreads in (row["ratios"], row["seconds"]):
        for name, spread in spreads.items():
            values = [spread.get(key) for key in sorted(SPREAD_FIELDS)]
            if not all(_is_positive(value) for value in values):
                return f"tem, {case}, medida de {name!r} que não é de números positivos"
    if not all(_is_positive(value) for value in row["memory_mib"].values()):
        return f"tem, {case}, memória que não é positiva"
    return ""


def _is_positive(value: Any) -> bool:
    """Diz se é um número finito e positivo."""
    return isinstance(value, int | float) and math.isfinite(value) and value > 0
