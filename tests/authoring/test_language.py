import pytest

from authoring.miniature import CHAPTER, FRONT, write_book
from coursekit.authoring.checks.language import (
    check_accents,
    check_spelling,
    check_variants,
    read_dictionary,
    read_variants,
)
from coursekit.authoring.checks.prose import (
    Passage,
    book_passages,
    code_texts,
    package_passages,
    plain_prose,
)

UNACCENTED = {"nao", "paragrafo", "porem"}


def words(problems):
    return [problem.what.split("»")[0].lstrip("«") for problem in problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Porem, o paragrafo nao basta.", ["Porem", "paragrafo", "nao"]),
        ("A atencao, as equacoes e os padroes.", ["atencao", "equacoes"]),
        ("variaveis e possiveis", ["variaveis", "possiveis"]),
        ("Não há padrões sem atenção.", []),
        ("Aves no cacao; LSTM e NAO.", []),
    ],
)
def test_forgotten_accents(text, expected):
    assert words(check_accents([Passage("a.md", text)], UNACCENTED)) == expected


def test_variants_outside_quotes(tmp_path):
    path = tmp_path / "variantes.csv"
    path.write_text("variante,preferido\nauto-atenção,autoatenção\ndatasets?,dados\n", "utf-8")
    variants = read_variants(path)
    passages = [
        Passage("a.md", "A Auto-atenção de um dataset."),
        Passage("b.md", "A fonte diz «auto-atenção» e “datasets”."),
        Passage("book/glossario.md", "auto-atenção"),
        Passage("c.md", "subdatasets"),
    ]
    problems = check_variants(passages, variants)
    assert [(p.where, p.what, p.remedy) for p in problems] == [
        ("a.md", "o glossário não usa «Auto-atenção».", "Escreva «autoatenção»."),
        ("a.md", "o glossário não usa «dataset».", "Escreva «dados»."),
    ]


@pytest.mark.parametrize(
    "word", ["atençao", "recorente", "exeplo", "seqüência", "idéia", "concerteza"]
)
def test_spelling_finds_real_errors(word):
    problems = check_spelling([Passage("a.md", f"uma {word} aqui")], frozenset())
    assert words(problems) == [word]


@pytest.mark.parametrize(
    "text",
    [
        "A rede aprende a ponderar, e nós medimos o que ela faz.",
        "LSTM e GRU; float32, seq2seq, n²",
        "o *overfitting* e a _performance_ em itálico",
        "média-padrão",
        "Conheça o vetor",
    ],
)
def test_spelling_accepts_portuguese(text):
    assert check_spelling([Passage("a.md", text)], frozenset()) == []


def test_project_dictionary_and_places(tmp_path):
    path = tmp_path / "dicionario.txt"
    path.write_text("# comentário\nSoftmax  # termo\n\n", "utf-8")
    dictionary = read_dictionary(path)
    assert dictionary == {"softmax"}
    passages = [Passage(f"{name}.md", "softmax sofmax") for name in "abcd"]
    problems = check_spelling(passages, dictionary)
    assert [(p.where, p.what) for p in problems] == [
        ("a.md; b.md; c.md", "«sofmax» não está no dicionário.")
    ]


def test_strings_in_code_are_not_spelled():
    assert check_spelling([Passage("a.md", "exeplo", strict=False)], frozenset()) == []


@pytest.mark.parametrize(
    "hidden",
    [
        "`xyzw`",
        "``xyzw``",
        "`a xyzw\nb xyzw`",
        "```python\nxyzw\n```",
        "```{code-cell}\nxyzw\n```",
        "$xyzw$",
        "$$\nxyzw\n$$",
        "[texto](xyzw.md)",
        "<xyzw@a.b>",
        "https://xyzw.org/a",
        '<span class="xyzw">',
        "<!-- xyzw -->",
        "[@xyzw1990, §3]",
        ":::{xyzw}",
        "{xyzw}`a`",
    ],
)
def test_prose_has_no_code(hidden):
    assert "xyzw" not in plain_prose(f"antes\n{hidden}\ndepois")


def test_prose_keeps_what_is_read():
    kept = plain_prose("um [enlace](a.md) e **negrito** em «aspas» por R$ 5")
    for word in ("enlace", "negrito", "aspas"):
        assert word in kept


def test_code_texts():
    source = "x = 1  # um comentário\ny = 'duas palavras'\nz = 'uma'\nw = f'o caso {x}'"
    assert sorted(code_texts(source)) == ["duas palavras", "o caso ", "um comentário"]
    assert code_texts("(") == []


def planted(tmp_path, chapter):
    return list(book_passages(write_book(tmp_path, chapter=chapter)))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("calcular pesos;", "calcular nao;", "capitulos/02-ponderar.md, cabeçalho"),
        ("Uma média", "Uma nao", "capitulos/02-ponderar.md, célula 2 (cel-02)"),
        ("Uma reta que", "Uma nao que", "capitulos/02-ponderar.md, célula 4 (cel-04)"),
        ('data="sete números"', 'data="sete nao"', "capitulos/02-ponderar.md, célula 5 (cel-05)"),
    ],
)
def test_reads_every_place_of_a_chapter(tmp_path, old, new, where):
    problems = check_accents(planted(tmp_path, CHAPTER.replace(old, new)), UNACCENTED)
    assert [problem.where for problem in problems] == [where]
    assert CHAPTER.count(old) == 1


def test_reads_pages_claims_and_docstrings(tmp_path):
    project = write_book(tmp_path, chapter=f"{FRONT}\n# Título\n")
    (tmp_path / "book" / "index.md").write_text("Isto nao.", "utf-8")
    evidence = tmp_path / "coursekit" / "evidence"
    evidence.mkdir(parents=True)
    (evidence / "claims.csv").write_text("id,said,measured\nS1-01,nao,{E01.nao} e sim\n", "utf-8")
    (evidence / "a.py").write_text(
        'def f():\n    """Isto nao.\n\n    Args:\n        nao_e: x.\n        *atencao: y.\n'
        "        **atencao: z.\n\n    Example:\n"
        '        >>> "nao"\n        \'nao\'\n\n    Fonte:\n        O nao.\n    """\n',
        "utf-8",
    )
    passages = [*book_passages(project), *package_passages(project)]
    problems = check_accents(passages, UNACCENTED)
    assert [problem.where for problem in problems] == [
        "book/index.md",
        "claims.csv, S1-01",
        "coursekit/evidence/a.py, f",
    ]
