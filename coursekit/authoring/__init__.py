"""De `book/` a `notebooks/`: gerar, executar, normalizar e conferir os cadernos."""
