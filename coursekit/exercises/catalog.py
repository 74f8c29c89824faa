"""O catálogo: que exercícios existem, e que conferências cada um tem."""

from difflib import get_close_matches
from importlib import import_module

from coursekit.exercises.report import Check, Report, run_checks, with_id

__all__ = ["EXERCISES", "check", "checks_for"]

EXERCISES: dict[str, str] = {
    "01-1": "a divisão ótima para outra validade",
    "01-2": "a operação N, escrita por você",
    "01-3": "que tela não salta?",
    "01-4": "a acurácia com doze pixels",
    "01-5": "o que o farol «deixa no escuro»",
    "02-1": "consertar a saída rotulada errado",
    "02-2": "quantos diminuem?",
    "02-3": "ponderar, em uma função",
    "02-4": "o 5 e o sinal de maior ou igual",
    "02-5": "o limiar recebe gradiente?",
    "03-1": "um softmax que não estoura",
    "03-2": "a entropia quando a temperatura cresce",
    "03-3": "a variância de um produto escalar",
    "03-4": "o teto do peso quando o escore tem limite",
    "03-5": "sparsemax: zeros de verdade",
    "04-1": "regressão por núcleo é atenção",
    "04-2": "a largura, deixando um de fora",
    "04-3": "atenção aditiva, com máscara",
    "04-4": "a memória que a aditiva pede",
    "04-5": "quando a busca suave vira dicionário",
    "04-6": "dentro do envelope convexo",
    "05-1": "um passo da rede recorrente",
    "05-2": "a retropropagação no tempo, à mão",
    "05-3": "quantos parâmetros, em qualquer comprimento",
    "05-4": "reescrever uma definição popular",
    "05-5": "a retropropagação truncada",
    "06-1": "o fator por passo",
    "06-2": "o recorte por norma",
    "06-3": "o recorte cura o desvanecimento?",
    "06-4": "a direção, depois de cada recorte",
    "06-5": "sortear uma matriz ortogonal",
    "07-1": "a célula LSTM",
    "07-2": "contar parâmetros em duas bibliotecas",
    "07-3": "meio, noventa e nove vezes",
    "07-4": "o viés de esquecimento e a memória",
    "07-5": "uma sigla mal traduzida",
    "07-6": "a GRU tem três quartos dos parâmetros?",
    "08-1": "consertar a receita bidirecional",
    "08-2": "inverter no tempo, cada um no seu comprimento",
    "08-3": "o erro de esquecer a máscara",
    "08-4": "a média mascarada",
    "08-5": "bidirecional serve para gerar?",
    "08-6": "a receita de oito passos, funcionando",
    "14-1": "cinco defeitos, cinco medidas",
    "14-2": "o teto da tangente",
    "14-3": "a versão corrigida, que reabre",
    "14-4": "quanto cada pilha enxerga",
    "14-5": "por que 75%?",
    "14-6": "um diagrama que se desenha",
    "15-1": "várias cabeças",
    "15-2": "não ver o futuro",
    "15-3": "quantos parâmetros",
    "15-4": "girar conforme a posição",
    "15-5": "por que [x, x] devolve x?",
    "15-6": "medir a equivariância",
    "17-1": "a janela, em blocos",
    "17-2": "quanto é quadrático",
    "17-3": "quantas camadas para ligar tudo",
    "17-4": "do denso à janela, sem treinar de novo",
    "17-5": "reescrever uma frase",
    "17-6": "contar pares",
}
"""Identificador → título, na ordem dos capítulos."""


def check(exercise_id: str, answer: object) -> Report:
    """Corrige a resposta de um exercício.

    Args:
        exercise_id: identificador, como ``"03-2"``.
        answer: a resposta: número, tabela, dicionário ou função, conforme o enunciado.

    Returns:
        O relatório; mostra-se sozinho no fim da célula.

    Raises:
        ValueError: se o exercício não existir. Erros da resposta nunca levantam exceção.

    Example:
        >>> check("03-3", None)
        Exercício 03-3. Exercício ainda não feito.
        >>> check("03-3", 300).passed
        True
    """
    checks = checks_for(exercise_id)
    return with_id(run_checks(answer, checks), exercise_id)


def checks_for(exercise_id: str) -> tuple[Check, ...]:
    """Monta as conferências de um exercício.

    Args:
        exercise_id: identificador, como ``"03-2"``.

    Returns:
        As conferências, da mais fácil à mais difícil.

    Raises:
        ValueError: se o exercício não existir.

    Example:
        >>> len(checks_for("03-1")) > 3
        True
    """
    if exercise_id not in EXERCISES:
        close = get_close_matches(str(exercise_id)[:20], EXERCISES, n=3, cutoff=0.5)
        suggestion = f" Você quis dizer {' ou '.join(close)}?" if close else ""
        raise ValueError(
            f"não há exercício {str(exercise_id)[:20]!r}.{suggestion} "
            f"Os exercícios são {', '.join(EXERCISES)}."
        )
    module = import_module(f"coursekit.exercises.chapter{exercise_id[:2]}")
    checks: tuple[Check, ...] = module.CHECKS[exercise_id]()
    return checks
