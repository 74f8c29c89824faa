"""As células que o livro acrescenta: o cabeçalho e a preparação do ambiente."""

from typing import Any

from coursekit.authoring.project import Edition, Repository
from coursekit.authoring.source import Source
from coursekit.authoring.timings import spoken_seconds

_INSTALL = """\
# Prepara o ambiente no Colab. Onde o coursekit já está instalado, não faz nada.
import importlib
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("coursekit") is None:
    requirement = "{requirement}"
    pip_install = [sys.executable, "-m", "pip", "install", "--quiet", requirement]
    subprocess.run(pip_install, check=True)
    importlib.invalidate_caches()"""


def requirement_for(repository: Repository) -> str:
    """Devolve o requisito do pip que instala o ``coursekit`` do repositório público.

    Args:
        repository: endereço e ramo.

    Returns:
        Requisito no formato do pip.

    Example:
        >>> requirement_for(Repository("https://example.org/dono/curso", "main"))
        'coursekit @ git+https://example.org/dono/curso@main'
    """
    return f"coursekit @ git+{repository.url}@{repository.branch}"


def install_cell(requirement: str) -> dict[str, Any]:
    """Monta a célula que instala o ``coursekit`` onde ele falta.

    Args:
        requirement: o que o pip deve instalar; nos testes, o caminho de uma roda.

    Returns:
        Célula de código em Python puro, escondida no site pela tag ``remove-cell``.

    Raises:
        ValueError: se o requisito tiver aspas, barra invertida ou quebra de linha.

    Example:
        >>> "find_spec" in install_cell("coursekit")["source"]
        True
    """
    if any(character in requirement for character in '"\\\n'):
        raise ValueError(
            f"requisito {requirement!r} não cabe na célula de instalação. "
            "Use um nome, um endereço git+https ou um caminho com barras normais."
        )
    return {
        "cell_type": "code",
        "source": _INSTALL.replace("{requirement}", requirement),
        "metadata": {"tags": ["remove-cell"]},
    }


def header_cell(
    source: Source, edition: Edition, repository: Repository, seconds: float | None
) -> dict[str, Any]:
    """Monta a primeira célula: título, portas de entrada, objetivos e requisitos.

    Args:
        source: fonte lida.
        edition: caderno que está sendo gerado.
        repository: endereço público, de onde derivam os enlaces.
        seconds: tempo de processador medido, em s; ``None`` se ainda não foi medido.

    Returns:
        Célula de Markdown comum, sem diretiva alguma.
    """
    titles = {
        "capitulo": source.title,
        "exercicio": source.title,
        "solucao": f"{source.title}: soluções",
    }
    parts = [f"# {titles[edition.kind]}", _doors(edition, repository, seconds)]
    if source.objectives and edition.kind == "capitulo":
        items = "\n".join(f"- {item}" for item in source.objectives)
        parts.append(f"**Ao final deste capítulo, você vai saber:**\n\n{items}")
    if source.requirements and edition.kind == "capitulo":
        needs = " ".join(source.requirements)
        parts.append(f"**Antes de começar:** {needs}")
    return {"cell_type": "markdown", "source": "\n\n".join(parts), "metadata": {}}


def _doors(edition: Edition, repository: Repository, seconds: float | None) -> str:
    """Escreve a linha de portas de entrada e o tempo medido."""
    folder = "" if edition.kind == "capitulo" else f"{edition.target.parent.name}/"
    path = f"notebooks/{folder}{edition.slug}.ipynb"
    colab = f"https://colab.research.google.com/github/{repository.slug}/blob/{repository.branch}"
    doors = [
        f"[Abrir no Colab]({colab}/{path})",
        f"[Baixar este caderno]({repository.url}/raw/{repository.branch}/{path})",
    ]
    doors += [f"[{label}]({target})" for label, target in _neighbours(edition)]
    if seconds is not None:
        doors.append(f"tempo medido: {spoken_seconds(seconds)}")
    return " · ".join(doors)


def _neighbours(edition: Edition) -> list[tuple[str, str]]:
    """Lista as outras edições do mesmo capítulo, com o caminho relativo."""
    name = f"{edition.slug}.ipynb"
    if edition.kind == "capitulo":
        has_exercises = (edition.source.parents[1] / "exercicios" / f"{edition.slug}.md").is_file()
        return [("Exercícios", f"exercicios/{name}")] if has_exercises else []
    if edition.kind == "exercicio":
        return [("Capítulo", f"../{name}"), ("Soluções", f"../solucoes/{name}")]
    return [("Capítulo", f"../{name}"), ("Exercícios", f"../exercicios/{name}")]
