"""Folha de cores do site, escrita a partir da paleta de ``coursekit``: uma fonte só."""

from coursekit.plotting.palette import DARK, LIGHT, Theme, css_variables


def block(selector: str, theme: Theme) -> str:
    """Uma regra CSS com todas as variáveis da variante."""
    lines = [f"  {name}: {color};" for name, color in css_variables(theme).items()]
    return "\n".join([f"{selector} {{", f"  color-scheme: {theme.name};", *lines, "}"])


def render() -> str:
    """Escreve a folha inteira: clara por padrão, escura por escolha ou pelo sistema.

    Returns:
        CSS com as variáveis ``--curso-*``; sem JavaScript vale a preferência do sistema,
        e no papel vale sempre a variante clara.
    """
    light = block(":root", LIGHT)
    dark = block('html[data-theme="dark"]', DARK)
    automatic = block("html:not([data-theme])", DARK)
    paper = block('html, html[data-theme="dark"]', LIGHT)
    return (
        "/* Gerado de coursekit/plotting/palette.py: mude lá. */\n"
        f"{light}\n{dark}\n"
        f"@media (prefers-color-scheme: dark) {{\n{automatic}\n}}\n"
        f"@media print {{\n{paper}\n}}\n"
    )
