"""Um defeito achado: onde, o quê, e como resolver."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """Defeito ou aviso de uma conferência.

    Args:
        where: arquivo, e célula quando houver.
        what: o que está errado.
        remedy: o que fazer.
        is_error: ``False`` para aviso, que não reprova.
    """

    where: str
    what: str
    remedy: str
    is_error: bool = True

    def __str__(self) -> str:
        kind = "defeito" if self.is_error else "aviso"
        return f"[{kind}] {self.where}: {self.what} {self.remedy}"


def cell_place(file_name: str, number: int) -> str:
    """Escreve o lugar de uma célula: arquivo, posição e identificador.

    Args:
        file_name: nome do arquivo.
        number: posição da célula, a partir de 0.

    Returns:
        Texto curto para abrir a mensagem.

    Example:
        >>> cell_place("03-softmax.ipynb", 4)
        '03-softmax.ipynb, célula 4 (cel-04)'
    """
    return f"{file_name}, célula {number} (cel-{number:02d})"
