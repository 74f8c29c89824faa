"""Um livro em miniatura, para os testes: um capítulo, seus exercícios, duas referências."""

from pathlib import Path

from coursekit.authoring.project import Project

FRONT = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
titulo: "Ponderar"
capitulo: 2
objetivos:
  - calcular pesos;
  - normalizá-los.
requisitos:
  - tensores.
---
"""

CHAPTER = (
    FRONT
    + """
# Capítulo 2 · Ponderar

Uma média ponderada [@cherry1953some, p. 976].

```{code-cell} ipython3
import matplotlib.pyplot as plt

from coursekit.evidence import Experiment, verdict_board
```

```{code-cell} ipython3
---
mystnb:
  image:
    alt: "Uma reta que sobe da esquerda para a direita."
---
figure, ax = plt.subplots()
line = ax.plot([0, 1], [0, 1])
```

```{code-cell} ipython3
count = Experiment("E04", title="Contagem", data="sete números", seeds=[])
count.measure("count_equal", 4, equals=4, label="valores iguais")
count.measure("count_increased", 3, equals=3, label="valores maiores")
count.card()
```

```{code-cell} ipython3
verdict_board("S1-26", experiments=[count])
```
"""
)

EXERCISES = (
    FRONT
    + """
# Exercícios do capítulo 2

## Exercício 02-1: somar

```{code-cell} ipython3
:tags: [exercicio]

def add(left, right):
    \"\"\"Soma dois números.\"\"\"
    # <solução>
    total = left + right
    return total
    # </solução>
```

```{code-cell} ipython3

check = lambda exercise, answer: f"{exercise}: {answer is not None}"
check("02-1", add)
```

## Exercício 02-2: contar

```{code-cell} ipython3
:tags: [exercicio]

values = [3, 5]
# <solução>
answer = len(values)
# </solução>
```

```{code-cell} ipython3
check("02-2", answer)
```
"""
)

BIBLIOGRAPHY = """
@article{cherry1953some,
  author = {Cherry, E. Colin},
  title = {Some Experiments},
  year = {1953},
}

@inproceedings{cho2014learning,
  author = {Cho, Kyunghyun and van Merri{\\"e}nboer, Bart and Bengio, Yoshua},
  title = {Learning},
  year = {2014},
}
"""

LABELS = {"cherry1953some": "Cherry (1953)", "cho2014learning": "Cho et al. (2014)"}
URL = "https://example.org/dono/curso"


def write_book(root: Path, *, chapter: str = CHAPTER, exercises: str | None = EXERCISES) -> Project:
    """Escreve o livro em miniatura numa pasta."""
    for folder in ("capitulos", "exercicios", "_data"):
        (root / "book" / folder).mkdir(parents=True, exist_ok=True)
    (root / "_config.yml").write_text(
        f"title: Miniatura\nrepository:\n  url: {URL}/\n  branch: main\n", encoding="utf-8"
    )
    (root / "book" / "references.bib").write_text(BIBLIOGRAPHY, encoding="utf-8")
    (root / "book" / "capitulos" / "02-ponderar.md").write_text(chapter, encoding="utf-8")
    if exercises is not None:
        path = root / "book" / "exercicios" / "02-ponderar.md"
        path.write_text(exercises, encoding="utf-8")
    return Project(root)
