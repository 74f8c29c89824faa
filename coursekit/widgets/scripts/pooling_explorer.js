start("pooling_explorer", (scene, { values, labels, largest, modes }) => {
  const [weightRows, results] = [scene.all("weight"), scene.all("result")];
  const scaleAt = (position) => Math.round(100 * 10 ** position) / 100;
  const tenth = (value) => Math.round(10 * value) / 10;
  const ceiling = Math.exp(2) / (Math.exp(2) + values.length - 1);

  const drawWeights = (weights) =>
    weightRows.forEach((row, index) => {
      row.dataset.value = String(weights[index]);
      row.querySelector(".cw-fill").setAttribute("width", `${(100 * weights[index]).toFixed(4)}%`);
      row.querySelector(".cw-number").textContent = percent(weights[index], 1);
    });

  // Diz de quem é o maior peso, ou de quem são, se houver empate.
  const leaders = (weights) => {
    const top = Math.max(...weights);
    const shown = percent(top, 1);
    const tied = labels.filter((_, index) => top - weights[index] < 1e-6);
    const names = tied.map((label) => `«${label}»`);
    const last = names.pop();
    if (!names.length) return `o maior peso é o de ${last}, ${shown}`;
    if (tied.length === labels.length) return `os pesos são todos iguais, ${shown} cada um`;
    return `os maiores pesos são os de ${names.join(", ")} e ${last}, ${shown} cada um`;
  };

  let ready = false;
  const draw = () => {
    if (!ready) return;
    const squashed = mode.value === 1;
    const points = scores.map((score) => tenth(score.value) * scaleAt(scale.value));
    const weights = softmax(squashed ? points.map(Math.tanh) : points);
    const weighted = weights.map((weight, index) => weight * values[index]);
    const [total, top] = [sum(values), Math.max(...values)];
    const found = [total, total / values.length, top, sum(weighted), Math.max(...weighted)];
    drawWeights(weights);
    signedBars(results, found, { largest });
    scene.figure.dataset.tanh = String(squashed);
    scene.text("top", percent(Math.max(...weights), 1));
    scene.text("ratio", top ? decimal(found[4] / top) : "—");
    const written = found.map((value) => decimal(value));
    const limit = squashed ? `, de no máximo ${percent(ceiling, 1)}` : "";
    scene.announce(
      `Escala ${decimal(scaleAt(scale.value))}, ${modes[mode.value]}: ${leaders(weights)}${limit}. ` +
        `Soma ${written[0]}; média ${written[1]}; máximo ${written[2]}; atenção ${written[3]}; ` +
        `fonte ${written[4]}.`,
    );
  };
  const scale = scene.slider("scale", (position) => decimal(scaleAt(position)), draw);
  const mode = chips(scene, "mode", draw);
  const scores = values.map((_, index) =>
    scene.slider(`score-${index}`, (value) => decimal(tenth(value), 1), draw),
  );
  const given = scores.map((score) => score.value);
  const reset = scene.one("reset");
  reset.disabled = false;
  reset.addEventListener("click", () => scores.forEach((score, index) => score.set(given[index])));
  ready = true;
  draw();
});
