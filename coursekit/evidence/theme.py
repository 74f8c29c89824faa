"""Cores e ícones dos quadros: a mesma paleta das figuras, em claro e escuro."""

from coursekit.plotting import palette

DARK_SELECTORS = (
    'html[data-theme="dark"]',
    'body[data-jp-theme-light="false"]',
    "html[theme=dark]",
)
_ROLES = (
    *("ink", "muted", "hairline", "primary", "surface"),
    *("confirmado", "parcial", "refutado", "sem-apoio"),
    *("confirmado-fundo", "parcial-fundo", "refutado-fundo", "sem-apoio-fundo"),
)

# Desenhos de 16 × 16, só traços: herdam a cor do texto e não dependem de fonte.
_CIRCLE = '<circle cx="8" cy="8" r="6.8"/>'
_ICON_PATHS = {
    "confirmado": f'{_CIRCLE}<path d="M4.8 8.3 7 10.5l4.3-4.8"/>',
    "parcial": f'{_CIRCLE}<path d="M8 1.2a6.8 6.8 0 0 1 0 13.6z" fill="currentColor"/>',
    "refutado": f'{_CIRCLE}<path d="m5.5 5.5 5 5m0-5-5 5"/>',
    "sem apoio": '<circle cx="8" cy="8" r="6.8" stroke-dasharray="2.6 2.2"/><path d="M5.2 8h5.6"/>',
}


def icon(verdict: str) -> str:
    """Desenha o ícone de um veredito, escondido dos leitores de tela.

    Args:
        verdict: ``confirmado``, ``parcial``, ``refutado`` ou ``sem apoio``.

    Returns:
        Um ``<svg>`` de 16 × 16; a palavra ao lado é que carrega o sentido.

    Example:
        >>> 'aria-hidden="true"' in icon("parcial")
        True
    """
    return (
        '<svg aria-hidden="true" focusable="false" width="16" height="16" viewBox="0 0 16 16" '
        'fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" '
        f'stroke-linejoin="round">{_ICON_PATHS[verdict]}</svg>'
    )


def themed_variables(scope: str) -> str:
    """Escreve as variáveis CSS das duas paletas, valendo só dentro de ``scope``.

    No site, que já define a paleta, valem as cores dele; no JupyterLab e no Colab, as
    que vêm aqui, em claro ou escuro conforme o tema.

    Args:
        scope: seletor do quadro, como ``section.cartao-experimento``.

    Returns:
        Regras CSS, uma para o claro e uma para os seletores de tema escuro.

    Example:
        >>> "html[theme=dark] section.x{" in themed_variables("section.x")
        True
    """
    dark_scope = ",\n".join(f"{selector} {scope}" for selector in DARK_SELECTORS)
    light, dark = _variables(palette.LIGHT), _variables(palette.DARK)
    return f"{scope}{{{light}}}\n{dark_scope}{{{dark}}}"


def _variables(theme: palette.Theme) -> str:
    """Escreve os papéis usados aqui, com a cor do site à frente da nossa."""
    colours = palette.css_variables(theme)
    return ";".join(
        f"--q-{role}:var(--curso-{role},{colours[f'--curso-{role}']})" for role in _ROLES
    )
