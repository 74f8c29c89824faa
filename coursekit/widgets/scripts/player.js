// Botão que anda sozinho com um controle deslizante, até o fim; mexer no controle faz parar.
const PLAYER_PACE = 1400;

const player = (scene, control, role) => {
  const [button, input] = [scene.one("play"), scene.one(role)];
  const [icon, word] = button.children;
  let timer = 0;
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    [icon.textContent, word.textContent] = ["▶", "Tocar"];
  };
  const step = () => {
    control.set(control.value + Number(input.step));
    if (control.value >= Number(input.max)) stop();
  };
  button.disabled = false;
  button.addEventListener("click", () => {
    if (timer) {
      stop();
      return;
    }
    if (control.value >= Number(input.max)) control.set(Number(input.min));
    else step();
    if (control.value >= Number(input.max)) return;
    [icon.textContent, word.textContent] = ["⏸", "Parar"];
    timer = setInterval(step, PLAYER_PACE);
  });
  input.addEventListener("input", stop);
};
