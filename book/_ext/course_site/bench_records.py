"""Medidas de velocidade guardadas em ``book/_data``, na CPU e na GPU, lidas e conferidas."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.benchmark import scaling_exponent
from coursekit.benchmark.spread import Spread

CPU, GPU = Path("book/_data/bench"), Path("book/_data/gpu")
TITLES = {"recurrent": "Camadas recorrentes", "attention": "Atenção em janela e esparsa"}
SIZE_WORDS = {3: "lote {}, {} passos, {} unidades"}
SHOWN_APART = {"mode", "kind", "ratios", "seconds", "memory_mib"}
MIN_POINTS = 3


@dataclass(frozen=True)
class Row:
    """Uma linha medida: o caso, e o que cada candidato levou nele.

    Args:
        mode: o que se mediu, como ``"ida e volta"``.
        kind: família do caso, como ``"LSTM"``; vazio se não há.
        case: o caso em palavras, como ``"lote 32, 100 passos, 128 unidades"``.
        length: ``n``, se o caso tem um.
        ratios: tempo de cada candidato dividido pelo da referência.
        seconds: tempo de cada candidato, em s, se foi guardado.
        memory: pico de memória de cada candidato, em MiB, se foi medido.
    """

    mode: str
    kind: str
    case: str
    length: float | None
    ratios: Mapping[str, Spread]
    seconds: Mapping[str, float]
    memory: Mapping[str, float]


@dataclass(frozen=True)
class Exponent:
    """Com que potência de ``n`` um custo cresce, na faixa medida."""

    name: str
    mode: str
    quantity: str
    exponent: float
    low: float
    high: float
    confidence: float


@dataclass(frozen=True)
class Record:
    """Um conjunto de medidas de uma corrida só.

    ``limit`` é o candidato que serve de limite prático da máquina, e ``floor`` o que faz só a parte
    que não se pode evitar, e por isso não é concorrente; vazios se não há um.
    """

    name: str
    title: str
    baseline: str
    limit: str
    floor: str
    date: str
    threads: int | None
    rows: tuple[Row, ...]
    exponents: tuple[Exponent, ...]
    absent: Mapping[str, str]
    environment: Mapping[str, Any]
    device: Mapping[str, Any] | None = None
    checks: int = 0

    @property
    def modes(self) -> list[str]:
        """Modos medidos, na ordem em que aparecem."""
        return list(dict.fromkeys(row.mode for row in self.rows))

    def names(self) -> list[str]:
        """Candidatos além da referência, na ordem em que aparecem."""
        found = dict.fromkeys(name for row in self.rows for name in row.ratios)
        return [name for name in found if name != self.baseline]

    def medians(self) -> dict[str, list[float]]:
        """As razões de cada candidato além da referência, caso a caso."""
        return {
            name: [row.ratios[name].median for row in self.rows if name in row.ratios]
            for name in self.names()
        }

    @property
    def compares_kinds(self) -> bool:
        """Diz se há um candidato só, medido em famílias diferentes: elas é que se comparam."""
        return len(self.names()) == 1 and len({row.kind for row in self.rows if row.kind}) > 1


def times_the_limit(ratio: Spread) -> Spread:
    """Quantas vezes o tempo do limite a referência leva: o inverso da razão dele.

    Example:
        >>> times_the_limit(Spread(0.5, 0.4, 0.8, 9))
        Spread(median=2.0, lower=1.25, upper=2.5, count=9)
    """
    return Spread(1 / ratio.median, 1 / ratio.upper, 1 / ratio.lower, ratio.count)


def load_records(folder: Path) -> list[Record]:
    """Lê todos os registros de uma pasta.

    Args:
        folder: pasta com um ``.json`` por conjunto; pode não existir.

    Returns:
        Os registros, em ordem alfabética de arquivo; lista vazia se ainda não há medidas.

    Raises:
        ValueError: se faltar um campo obrigatório; a mensagem diz o arquivo e o campo.
    """
    records = []
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        try:
            records.append(read_record(path.stem, data))
        except KeyError as error:
            raise ValueError(
                f"{path.name} não tem o campo {error}, que a página do desempenho mostra. "
                "Refaça a medida com «make bench» (ou «make gpu»)."
            ) from error
    return records


def read_record(name: str, data: Mapping[str, Any]) -> Record:
    """Lê um registro já aberto."""
    rows = tuple(read_row(row) for row in data["rows"])
    given = [Exponent(**_exponent_fields(row)) for row in data.get("exponents", ())]
    absent = data.get("absent", {})
    return Record(
        name=name,
        title=data.get("title") or TITLES.get(name, name),
        baseline=data["baseline"],
        limit=data.get("limit", ""),
        floor=data.get("floor", ""),
        date=data.get("date", ""),
        threads=data.get("threads"),
        rows=rows,
        exponents=tuple(given or fitted_exponents(rows)),
        absent=absent if isinstance(absent, Mapping) else dict.fromkeys(absent, ""),
        environment=data["environment"],
        device=data.get("device"),
        checks=data.get("checks", 0),
    )


def _exponent_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """Os campos de um expoente, com o que costuma ficar subentendido."""
    shown = {"mode": "", "quantity": "tempo", "confidence": 0.95, **row}
    return {field: shown[field] for field in Exponent.__dataclass_fields__}


def read_row(row: Mapping[str, Any]) -> Row:
    """Lê uma linha; os campos que a descrevem viram palavras."""
    length = row.get("n")
    return Row(
        mode=str(row["mode"]),
        kind=str(row.get("kind", "")).upper()
        if len(str(row.get("kind", ""))) <= 4
        else row["kind"],
        case=describe_case(row),
        length=None if length is None else float(length),
        ratios={name: _as_spread(value) for name, value in row["ratios"].items()},
        seconds={name: _as_spread(v).median for name, v in row.get("seconds", {}).items()},
        memory={name: _as_spread(v).median for name, v in row.get("memory_mib", {}).items()},
    )


def _as_spread(value: Any) -> Spread:
    """Mediana e quartis; um número sozinho não tem dispersão."""
    if isinstance(value, Mapping):
        return Spread(value["median"], value["lower"], value["upper"], value["count"])
    return Spread(float(value), float(value), float(value), 1)


def describe_case(row: Mapping[str, Any]) -> str:
    """O caso em palavras, na ordem dos campos.

    Example:
        >>> describe_case({"mode": "ida", "n": 4096, "causal": True, "ratios": {}})
        'n = 4.096, causal'
        >>> describe_case({"mode": "ida", "size": [32, 100, 128]})
        'lote 32, 100 passos, 128 unidades'
        >>> describe_case({"mode": "ida", "n": 8192, "threads": 2})
        'n = 8.192, 2 linhas de execução'
    """
    words = []
    for field, value in row.items():
        if field in SHOWN_APART:
            continue
        if field == "causal":
            words.append("causal" if value else "bidirecional")
        elif field == "threads":
            words.append(f"{value} {'linha' if value == 1 else 'linhas'} de execução")
        elif field == "size" and isinstance(value, list):
            words.append(SIZE_WORDS.get(len(value), " × ".join(["{}"] * len(value))).format(*value))
        elif isinstance(value, int) and not isinstance(value, bool):
            words.append(f"{field} = {value:,}".replace(",", "."))
        elif isinstance(value, str | float):
            words.append(str(value) if field == "dtype" else f"{field} = {value}")
    return ", ".join(words)


def fitted_exponents(rows: tuple[Row, ...]) -> list[Exponent]:
    """Expoentes do tempo e da memória, onde há tamanhos bastantes para ajustá-los."""
    found = []
    for quantity, field in (("tempo", "seconds"), ("memória", "memory")):
        series: dict[tuple[str, str], dict[float, float]] = {}
        for row in rows:
            for name, value in getattr(row, field).items():
                if row.length is not None and value > 0:
                    key = name, ", ".join(filter(None, (row.mode, setting(row))))
                    series.setdefault(key, {})[row.length] = value
        for (name, mode), points in series.items():
            if len(points) >= MIN_POINTS:
                fit = scaling_exponent(list(points), list(points.values()))
                found.append(
                    Exponent(name, mode, quantity, fit.exponent, fit.low, fit.high, fit.confidence)
                )
    return found


def setting(row: Row) -> str:
    """O caso sem o ``n``: o que tem de ser igual para os pontos serem da mesma curva."""
    return ", ".join(part for part in row.case.split(", ") if not part.startswith("n = "))
