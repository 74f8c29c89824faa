"""Exercícios com correção na hora: só NumPy, sem carregar PyTorch nem TensorFlow."""

from coursekit.exercises.catalog import EXERCISES, check
from coursekit.exercises.failure import Failure
from coursekit.exercises.report import Check, Report, run_checks

__all__ = ["EXERCISES", "Check", "Failure", "Report", "check", "run_checks"]
