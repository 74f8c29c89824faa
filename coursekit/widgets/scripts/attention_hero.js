start("attention_hero", (scene, config) => {
  const copies = document.querySelectorAll('figure.curso-widget[data-curso="attention_hero"]');
  const copy = [...copies].indexOf(scene.figure);
  const [choices, tokens, arcs] = [scene.all("choice"), scene.all("token"), scene.one("arcs")];
  const describe = (focus) =>
    focus < -0.35 ? "espalhado" : focus > 0.35 ? "concentrado" : "equilibrado";
  const join = (items) => `${items.slice(0, -1).join(", ")} e ${items.at(-1)}`;
  const chosen = () => choices.findIndex((choice) => choice.checked);
  const weightsNow = () => softmax(config.scores[chosen()], 10 ** -control.value);

  // Arcos da palavra escolhida até as outras, medidos onde a frase quebrou as linhas.
  const drawArcs = (weights) => {
    const box = arcs.getBoundingClientRect();
    const tops = tokens.map((token) => {
      const { left, top, width } = token.getBoundingClientRect();
      return [left + width / 2 - box.left, top - box.top];
    });
    const [x0, y0] = tops[chosen()];
    const paths = tops.flatMap(([x, y], index) => {
      if (index === chosen() || weights[index] < 0.015) return [];
      const lift = Math.min(y, y0) - Math.min(46, 12 + Math.abs(x - x0) / 7);
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", `M${x0},${y0} C${x0},${lift} ${x},${lift} ${x},${y}`);
      path.setAttribute("stroke-width", (0.75 + 7 * weights[index]).toFixed(2));
      return [path];
    });
    arcs.replaceChildren(...paths);
  };

  const draw = () => {
    const weights = weightsNow();
    tokens.forEach((token, index) => {
      token.style.setProperty("--cw-weight", weights[index].toFixed(4));
      token.dataset.value = String(weights[index]);
    });
    drawArcs(weights);
    const order = weights.map((_, index) => index).sort((a, b) => weights[b] - weights[a]);
    const named = order
      .slice(0, config.numNamed)
      .map((index) => `${config.words[index]} (${percent(weights[index])})`);
    scene.announce(`«${config.words[chosen()]}» olha para ${join(named)}.`);
  };

  const control = scene.slider("focus", describe, draw);
  for (const choice of choices) {
    choice.name = `curso-palavra-${copy}`;
    choice.disabled = false;
    choice.addEventListener("change", draw);
  }
  new ResizeObserver(() => drawArcs(weightsNow())).observe(arcs);
  draw();
});
