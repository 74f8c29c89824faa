"""A moldura comum: uma figura interativa que leva consigo estilo, dados e programa.

O Python desenha o estado inicial inteiro (serve sem JavaScript, no PDF e no caderno não
confiável); o JavaScript só atualiza elementos que já existem, achados por ``data-role``.
A figura encontra a si mesma por ``document.currentScript`` e, onde ele é nulo, pela
primeira figura do mesmo tipo ainda não iniciada: duas cópias na página funcionam.
"""

import json
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from coursekit.plotting.palette import DARK, LIGHT, Theme, css_variables
from coursekit.widgets.markup import Markup, tag

__all__ = ["Widget"]

Config = dict[str, object]

STATIC_NOTE = (
    "Esta é a posição inicial. Para mover os controles, execute a célula "
    "(no JupyterLab ou no Colab) ou ative o JavaScript do navegador."
)


@dataclass(frozen=True)
class Widget:
    """Uma figura interativa pronta para mostrar: basta ser o último valor da célula.

    Attributes:
        kind: nome do programa em ``scripts/`` que anima a figura.
        title: título visível.
        body: HTML do estado inicial, montado só com :func:`~coursekit.widgets.markup.tag`.
        summary: frase que resume o estado inicial; é atualizada e lida por leitores de tela.
        config: dados que o programa recebe, exprimíveis em JSON.
        eyebrow: palavra curta acima do título.
        parts: nomes de trechos comuns em ``scripts/`` e ``styles/`` que a figura usa.
    """

    kind: str
    title: str
    body: Markup
    summary: str
    config: Config = field(default_factory=dict)
    eyebrow: str = "experimente"
    parts: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Descreve a figura em texto, para terminais e leitores sem HTML."""
        return f"[figura interativa: {self.title}] {self.summary}"

    def _repr_html_(self) -> str:
        """Devolve a figura em HTML; duas chamadas dão o mesmo texto."""
        note = tag("p", {"class": "cw-note", "data-role": "static"}, STATIC_NOTE)
        return tag(
            "figure",
            {
                "class": f"curso-widget cw-{self.kind.replace('_', '-')}",
                "data-curso": self.kind,
                "data-config": _dump(self.config),
                "lang": "pt-BR",
                # O JupyterLab usa setas e Enter como atalhos; assim ele os deixa para a figura.
                "data-lm-suppress-shortcuts": "true",
            },
            tag("style", None, stylesheet(*self.parts, self.kind)),
            self._caption(),
            self.body,
            self._live_summary(),
            note,
            tag("script", None, program(self.kind, *self.parts)),
        )

    def _caption(self) -> Markup:
        """Monta o título, com a palavra curta acima."""
        eyebrow = tag("span", {"class": "cw-eyebrow"}, self.eyebrow)
        title = tag("span", {"class": "cw-title"}, self.title)
        return tag("figcaption", {"class": "cw-caption"}, eyebrow, " ", title)

    def _live_summary(self) -> Markup:
        """Monta a frase que o leitor de tela ouve a cada mudança; vazia, não aparece."""
        if not self.summary:
            return Markup("")
        role = {"class": "cw-summary", "data-role": "summary", "aria-live": "polite"}
        return tag("p", role, self.summary)


def _dump(config: Config) -> str:
    """Escreve os dados em JSON estável; recusa nan e infinito."""
    return json.dumps(config, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


@cache
def program(kind: str, *parts: str) -> Markup:
    """Junta o núcleo comum e o programa de um tipo de figura, sem nomes globais.

    Args:
        kind: nome do arquivo em ``scripts/``, sem a extensão.
        *parts: trechos de ``scripts/`` que algumas figuras dividem; os que não têm programa,
            só estilo, são pulados.

    Returns:
        JavaScript pronto para um elemento ``<script>``.

    Raises:
        FileNotFoundError: se não houver programa com esse nome.

    Example:
        >>> program("softmax_temperature").startswith("(() => {")
        True
    """
    shared = [_read("scripts", f"{part}.js") for part in parts if _exists("scripts", f"{part}.js")]
    pieces = [_read("scripts", "core.js"), *shared, _read("scripts", f"{kind}.js")]
    return Markup("(() => {\n" + "\n".join(['"use strict";', *pieces]) + "\n})();")


@cache
def stylesheet(*parts: str) -> Markup:
    """Monta a folha de estilo da figura, com as cores da paleta clara e da escura.

    Args:
        *parts: folhas de ``styles/`` que completam a comum; nomes sem folha são pulados.

    Returns:
        CSS cujos seletores começam todos por ``.curso-widget``.

    Example:
        >>> "--curso-primary:#0b4a5b" in stylesheet()
        True
    """
    light, dark = (f"{{color-scheme:{t.name};{_declare(t)}}}" for t in (LIGHT, DARK))
    by_page = (
        'html[data-theme="dark"] .curso-widget,'
        'body[data-jp-theme-light="false"] .curso-widget,'
        'html[theme="dark"] .curso-widget'
    )
    by_system = (
        'html:not([data-theme="light"]):not([theme="light"]) '
        'body:not([data-jp-theme-light="true"]) .curso-widget'
    )
    themes = (
        f".curso-widget{light}\n@media (prefers-color-scheme:dark){{{by_system}{dark}}}\n"
        f"{by_page}{dark}\n@media print{{html .curso-widget.curso-widget.curso-widget{light}}}\n"
    )
    # O JupyterLab e o tema do site estilizam ul, dl e legend com seletores de duas classes;
    # repetir a classe da figura faz estas regras vencerem sem !important.
    extra = [_read("styles", f"{part}.css") for part in parts if _exists("styles", f"{part}.css")]
    rules = "\n".join([_read("styles", "widget.css"), *extra]).replace(
        ".curso-widget", "figure.curso-widget.curso-widget"
    )
    return Markup(themes + rules)


def _declare(theme: Theme) -> str:
    """Escreve as variáveis CSS de um tema."""
    return ";".join(f"{name}:{value}" for name, value in css_variables(theme).items())


def _exists(folder: str, name: str) -> bool:
    """Diz se o pacote traz o arquivo."""
    return resources.files("coursekit.widgets").joinpath(folder, name).is_file()


def _read(folder: str, name: str) -> str:
    """Lê um arquivo de estilo ou programa que vem no pacote."""
    path = resources.files("coursekit.widgets").joinpath(folder, name)
    return path.read_text(encoding="utf-8").strip()
