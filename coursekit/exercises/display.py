"""O relatório como quem estuda o vê: texto comum e HTML acessível, claro e escuro."""

from html import escape

from coursekit.exercises.report import Report
from coursekit.plotting import palette

__all__ = ["report_html", "report_text"]

_SCOPE = "div.correcao-exercicio"
_DARK_PARENTS = (
    'html[data-theme="dark"]',
    'body[data-jp-theme-light="false"]',
    "html[theme=dark]",
)
# Situação → veredito da paleta, palavra e traços do ícone (16 × 16, cor do texto).
_LOOKS = {
    "certo": ("confirmado", "Certo", '<path d="M4.8 8.3 7 10.5l4.3-4.8"/>'),
    "revise": ("refutado", "Ainda não", '<path d="m5.5 5.5 5 5m0-5-5 5"/>'),
    "por fazer": ("sem-apoio", "Por fazer", '<path d="M5.2 8h5.6"/>'),
}


def report_text(report: Report) -> str:
    """Escreve o relatório em texto comum.

    Args:
        report: relatório de uma correção.

    Returns:
        A mensagem, precedida do exercício quando ele é conhecido.

    Example:
        >>> report_text(Report(True, "Certo! 1 conferência passou.", "certo", exercise_id="03-1"))
        'Exercício 03-1. Certo! 1 conferência passou.'
    """
    prefix = f"Exercício {report.exercise_id}. " if report.exercise_id else ""
    return prefix + report.message


def report_html(report: Report) -> str:
    """Desenha o relatório com ícone, palavra e cor; leitores de tela o anunciam.

    Todo texto que veio de quem responde é escapado.

    Args:
        report: relatório de uma correção.

    Returns:
        Um ``<div role="status">`` com o seu próprio estilo.

    Example:
        >>> html = report_html(Report(False, "caso <b>", "revise"))
        >>> "&lt;b&gt;" in html, 'role="status"' in html
        (True, True)
    """
    verdict, word, strokes = _LOOKS[report.status]
    title = f"Exercício {report.exercise_id}: {word.lower()}" if report.exercise_id else word
    lines = "".join(f"<p>{_emphasized(line)}</p>" for line in report.message.split("\n"))
    return (
        f'<div class="correcao-exercicio {verdict}" role="status"><style>{_style()}</style>'
        f'<p class="titulo">{_icon(strokes)}<span>{escape(title)}</span></p>{lines}</div>'
    )


def _emphasized(line: str) -> str:
    """Escapa uma linha e põe em itálico a palavra que abre a pista."""
    start = "Reveja:"
    text = escape(line)
    return f"<em>{start}</em>{text[len(start) :]}" if text.startswith(start) else text


def _icon(strokes: str) -> str:
    """Desenha o ícone, escondido dos leitores de tela: a palavra ao lado diz o mesmo."""
    return (
        '<svg aria-hidden="true" focusable="false" width="16" height="16" viewBox="0 0 16 16" '
        'fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" '
        f'stroke-linejoin="round"><circle cx="8" cy="8" r="6.8"/>{strokes}</svg>'
    )


def _style() -> str:
    """Escreve o estilo: no site valem as cores dele; fora, as da paleta, claras ou escuras."""
    dark = ",".join(f"{parent} {_SCOPE}" for parent in _DARK_PARENTS)
    states = "".join(
        f"{_SCOPE}.{verdict}{{--cor:var(--q-{verdict});--fundo:var(--q-{verdict}-fundo)}}"
        for verdict, _, _ in _LOOKS.values()
    )
    return (
        f"{_SCOPE}{{{_variables(palette.LIGHT)}}}{dark}{{{_variables(palette.DARK)}}}{states}"
        f"{_SCOPE}{{color:var(--q-ink);background:var(--fundo);border-left:4px solid var(--cor);"
        "border-radius:4px;padding:.6rem .9rem;margin:.5rem 0;max-width:46rem;line-height:1.5;"
        "overflow-wrap:anywhere}"
        f"{_SCOPE} p{{margin:.15rem 0;color:inherit}}"
        f"{_SCOPE} .titulo{{color:var(--cor);font-weight:600}}"
        f"{_SCOPE} .titulo svg{{vertical-align:-.15em;margin-right:.4em}}"
    )


def _variables(theme: palette.Theme) -> str:
    """Escreve as cores usadas aqui, com a do site à frente da nossa."""
    colors = palette.css_variables(theme)
    roles = ["ink"]
    for verdict, _, _ in _LOOKS.values():
        roles += [verdict, f"{verdict}-fundo"]
    return ";".join(f"--q-{role}:var(--curso-{role},{colors[f'--curso-{role}']})" for role in roles)
