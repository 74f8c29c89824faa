"""Textos com lacunas que só os cartões preenchem: nenhum número digitado à mão."""

import re
from collections.abc import Callable, Iterable, Mapping

from coursekit.evidence.card import Card
from coursekit.evidence.formatting import format_number

_PLACEHOLDER = re.compile(
    r"\{(?P<card>E\d{2})\.(?P<name>[a-z][a-z0-9_]*)(?P<limit>\.limit)?(?::(?P<spec>[^{}]+))?\}"
)


def placeholders(template: str) -> tuple[tuple[str, str], ...]:
    """Lista os pares (experimento, medida) que um texto pede.

    Args:
        template: texto com lacunas como ``{E04.count_decreased}``.

    Returns:
        Pares na ordem em que aparecem.

    Raises:
        ValueError: se houver chave que não forma uma lacuna.

    Example:
        >>> placeholders("{E04.count_equal} iguais e erro {E05.sum_error:.1e}")
        (('E04', 'count_equal'), ('E05', 'sum_error'))
    """
    rest = _PLACEHOLDER.sub("", template)
    if "{" in rest or "}" in rest:
        raise ValueError(
            f"lacuna malformada em «{template}». Escreva {{E04.nome_da_medida}}, "
            "{E04.nome_da_medida:.2f} ou {E04.nome_da_medida.limit}."
        )
    return tuple((match["card"], match["name"]) for match in _PLACEHOLDER.finditer(template))


def literal_pieces(template: str) -> list[str]:
    """Separa o que um texto diz entre uma lacuna e outra.

    Args:
        template: texto com lacunas.

    Returns:
        Um pedaço a mais que o número de lacunas; podem ser vazios.

    Example:
        >>> literal_pieces("{E04.count_equal} iguais e erro {E05.sum_error:.1e}")
        ['', ' iguais e erro ', '']
    """
    ends = [(0, 0), *(match.span() for match in _PLACEHOLDER.finditer(template))]
    starts = [*(start for start, _ in ends[1:]), len(template)]
    return [template[end:start] for (_, end), start in zip(ends, starts, strict=True)]


def fill_template(
    template: str,
    cards: Mapping[str, Card] | Iterable[Card],
    *,
    wrap: Callable[[str], str] = str,
) -> str:
    """Preenche as lacunas de um texto com os números dos cartões.

    ``{E04.erro}`` é o valor; ``{E04.erro:.1e}``, o valor nesse formato;
    ``{E04.erro.limit}``, o limiar da medida, para o que muda a cada execução.

    Um cartão ou medida que não existe é :class:`KeyError`; lacuna malformada, valor de uma
    medida de tempo ou de uma medida que não passou é :class:`ValueError`.

    Args:
        template: texto com lacunas.
        cards: cartões, por identificador ou em sequência.
        wrap: o que fazer com cada número já escrito (por exemplo, pôr em negrito).

    Returns:
        O texto completo, com vírgula decimal.

    Example:
        >>> from coursekit.evidence import Experiment
        >>> soma = Experiment("E05", title="Soma", data="escores sorteados", seeds=[0])
        >>> _ = soma.measure("entropy", 3.4651, at_least=3.4)
        >>> fill_template("entropia de {E05.entropy:.2f} nats", [soma.card()])
        'entropia de 3,47 nats'
    """
    placeholders(template)
    by_id = dict(cards) if isinstance(cards, Mapping) else {card.card_id: card for card in cards}

    def written(match: re.Match[str]) -> str:
        return wrap(_placeholder_text(match, by_id))

    return _PLACEHOLDER.sub(written, template)


def _placeholder_text(match: re.Match[str], cards: Mapping[str, Card]) -> str:
    """Escreve uma lacuna."""
    card_id, name, spec = match["card"], match["name"], match["spec"]
    if card_id not in cards:
        raise KeyError(
            f"o texto pede {match[0]} e o cartão {card_id} não foi dado. "
            f"Passe o experimento {card_id} em experiments=, ou tire a lacuna do texto."
        )
    measurement = cards[card_id].measurement(name)
    if not measurement.passed:
        raise ValueError(
            f"o texto pede {match[0]}, mas essa medida não satisfez o limiar "
            f"({measurement!r}). Corrija o texto antes de citá-la."
        )
    if match["limit"]:
        threshold = measurement.threshold
        bound = threshold.low if threshold.kind == "at_least" else threshold.high
        return format_number(bound, spec or "g")
    if measurement.timing:
        raise ValueError(
            f"o texto pede {match[0]}, que é medida de tempo e muda a cada execução. "
            f"Cite o limiar com {{{card_id}.{name}.limit}}."
        )
    return format_number(measurement.value, spec)
