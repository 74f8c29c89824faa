"""O estilo temporário não pode desligar o modo interativo que o Jupyter acabou de ligar."""

import matplotlib as mpl
import pytest

from coursekit.plotting.style import course_style


@pytest.mark.parametrize("switched_to", [True, False])
def test_interactive_mode_chosen_inside_survives(switched_to):
    with mpl.rc_context():
        mpl.interactive(not switched_to)
        with course_style():
            mpl.interactive(switched_to)
        assert mpl.is_interactive() is switched_to
