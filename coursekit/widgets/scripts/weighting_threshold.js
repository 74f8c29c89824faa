start("weighting_threshold", (scene, config) => {
  const { values, high, low, largest } = config;
  const uniform = 1 / values.length;
  const thresholdAt = (position) => Math.round(10 * position) / 10;
  const states = { "-1": ["▼", "menos"], 0: ["=", "igual"], 1: ["▲", "mais"] };
  const sign = (difference) => (Math.abs(difference) <= 1e-12 ? 0 : Math.sign(difference));
  const mean = (weights) => sum(weights.map((weight, index) => weight * values[index]));
  const soft = softmax(values, config.temperature);

  const count = (changes) => {
    const number = (wanted) => changes.filter((change) => change === wanted).length;
    return (
      `${plural(number(-1), "diminui", "diminuem")}, ` +
      `${plural(number(0), "fica igual", "ficam iguais")} e ` +
      `${plural(number(1), "aumenta", "aumentam")}`
    );
  };

  const draw = () => {
    const threshold = thresholdAt(control.value);
    const raw = values.map((value) => (value > threshold ? high : low));
    const total = sum(raw);
    const hard = raw.map((weight) => weight / total);
    const changes = hard.map((weight) => sign(weight - uniform));
    scene.bars("hard", hard, (weight) => percent(weight, 1), largest);
    scene.bars("soft", soft, (weight) => percent(weight, 1), largest);
    scene.all("state").forEach((state, index) => {
      const [icon, word] = states[changes[index]];
      state.dataset.change = String(changes[index]);
      state.firstElementChild.textContent = icon;
      state.lastElementChild.textContent = word;
    });
    scene.text("hard-mean", decimal(mean(hard)));
    scene.figure.dataset.threshold = String(threshold);
    scene.announce(
      `Limiar ${decimal(threshold, 1)}: antes de normalizar, ` +
        `${count(raw.map((weight) => sign(weight - 1)))}; normalizados, ${count(changes)}. ` +
        `Média com limiar ${decimal(mean(hard))}; com softmax ${decimal(mean(soft))}; ` +
        `simples ${decimal(sum(values) / values.length)}.`,
    );
  };
  const control = scene.slider(
    "threshold",
    (position) => decimal(thresholdAt(position), 1),
    draw,
  );
  draw();
});
