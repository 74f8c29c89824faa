// Botões de escolha única; duas cópias da figura na página não podem dividir o grupo.
const chips = (scene, role, onChange) => {
  const kind = scene.figure.dataset.curso;
  const copies = document.querySelectorAll(`figure.curso-widget[data-curso="${kind}"]`);
  const copy = [...copies].indexOf(scene.figure);
  const options = scene.all(role);
  for (const option of options) {
    option.name = `curso-${kind}-${role}-${copy}`;
    option.disabled = false;
    option.addEventListener("change", onChange);
  }
  return {
    get value() {
      return options.findIndex((option) => option.checked);
    },
  };
};
