start("scaled_scores", (scene, config) => {
  const slope = (weights) => 1 - sum(weights.map((weight) => weight * weight));

  const drawPanel = (side, weights) => {
    scene.all(`${side}-bar`).forEach((bar, index) => {
      bar.setAttribute("y", `${(100 * (1 - weights[index])).toFixed(3)}%`);
      bar.setAttribute("height", `${(100 * weights[index]).toFixed(3)}%`);
      bar.dataset.value = String(weights[index]);
    });
    scene.text(`${side}-largest`, percent(Math.max(...weights), 1));
    scene.text(`${side}-entropy`, decimal(entropy(weights)));
    scene.text(`${side}-slope`, decimal(slope(weights)));
  };

  const draw = () => {
    const dim = config.dims[control.value];
    const scores = config.scores[control.value];
    const plain = softmax(scores);
    const scaled = softmax(scores.map((score) => score / Math.sqrt(dim)));
    drawPanel("plain", plain);
    drawPanel("scaled", scaled);
    scene.announce(
      `Dimensão ${dim}: sem escala, o maior peso é ${percent(Math.max(...plain), 1)} e a ` +
        `derivada, ${decimal(slope(plain))}; com 1/√d, ` +
        `${percent(Math.max(...scaled), 1)} e ${decimal(slope(scaled))}.`,
    );
  };
  const control = scene.slider("dim", (position) => String(config.dims[position]), draw);
  draw();
});
