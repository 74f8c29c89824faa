"""Perfil único do Hypothesis: exemplos sempre os mesmos, sem prazo por exemplo."""

from hypothesis import settings

settings.register_profile("curso", derandomize=True, deadline=None, print_blob=False)
settings.load_profile("curso")
