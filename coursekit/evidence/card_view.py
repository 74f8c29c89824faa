"""O cartão de um experimento como o leitor o vê."""

from html import escape

from coursekit.evidence.card import Card
from coursekit.evidence.formatting import format_seeds
from coursekit.evidence.measurement import Measurement
from coursekit.evidence.theme import icon, themed_variables

_SCOPE = "section.cartao-experimento"

_STYLE = f"""<style>
{themed_variables(_SCOPE)}
{_SCOPE}{{color:var(--q-ink);border:1px solid var(--q-hairline);
border-top:3px solid var(--q-primary);
border-radius:6px;background:var(--q-surface);padding:.75rem 1rem;margin:1rem 0;max-width:46rem;
line-height:1.45;
font-size:.94em;container-type:inline-size;overflow-wrap:break-word}}
{_SCOPE} p{{margin:.2rem 0}}
{_SCOPE} .titulo{{font-weight:600;font-size:1.06em}}
{_SCOPE} .codigo{{font-variant-numeric:tabular-nums;color:var(--q-primary);margin-right:.5em}}
{_SCOPE} .dados{{color:var(--q-muted);font-size:.92em}}
{_SCOPE} table.medidas{{width:100%;border-collapse:collapse;border:0;margin:.6rem 0 .4rem;
table-layout:auto;font-size:1em;color:inherit}}
{_SCOPE} table.medidas tbody tr,{_SCOPE} table.medidas thead tr{{background:none;
border-bottom:1px solid var(--q-hairline)}}
{_SCOPE} table.medidas th,{_SCOPE} table.medidas td{{text-align:left;vertical-align:top;
padding:.35em .6em .35em 0;border:0;font-weight:400;color:inherit;white-space:normal;
max-width:none}}
{_SCOPE} table.medidas thead th{{color:var(--q-muted);font-size:.86em}}
{_SCOPE} table.medidas td.valor{{font-weight:600;font-variant-numeric:tabular-nums}}
{_SCOPE} table.medidas td small{{display:block;font-weight:400;color:var(--q-muted)}}
{_SCOPE} .resultado{{color:var(--q-confirmado);white-space:nowrap;font-weight:600}}
{_SCOPE} .resultado.nao{{color:var(--q-refutado)}}
{_SCOPE} .resultado svg{{vertical-align:-.15em;margin-right:.3em}}
@container (max-width:30rem){{
{_SCOPE} table.medidas thead{{position:absolute;width:1px;height:1px;overflow:hidden;
clip-path:inset(50%)}}
{_SCOPE} table.medidas,{_SCOPE} table.medidas tbody,{_SCOPE} table.medidas tr,
{_SCOPE} table.medidas th,{_SCOPE} table.medidas td{{display:block}}
{_SCOPE} table.medidas th,{_SCOPE} table.medidas td{{padding:.12em 0}}
{_SCOPE} table.medidas tbody tr{{padding:.4em 0}}}}
</style>"""

_HEAD = "".join(
    f'<th role="columnheader" scope="col">{title}</th>'
    for title in ("Medida", "Valor", "Limiar", "Resultado")
)


def card_html(card: Card) -> str:
    """Desenha o cartão: medidas, limiares, sementes e dados.

    Args:
        card: cartão de um experimento executado.

    Returns:
        Uma ``<section>`` com o identificador do experimento; nada nela muda de uma
        execução para outra (segundos e versões ficam só no JSON).
    """
    rows = "\n".join(_row(item) for item in card.measurements)
    return (
        f'<section class="cartao-experimento" id="{escape(card.card_id)}" '
        f'aria-label="Cartão do experimento {escape(card.card_id)}">{_STYLE}\n'
        f'<p class="titulo"><span class="codigo">{escape(card.card_id)}</span>'
        f"{escape(card.title)}</p>\n"
        f'<table class="medidas" role="table"><thead role="rowgroup"><tr role="row">{_HEAD}</tr>'
        f'</thead>\n<tbody role="rowgroup">\n{rows}\n</tbody></table>\n'
        f'<p class="dados"><b>Dados:</b> {escape(card.data)}. <b>Sementes:</b> {_seeds(card)}.</p>'
        "\n</section>"
    )


def _row(item: Measurement) -> str:
    """Escreve a linha de uma medida."""
    verdict, word, css = (
        ("confirmado", "satisfeito", "resultado")
        if item.passed
        else ("refutado", "não satisfeito", "resultado nao")
    )
    everyone = " em cada semente" if item.every_seed else ""
    return (
        f'<tr role="row"><th role="rowheader" scope="row">{escape(item.label)}</th>'
        f'<td role="cell" class="valor">{escape(item.shown_value)}{_points(item)}</td>'
        f'<td role="cell">{escape(item.shown_threshold)}{everyone}</td>'
        f'<td role="cell"><span class="{css}">{icon(verdict)}{word}</span></td></tr>'
    )


def _points(item: Measurement) -> str:
    """Mostra todos os pontos, um por semente; se todos se escrevem igual, uma vez só."""
    points = item.shown_points
    if not points or item.timing:
        return ""
    if len(points) > 2 and len(set(points)) == 1:
        return f"<small>{points[0]} em cada uma das {len(points)} sementes</small>"
    return f"<small>por semente: {' · '.join(points)}</small>"


def _seeds(card: Card) -> str:
    """Lista as sementes, ou diz que não há sorteio."""
    return format_seeds(card.seeds) or "nenhuma (não há sorteio)"
