"""O quadro «dito × medido»: a afirmação, a medida, o veredito e a fonte."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from coursekit.evidence.card import Card
from coursekit.evidence.catalog import (
    EDITORIAL,
    Claim,
    load_claims,
    load_reference_labels,
)
from coursekit.evidence.experiment import Experiment
from coursekit.evidence.measurement import VERDICTS
from coursekit.evidence.template import fill_template
from coursekit.evidence.theme import icon, themed_variables
from coursekit.plotting.palette import css_verdict_name

REFERENCES_PAGE = "../book/referencias.html"
_SCOPE = "section.quadro-dito-medido"
_CODE = re.compile(r"`([^`]+)`")
_EMPHASIS = re.compile(r"\*([^*]+)\*")
_PLURALS = {
    "confirmado": ("confirmada", "confirmadas"),
    "parcial": ("parcial", "parciais"),
    "refutado": ("refutada", "refutadas"),
    "sem apoio": ("sem apoio", "sem apoio"),
}

_VERDICT_RULES = "\n".join(
    f"{_SCOPE} .{name}{{--q-veredito:var(--q-{name});--q-fundo:var(--q-{name}-fundo)}}"
    for name in map(css_verdict_name, VERDICTS)
)

_STYLE = f"""<style>
{themed_variables(_SCOPE)}
{_SCOPE}{{color:var(--q-ink);background:var(--q-surface);border:1px solid var(--q-hairline);
border-radius:6px;padding:1rem 1.1rem .4rem;margin:1.5rem 0;container-type:inline-size;
line-height:1.5;overflow-wrap:break-word}}
{_SCOPE} table.dito-medido{{width:100%;border-collapse:collapse;border:0;margin:0;font-size:1em;
table-layout:fixed;color:inherit}}
{_SCOPE} table.dito-medido caption{{caption-side:top;text-align:left;color:inherit;
padding:0 0 .6rem}}
{_SCOPE} caption b{{display:block;font-size:1.15em;font-weight:650;letter-spacing:.01em}}
{_SCOPE} caption span{{color:var(--q-muted);font-size:.9em}}
{_SCOPE} caption .parte{{color:var(--q-veredito);font-weight:600;white-space:nowrap;font-size:1em}}
{_SCOPE} caption .parte svg{{vertical-align:-.15em;margin:0 .3em 0 .5em}}
{_SCOPE} caption .faixa{{display:flex;gap:3px;height:9px;margin:.6rem 0 .1rem}}
{_SCOPE} .faixa i{{flex:1 1 0;min-width:0;border-radius:2px;background:var(--q-veredito);
print-color-adjust:exact;-webkit-print-color-adjust:exact}}
{_SCOPE} table.dito-medido thead tr{{background:none;border-bottom:2px solid var(--q-ink)}}
{_SCOPE} table.dito-medido tbody tr{{background:none;border-bottom:1px solid var(--q-hairline)}}
{_SCOPE} table.dito-medido tbody tr:last-child{{border-bottom:0}}
{_SCOPE} table.dito-medido th,{_SCOPE} table.dito-medido td{{text-align:left;vertical-align:top;
padding:.75em 1em .75em 0;border:0;font-weight:400;color:inherit;white-space:normal;max-width:none}}
{_SCOPE} table.dito-medido thead th{{padding:.3em 1em .3em 0;font-size:.86em;
color:var(--q-muted)}}
{_SCOPE} table.dito-medido th.dito{{padding-left:.9em;border-left:4px solid var(--q-veredito)}}
{_SCOPE} .dito q{{font-style:italic;quotes:"«" "»"}}
{_SCOPE} .id{{display:block;font-size:.8em;color:var(--q-muted);
font-variant-numeric:tabular-nums;letter-spacing:.04em}}
{_SCOPE} .medido b{{font-weight:650;font-variant-numeric:tabular-nums}}
{_SCOPE} .fontes{{display:block;margin-top:.35em;font-size:.84em;color:var(--q-muted)}}
{_SCOPE} .fontes a{{color:var(--q-primary);text-decoration:underline}}
{_SCOPE} .veredito span{{display:inline-block;color:var(--q-veredito);
background:var(--q-fundo);border-radius:1em;padding:.1em .7em .1em .5em;font-weight:650;
white-space:nowrap}}
{_SCOPE} .veredito svg{{vertical-align:-.15em;margin-right:.4em}}
{_SCOPE} col.largo{{width:39%}}
{_VERDICT_RULES}
@media screen{{@container (max-width:35rem){{
{_SCOPE} table.dito-medido thead{{position:absolute;width:1px;height:1px;overflow:hidden;
clip-path:inset(50%)}}
{_SCOPE} table.dito-medido,{_SCOPE} table.dito-medido caption,{_SCOPE} table.dito-medido tbody,
{_SCOPE} table.dito-medido tr,{_SCOPE} table.dito-medido th,
{_SCOPE} table.dito-medido td{{display:block}}
{_SCOPE} table.dito-medido tbody tr{{border:1px solid var(--q-hairline);
border-left:4px solid var(--q-veredito);border-radius:4px;margin:0 0 .75rem;padding:.6em .8em;
position:relative}}
{_SCOPE} table.dito-medido td.veredito{{position:absolute;top:.45em;right:.7em}}
{_SCOPE} .id{{line-height:2.4}}
{_SCOPE} table.dito-medido th.dito,{_SCOPE} table.dito-medido td{{padding:.25em 0;border:0}}
{_SCOPE} table.dito-medido td.medido::before{{content:attr(data-rotulo);display:block;
font-size:.8em;color:var(--q-muted)}}}}}}
</style>"""

_HEAD = (
    '<colgroup><col class="largo"><col class="largo"><col></colgroup>'
    '<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">O que se diz</th>'
    '<th role="columnheader" scope="col">O que se mede</th>'
    '<th role="columnheader" scope="col">Veredito</th></tr></thead>'
)


@dataclass(frozen=True)
class VerdictBoard:
    """Quadro pronto: mostra-se como tabela no JupyterLab, no Colab e no site.

    Args:
        claims: afirmações, na ordem em que aparecem.
        cards: cartões que preenchem os números, por identificador.
        card_links: endereço do cartão de cada experimento.
        references_page: endereço da página de referências.
    """

    claims: tuple[Claim, ...]
    cards: Mapping[str, Card]
    card_links: Mapping[str, str]
    references_page: str = REFERENCES_PAGE

    def __post_init__(self) -> None:
        for claim in self.claims:
            fill_template(claim.measured, self.cards)

    def summary(self) -> str:
        """Resume o quadro: quantas afirmações e quantas de cada veredito."""
        return f"{self._total()}: {', '.join(self._parts().values())}"

    def _total(self) -> str:
        """Escreve quantas afirmações o quadro tem."""
        return f"{len(self.claims)} {'afirmação' if len(self.claims) == 1 else 'afirmações'}"

    def _parts(self) -> dict[str, str]:
        """Escreve quantas afirmações há de cada veredito presente."""
        counts = Counter(claim.verdict for claim in self.claims)
        return {
            verdict: f"{counts[verdict]} {_PLURALS[verdict][counts[verdict] > 1]}"
            for verdict in VERDICTS
            if counts[verdict]
        }

    def _summary_html(self) -> str:
        """Escreve o resumo com a cor e o ícone de cada veredito."""
        parts = [
            f'<span class="parte {css_verdict_name(verdict)}">{icon(verdict)}{text}</span>'
            for verdict, text in self._parts().items()
        ]
        return f"{self._total()}: {', '.join(parts)}"

    def _strip(self) -> str:
        """Desenha uma casa por afirmação, na ordem do quadro e na cor do veredito."""
        cells = "".join(
            f'<i class="{css_verdict_name(claim.verdict)}"></i>' for claim in self.claims
        )
        return f'<span class="faixa" aria-hidden="true">{cells}</span>'

    def _repr_html_(self) -> str:
        rows = "\n".join(self._row(claim) for claim in self.claims)
        return (
            f'<section class="quadro-dito-medido" aria-label="Quadro dito × medido">{_STYLE}\n'
            '<table class="dito-medido" role="table"><caption><b>Quadro dito × medido</b>'
            f"<span>{self._summary_html()}</span>{self._strip()}</caption>{_HEAD}\n"
            f'<tbody role="rowgroup">\n{rows}\n</tbody></table></section>'
        )

    def __repr__(self) -> str:
        lines = [f"Quadro dito × medido ({self.summary()})"]
        for claim in self.claims:
            sources = "; ".join(label for label, _ in self._sources(claim))
            lines += [
                f"{claim.claim_id} [{claim.verdict}]",
                f"  dito:   {claim.said}",
                f"  medido: {fill_template(claim.measured, self.cards)}",
                f"  fontes: {sources}",
            ]
        return "\n".join(lines)

    def _row(self, claim: Claim) -> str:
        """Escreve a linha de uma afirmação."""
        measured = fill_template(_inline(claim.measured), self.cards, wrap=_bold)
        return (
            f'<tr role="row" class="{css_verdict_name(claim.verdict)}">'
            f'<th role="rowheader" scope="row" class="dito" data-rotulo="O que se diz">'
            f'<span class="id">{claim.claim_id}</span><q>{_inline(claim.said)}</q></th>'
            f'<td role="cell" class="medido" data-rotulo="O que se mede">{measured}'
            f"{self._sources_html(claim)}</td>"
            f'<td role="cell" class="veredito" data-rotulo="Veredito"><span>'
            f"{icon(claim.verdict)}{claim.verdict}</span></td></tr>"
        )

    def _sources(self, claim: Claim) -> list[tuple[str, str]]:
        """Lista rótulo e endereço de cada experimento e de cada referência."""
        labels = load_reference_labels()
        experiments = [
            (f"experimento {name}", self.card_links.get(name, ""))
            for name in claim.experiments
            if name in self.cards
        ]
        references = [
            (labels.get(key, key), f"{self.references_page}#{key}") for key in claim.references
        ]
        return experiments + references

    def _sources_html(self, claim: Claim) -> str:
        """Escreve as fontes, com enlace quando houver para onde ir."""
        links = [
            f'<a href="{escape(href)}">{escape(label)}</a>' if href else escape(label)
            for label, href in self._sources(claim)
        ]
        return f'<span class="fontes">{"; ".join(links)}</span>' if links else ""


def verdict_board(
    *claim_ids: str,
    experiments: Iterable[Experiment | Card] = (),
    card_links: Mapping[str, str] | None = None,
    references_page: str = REFERENCES_PAGE,
) -> VerdictBoard:
    """Monta o quadro «dito × medido» das afirmações dadas, na ordem dada.

    Nada é lido do disco: o quadro mostra o que esta execução mediu. Uma afirmação que não
    existe, que se repete ou que ainda não tem veredito é :class:`ValueError`; um texto
    que pede um número que nenhum dos experimentos mediu é :class:`KeyError`.

    Args:
        *claim_ids: identificadores, como ``"S1-27"``.
        experiments: experimentos já medidos (ou seus cartões), cujos números entram nos
            textos.
        card_links: endereço de cada cartão; ``None`` aponta para a própria página.
        references_page: endereço da página de referências.

    Returns:
        O quadro; deixe-o como último valor da célula.

    Example:
        >>> verdict_board("S1-15").summary()
        '1 afirmação: 1 parcial'
    """
    cards = {card.card_id: card for card in map(_as_card, experiments)}
    return VerdictBoard(
        claims=_chosen(claim_ids),
        cards=cards,
        card_links=card_links if card_links is not None else {name: f"#{name}" for name in cards},
        references_page=references_page,
    )


def _as_card(item: Experiment | Card) -> Card:
    """Aceita o experimento ou o cartão que ele fechou."""
    return item.card() if isinstance(item, Experiment) else item


def _chosen(claim_ids: tuple[str, ...]) -> tuple[Claim, ...]:
    """Busca as afirmações, exigindo que existam e tenham veredito."""
    claims = load_claims()
    if not claim_ids or len(set(claim_ids)) != len(claim_ids):
        raise ValueError(
            f"o quadro recebeu {list(claim_ids)}. Passe ao menos uma afirmação, sem repetir."
        )
    for claim_id in claim_ids:
        if claim_id not in claims:
            raise ValueError(
                f"a afirmação {claim_id!r} não existe. Os identificadores são os de "
                "coursekit/evidence/claims.csv, como S1-27."
            )
        if claims[claim_id].verdict in {"", EDITORIAL}:
            raise ValueError(
                f"a afirmação {claim_id} ainda não tem veredito. Meça-a ou cite a fonte, e "
                "preencha a coluna verdict de coursekit/evidence/claims.csv."
            )
    return tuple(claims[claim_id] for claim_id in claim_ids)


def _inline(text: str) -> str:
    """Escapa o texto; o que está entre crases vira código, e entre asteriscos, ênfase."""
    coded = _CODE.sub(r"<code>\1</code>", escape(text, quote=False))
    return _EMPHASIS.sub(r"<em>\1</em>", coded)


def _bold(number: str) -> str:
    """Destaca um número vindo da execução."""
    return f"<b>{escape(number)}</b>"
