"""As duas edições dos exercícios: com a solução, e com a lacuna no lugar dela."""

import ast
import re
import textwrap
from collections.abc import Sequence
from typing import Any

from coursekit.authoring.source import SOLUTION_END, SOLUTION_START

_BLOCK = re.compile(
    rf"^(?P<indent>[ ]*){re.escape(SOLUTION_START)}[ ]*\n(?P<body>.*?)"
    rf"^[ ]*{re.escape(SOLUTION_END)}[ ]*$\n?",
    re.MULTILINE | re.DOTALL,
)
_CHECK = re.compile(r"check\(\s*[\"'](?P<exercise>\d{2}-\d+)[\"']")


def solved_cell(source: str) -> str:
    r"""Tira os marcadores e deixa a solução.

    Args:
        source: código de uma célula ``exercicio``.

    Returns:
        O código, sem as duas linhas de marcação.

    Example:
        >>> solved_cell("# <solução>\nresposta = 3\n# </solução>")
        'resposta = 3'
    """
    return _BLOCK.sub(lambda match: match["body"], source).rstrip("\n")


def stub_cell(source: str) -> str:
    r"""Troca cada solução por uma lacuna que não derruba o caderno.

    Dentro de uma função, a lacuna é ``raise NotImplementedError``; fora, cada nome que a
    solução definia recebe ``None``.

    Args:
        source: código de uma célula ``exercicio``.

    Returns:
        O código que o estudante recebe.

    Raises:
        ValueError: se não houver exatamente um par de marcadores por lacuna, ou se uma
            solução fora de função não definir nenhum nome.

    Example:
        >>> print(stub_cell("# <solução>\nresposta = 3\n# </solução>"))
        # escreva aqui
        resposta = None
    """
    starts, ends = source.count(SOLUTION_START), source.count(SOLUTION_END)
    found = len(_BLOCK.findall(source))
    if not starts or starts != ends or found != starts:
        raise ValueError(
            f"a célula tem {starts} «{SOLUTION_START}» e {ends} «{SOLUTION_END}», em {found} "
            "blocos. Cada solução fica entre as duas marcas, sozinhas em suas linhas."
        )
    return _BLOCK.sub(lambda match: _gap(match["indent"], match["body"]), source).rstrip("\n")


def edition_cells(cells: Sequence[dict[str, Any]], *, solved: bool) -> list[dict[str, Any]]:
    """Monta as células de uma edição dos exercícios.

    Args:
        cells: células da fonte.
        solved: ``True`` para a edição resolvida, ``False`` para a do estudante.

    Returns:
        Células novas; as que não são ``exercicio`` passam como estão, e as ``solucao`` só
        entram na edição resolvida.

    Raises:
        ValueError: se um exercício não for seguido da célula que o confere.
    """
    edited = []
    for position, cell in enumerate(cells):
        if "solucao" in cell["metadata"].get("tags", ()) and not solved:
            continue
        if "exercicio" not in cell["metadata"].get("tags", ()):
            edited.append(cell)
            continue
        following = cells[position + 1]["source"] if position + 1 < len(cells) else ""
        if not _CHECK.search(following):
            raise ValueError(
                f"o exercício da célula {position} não é seguido da conferência. Ponha logo "
                'depois uma célula com check("NN-k", resposta).'
            )
        rewrite = solved_cell if solved else stub_cell
        edited.append(cell | {"source": rewrite(cell["source"])})
    return edited


def _gap(indent: str, body: str) -> str:
    """Escreve a lacuna que substitui uma solução."""
    if indent:
        lines = ["# escreva aqui", "raise NotImplementedError"]
    else:
        lines = ["# escreva aqui", *(f"{name} = None" for name in _defined_names(body))]
    return "".join(f"{indent}{line}\n" for line in lines)


def _defined_names(body: str) -> list[str]:
    """Lista os nomes que a solução define, na ordem."""
    names: list[str] = []
    for statement in ast.parse(textwrap.dedent(body)).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
            raise ValueError(
                "a solução fora de função tem def, class ou import. Deixe a assinatura fora das "
                "marcas, para que o estudante a receba, e marque só o corpo."
            )
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        targets = [statement.target] if isinstance(statement, ast.AnnAssign) else targets
        names += [
            node.id
            for target in targets
            for node in ast.walk(target)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ]
    if not names:
        raise ValueError(
            "a solução fora de função não define nenhum nome. Ela precisa atribuir a resposta, "
            "como em resposta = …"
        )
    return list(dict.fromkeys(names))
