"""O registro dos padrões esparsos cabe na página do desempenho e se lê por par visível."""

import bench_patterns as bench
from course_site.bench_page import record_html
from course_site.bench_records import read_record

from coursekit.benchmark import environment


def test_the_page_shows_the_record_of_patterns():
    ratio = {"median": 1.34, "lower": 1.3, "upper": 1.4, "count": 9}
    row = {"mode": "ida", "kind": "passo e janela", "n": 8192, "threads": 2}
    fit = {"name": "janela", "mode": "ida", "quantity": "memória", "exponent": 1.0}
    record = {
        "title": bench.TITLE,
        "baseline": bench.BASELINE,
        "environment": environment().to_dict(),
        "rows": [row | {"ratios": {bench.NAME: ratio}}],
        "exponents": [fit | {"low": 0.9, "high": 1.1}],
    }
    page = record_html(read_record("padroes", record))
    for words in (
        "passo e janela",
        "1,34",
        "windowed_attention</code>, por par visível",
        "2 linhas de execução",
    ):
        assert words in page
