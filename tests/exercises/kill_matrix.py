"""Placar dos corretores: que respostas erradas cada exercício rejeita, e com a pista certa.

Uso: ``python tests/exercises/kill_matrix.py`` (código de saída 0 só se tudo morrer).
"""

import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """Uma resposta típica e o que o corretor fez dela."""

    exercise_id: str
    name: str
    killed: bool
    right_hint: bool


def rows():
    """Corrige todas as respostas erradas."""
    from coursekit.exercises import EXERCISES, check

    table = []
    for exercise_id in EXERCISES:
        answers = import_module(f"exercises.answers{exercise_id[:2]}")
        for wrong in answers.WRONG[exercise_id]:
            report = check(exercise_id, wrong.answer)
            hinted = report.hint is not None and wrong.hint in report.hint
            table.append(Row(exercise_id, wrong.name, not report.passed, hinted))
    return table


def main():
    """Mostra uma linha por exercício e o total; x marca o que escapou, h a pista trocada."""
    table = rows()
    for exercise_id in dict.fromkeys(row.exercise_id for row in table):
        mine = [row for row in table if row.exercise_id == exercise_id]
        marks = "".join("x" if not r.killed else "." if r.right_hint else "h" for r in mine)
        names = [r.name for r in mine if not (r.killed and r.right_hint)]
        escaped = f"  {'; '.join(names)}" if names else ""
        sys.stdout.write(f"{exercise_id}  {marks:<14}{escaped}\n")
    killed, hinted = sum(r.killed for r in table), sum(r.right_hint for r in table)
    sys.stdout.write(
        f"Rejeitadas {killed}/{len(table)}; com a pista certa {hinted}/{len(table)}.\n"
    )
    return 0 if killed == hinted == len(table) else 1


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    sys.exit(main())
