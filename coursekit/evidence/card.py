"""O cartão de um experimento: o que foi medido, em JSON e para o leitor."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.evidence.measurement import Measurement

CARDS_DIR_VARIABLE = "COURSEKIT_CARDS_DIR"
MET, UNMET = "cumprido", "não cumprido"


@dataclass(frozen=True)
class Card:
    """Registro de um experimento executado.

    Args:
        card_id: identificador do experimento, como ``E04``.
        title: título em português.
        chapter: capítulo em que o experimento roda.
        seeds: sementes usadas; vazio se não houver sorteio.
        versions: versões do Python e das bibliotecas carregadas.
        data: de onde vêm os dados.
        measurements: medidas, na ordem em que foram feitas.
        seconds: tempo de parede entre criar o experimento e fechar o cartão, em s.
    """

    card_id: str
    title: str
    chapter: int
    seeds: tuple[int, ...]
    versions: Mapping[str, str]
    data: str
    measurements: tuple[Measurement, ...]
    seconds: float

    @property
    def verdict(self) -> str:
        """``cumprido`` se todas as medidas satisfizeram o limiar."""
        return MET if all(item.passed for item in self.measurements) else UNMET

    @property
    def supports(self) -> dict[str, str]:
        """Veredito que o cartão apoia para cada afirmação que mede."""
        supported: dict[str, str] = {}
        for item in self.measurements:
            if item.passed:
                supported.update(item.supports)
        return supported

    def measurement(self, name: str) -> Measurement:
        """Devolve a medida pelo nome.

        Args:
            name: identificador da medida, como ``count_decreased``.

        Returns:
            A medida com esse nome.

        Raises:
            KeyError: se o cartão não tiver medida com esse nome.
        """
        for item in self.measurements:
            if item.name == name:
                return item
        names = ", ".join(item.name for item in self.measurements) or "nenhuma medida"
        raise KeyError(
            f"o cartão {self.card_id} não tem a medida {name}; tem {names}. "
            "Corrija o nome no texto ou crie a medida no capítulo."
        )

    def to_dict(self) -> dict[str, Any]:
        """Devolve o cartão como vai ao JSON."""
        return {
            "id": self.card_id,
            "title": self.title,
            "chapter": self.chapter,
            "seeds": list(self.seeds),
            "versions": dict(self.versions),
            "data": self.data,
            "measurements": [item.to_dict() for item in self.measurements],
            "verdict": self.verdict,
            "seconds": self.seconds,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Card":
        """Lê o que :meth:`to_dict` escreveu (``verdict`` é recalculado)."""
        return cls(
            card_id=data["id"],
            title=data["title"],
            chapter=data["chapter"],
            seeds=tuple(data["seeds"]),
            versions=dict(data["versions"]),
            data=data["data"],
            measurements=tuple(Measurement.from_dict(item) for item in data["measurements"]),
            seconds=data["seconds"],
        )

    def __repr__(self) -> str:
        lines = [f"{self.card_id} · {self.title} ({self.verdict})"]
        lines += [f"  {item!r}" for item in self.measurements]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from coursekit.evidence.card_view import card_html

        return card_html(self)


def load_cards(directory: str | Path) -> dict[str, Card]:
    """Lê os cartões de uma pasta.

    Args:
        directory: pasta com arquivos ``E04.json``.

    Returns:
        Os cartões por identificador, em ordem.

    Raises:
        ValueError: se um arquivo não for um cartão, ou se seu nome não for o seu id.

    Example:
        >>> load_cards("pasta-que-nao-existe")
        {}
    """
    cards: dict[str, Card] = {}
    for path in sorted(Path(directory).glob("E*.json")):
        try:
            card = Card.from_dict(json.loads(path.read_text(encoding="utf-8")))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{path.name} não é um cartão de experimento ({error}). "
                "Apague-o e gere de novo com «make notebooks»."
            ) from error
        if card.card_id != path.stem:
            raise ValueError(
                f"{path.name} guarda o cartão {card.card_id}. Renomeie para {card.card_id}.json."
            )
        cards[card.card_id] = card
    return cards


def write_card(card: Card, directory: str | Path) -> Path:
    """Grava o cartão, de uma vez só, sem trocar um arquivo que diz o mesmo.

    Um arquivo existente fica como está se as medidas forem as mesmas e só os segundos
    ou a última parte das versões mudarem: gerar de novo não deve produzir diferença.

    Args:
        card: cartão a gravar.
        directory: pasta de destino; é criada se faltar.

    Returns:
        Caminho do arquivo do cartão.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{card.card_id}.json"
    text = json.dumps(card.to_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    if path.is_file() and _same_story(path.read_text(encoding="utf-8"), text):
        return path
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=folder, suffix=".tmp", delete=False
    ) as stream:
        stream.write(text)
    os.replace(stream.name, path)  # noqa: PTH105 (a troca atômica é esta chamada)
    return path


def _same_story(old_text: str, new_text: str) -> bool:
    """Diz se dois cartões diferem só no que muda de uma execução para outra."""
    try:
        return _timeless(json.loads(old_text)) == _timeless(json.loads(new_text))
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _timeless(data: dict[str, Any]) -> dict[str, Any]:
    """Tira do cartão segundos, medidas de tempo e a última parte das versões."""
    story = {key: value for key, value in data.items() if key != "seconds"}
    story["versions"] = {
        name: version.split("+")[0].split(".")[:2] for name, version in data["versions"].items()
    }
    story["measurements"] = [
        {key: value for key, value in item.items() if key not in {"value", "per_seed"}}
        if item["timing"]
        else item
        for item in data["measurements"]
    ]
    return story
