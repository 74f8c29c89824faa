"""Treino em PyTorch: sementes, aparelho, laço, recorte, parada antecipada e retomada.

Não conhece nenhum modelo nem nenhum conjunto de dados: recebe os dois.
"""

from coursekit.training.checkpoint import has_checkpoint, load_checkpoint, save_checkpoint
from coursekit.training.clipping import (
    GradientClip,
    clip_gradient_norm,
    clip_gradient_value,
    gradient_norm,
)
from coursekit.training.device import pick_device
from coursekit.training.errors import CheckpointError, DivergenceError
from coursekit.training.evaluation import evaluation_mode
from coursekit.training.history import History
from coursekit.training.loop import fit
from coursekit.training.options import CheckpointOptions, FitOptions, Schedule
from coursekit.training.progress import progress_bar
from coursekit.training.seeds import seed_everything
from coursekit.training.stopping import EarlyStopping

__all__ = [
    "CheckpointError",
    "CheckpointOptions",
    "DivergenceError",
    "EarlyStopping",
    "FitOptions",
    "GradientClip",
    "History",
    "Schedule",
    "clip_gradient_norm",
    "clip_gradient_value",
    "evaluation_mode",
    "fit",
    "gradient_norm",
    "has_checkpoint",
    "load_checkpoint",
    "pick_device",
    "progress_bar",
    "save_checkpoint",
    "seed_everything",
]
