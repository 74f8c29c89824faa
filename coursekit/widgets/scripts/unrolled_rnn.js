start("unrolled_rnn", (scene, { tokens, states, largest }) => {
  const [steps, units] = [scene.all("step"), scene.all("unit")];
  const limit = decimal(largest, largest === 1 ? 0 : 2);
  const name = (step) => `h${subscript(step)}`;
  const norm = (values) => Math.sqrt(sum(values.map((value) => value * value)));
  const describe = (step) => (step ? `${step} · «${tokens[step - 1]}»` : "0 · nada lido");

  const summarize = (step, now, before, changes) => {
    if (!step) {
      return `Passo 0 de ${tokens.length}: nada foi lido ainda; o estado é ${name(0)}, o inicial.`;
    }
    const unit = indexOfMax(changes.map(Math.abs));
    const read =
      `Passo ${step} de ${tokens.length}: a célula lê «${tokens[step - 1]}» e leva o estado de ` +
      `${name(step - 1)} a ${name(step)}. `;
    if (!changes[unit]) return `${read}Nenhuma unidade muda.`;
    return (
      `${read}A unidade que mais muda é a ${unit + 1}, de ` +
      `${decimal(before[unit])} para ${decimal(now[unit])}.`
    );
  };

  const draw = () => {
    const step = control.value;
    const [now, before] = [states[step], states[Math.max(step - 1, 0)]];
    const changes = now.map((value, unit) => value - before[unit]);
    steps.forEach((item, index) => {
      item.dataset.state = index < step ? "done" : index === step ? "now" : "next";
    });
    signedBars(units, now, { largest, previous: before });
    const tick = step ? `; o risco marca ${name(step - 1)}` : "";
    scene.text("heading", `Estado ${name(step)}, de −${limit} a ${limit}${tick}`);
    scene.text("norm", decimal(norm(now)));
    scene.text("change", decimal(norm(changes)));
    scene.announce(summarize(step, now, before, changes));
  };
  const control = scene.slider("time", describe, draw);
  player(scene, control, "time");
  // Tocar numa coluna é atalho de ponteiro; pelo teclado, o controle faz o mesmo.
  steps.forEach((item, index) => item.addEventListener("click", () => control.set(index)));
  draw();
});
