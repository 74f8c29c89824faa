"""Cores do curso: petróleo, terracota, neutros de papel e os quatro vereditos.

Duas variantes, :data:`LIGHT` e :data:`DARK`, com os mesmos papéis. Figuras, widgets,
quadro «dito × medido» e folha de estilo do site leem daqui; nenhuma cor é escrita em
outro lugar. Garantias conferidas por teste, nas duas variantes:

- ``ink``, ``muted``, ``primary``, ``accent`` e os vereditos contrastam ao menos 4,5 com
  ``background`` e ``surface`` (são cores de texto);
- cada veredito contrasta ao menos 4,5 com o seu próprio fundo tingido;
- ``line``, ``focus`` e todas as cores de ``series`` contrastam ao menos 3 com
  ``background`` e ``surface`` (são traços de figura);
- vereditos e séries continuam distintos com visão protanópica, deuteranópica,
  tritanópica e em tons de cinza.

A cor nunca fala sozinha: veredito leva ícone e palavra; série leva marcador ou traço.
"""

from dataclasses import dataclass

from coursekit.plotting.colorimetry import mix

__all__ = ["DARK", "LIGHT", "SEQUENTIAL", "VERDICTS", "Theme", "css_variables", "css_verdict_name"]

VERDICTS = ("confirmado", "parcial", "refutado", "sem apoio")
"""Os quatro vereditos, na ordem em que aparecem em legendas."""

SEQUENTIAL = ("#f8f1e5", "#b6d4c4", "#7ab4b1", "#42939c", "#0d7183", "#034f60", "#00303d")
"""Âncoras do mapa sequencial dos pesos, do papel (0) ao petróleo escuro (máximo)."""


@dataclass(frozen=True)
class Theme:
    """Uma variante completa da paleta; toda cor é texto ``#rrggbb``.

    Attributes:
        name: ``"light"`` ou ``"dark"``.
        background: fundo da página.
        surface: fundo de cartões e figuras interativas, um degrau acima da página.
        sunken: fundo de trilhos e faixas, um degrau abaixo.
        ink: texto.
        muted: texto secundário e rótulos de eixo.
        line: traço que informa (eixos, contornos de controle).
        hairline: traço só decorativo (grade, divisórias); não precisa de contraste.
        primary: petróleo, a cor dos pesos e das ligações.
        primary_soft: petróleo diluído, para preenchimentos grandes.
        on_primary: texto sobre ``primary``.
        accent: terracota, a cor do que se move ou se destaca.
        accent_soft: terracota diluída, para preenchimentos grandes.
        on_accent: texto sobre ``accent``.
        focus: contorno do foco do teclado.
        confirmed: veredito «confirmado».
        partial: veredito «parcial».
        refuted: veredito «refutado».
        unsupported: veredito «sem apoio».
        series: cores de séries, na ordem de uso.
    """

    name: str
    background: str
    surface: str
    sunken: str
    ink: str
    muted: str
    line: str
    hairline: str
    primary: str
    primary_soft: str
    on_primary: str
    accent: str
    accent_soft: str
    on_accent: str
    focus: str
    confirmed: str
    partial: str
    refuted: str
    unsupported: str
    series: tuple[str, ...]

    def verdict(self, verdict: str) -> str:
        """Devolve a cor de um veredito.

        Args:
            verdict: ``"confirmado"``, ``"parcial"``, ``"refutado"`` ou ``"sem apoio"``.

        Returns:
            Cor ``#rrggbb``, legível como texto sobre ``background``.

        Raises:
            ValueError: se ``verdict`` não for um dos quatro.

        Example:
            >>> LIGHT.verdict("refutado")
            '#7e1427'
        """
        colors = (self.confirmed, self.partial, self.refuted, self.unsupported)
        if verdict not in VERDICTS:
            raise ValueError(
                f"Veredito {verdict!r} desconhecido; aceito {', '.join(VERDICTS)}. "
                "Confira a grafia, em minúsculas."
            )
        return colors[VERDICTS.index(verdict)]

    def verdict_tint(self, verdict: str) -> str:
        """Devolve o fundo claro de um veredito, sobre o qual a sua cor é legível.

        Args:
            verdict: ``"confirmado"``, ``"parcial"``, ``"refutado"`` ou ``"sem apoio"``.

        Returns:
            Cor ``#rrggbb`` com contraste de pelo menos 4,5 para ``verdict(verdict)``.

        Raises:
            ValueError: se ``verdict`` não for um dos quatro.

        Example:
            >>> LIGHT.verdict_tint("refutado")
            '#f5ecee'
        """
        return mix(self.surface, self.verdict(verdict), 0.08)


LIGHT = Theme(
    name="light",
    background="#fbf9f4",
    surface="#ffffff",
    sunken="#f1ede3",
    ink="#14242c",
    muted="#4b5a62",
    line="#85807a",
    hairline="#ddd7ca",
    primary="#0b4a5b",
    primary_soft="#d7e5e8",
    on_primary="#ffffff",
    accent="#a8431d",
    accent_soft="#f6e2d6",
    on_accent="#ffffff",
    focus="#a8431d",
    confirmed="#005c45",
    partial="#956300",
    refuted="#7e1427",
    unsupported="#565f6d",
    series=("#00495a", "#b1522b", "#b88722", "#6e4889", "#2c8d8f"),
)
"""A variante clara: tinta e petróleo sobre papel."""

DARK = Theme(
    name="dark",
    background="#10191e",
    surface="#1a252b",
    sunken="#0b1216",
    ink="#ece8df",
    muted="#aeb9bf",
    line="#7b8890",
    hairline="#2d3a41",
    primary="#7ecce2",
    primary_soft="#1f3f49",
    on_primary="#0b1216",
    accent="#f19166",
    accent_soft="#4a2f23",
    on_accent="#0b1216",
    focus="#f9d684",
    confirmed="#63deb6",
    partial="#ffdb95",
    refuted="#f27f76",
    unsupported="#aab6c3",
    series=("#7ecce2", "#f19166", "#f9d684", "#ad83c9", "#1f9296"),
)
"""A variante escura: os mesmos papéis sobre azul-noite."""


def css_verdict_name(verdict: str) -> str:
    """Devolve o nome de um veredito em identificadores CSS (``"sem apoio"`` → ``"sem-apoio"``).

    Args:
        verdict: um dos quatro vereditos.

    Returns:
        O veredito com hífen no lugar do espaço.

    Raises:
        ValueError: se ``verdict`` não for um dos quatro.

    Example:
        >>> css_verdict_name("sem apoio")
        'sem-apoio'
    """
    LIGHT.verdict(verdict)
    return verdict.replace(" ", "-")


def css_variables(theme: Theme) -> dict[str, str]:
    """Devolve a paleta como variáveis CSS, para o site e as saídas HTML.

    Os nomes são ``--curso-`` seguido do papel (``--curso-primary-soft``), dos vereditos
    (``--curso-confirmado``, ``--curso-confirmado-fundo``…) e das séries
    (``--curso-serie-1``…).

    Args:
        theme: :data:`LIGHT` ou :data:`DARK`.

    Returns:
        Nome da variável → cor ``#rrggbb``, em ordem fixa.

    Example:
        >>> css_variables(LIGHT)["--curso-primary"]
        '#0b4a5b'
        >>> css_variables(DARK)["--curso-sem-apoio"]
        '#aab6c3'
    """
    roles = (
        *("background", "surface", "sunken", "ink", "muted", "line", "hairline"),
        *("primary", "primary_soft", "on_primary", "accent", "accent_soft", "on_accent", "focus"),
    )
    variables = {f"--curso-{role.replace('_', '-')}": getattr(theme, role) for role in roles}
    for verdict in VERDICTS:
        name = f"--curso-{css_verdict_name(verdict)}"
        variables[name] = theme.verdict(verdict)
        variables[f"{name}-fundo"] = theme.verdict_tint(verdict)
    for number, color in enumerate(theme.series, start=1):
        variables[f"--curso-serie-{number}"] = color
    return variables
