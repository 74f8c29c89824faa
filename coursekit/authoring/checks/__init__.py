"""Conferências do livro: cada uma diz onde está o defeito e como resolver."""

from coursekit.authoring.checks.book import check_book
from coursekit.authoring.checks.problem import Problem

__all__ = ["Problem", "check_book"]
