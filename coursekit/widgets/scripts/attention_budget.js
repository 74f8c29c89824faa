start("attention_budget", (scene, config) => {
  const { numSamples, sensitivity, numGrid } = config;

  // Distribuição normal acumulada pela série de Taylor em torno de 0 (Marsaglia, 2004).
  const normalCdf = (x) => {
    let [term, total, previous] = [x, x, NaN];
    for (let odd = 3; total !== previous; odd += 2) {
      previous = total;
      term *= (x * x) / odd;
      total += term;
    }
    return 0.5 + (total * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
  };
  // Além de 7 desvios a acurácia é 1 na precisão do número, e a série perderia algarismos.
  const accuracy = (share) => {
    const deviation = sensitivity * Math.sqrt((share * numSamples) / 2);
    return deviation > 7 ? 1 : normalCdf(deviation);
  };
  const expected = (share, validity) =>
    validity * accuracy(share) + (1 - validity) * accuracy(1 - share);

  const logGain = (share, probability) => {
    const samples = share * numSamples;
    return Math.log(probability) - (sensitivity ** 2 * samples) / 4 - Math.log(samples) / 2;
  };
  const bestShare = (validity) => {
    let [low, high] = [0.5, 1];
    for (let step = 0; step < 60; step += 1) {
      const middle = (low + high) / 2;
      if (logGain(middle, validity) > logGain(1 - middle, 1 - validity)) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };

  const height = (value) => 1 - (value - 0.5) / 0.5;
  const drawCurve = (validity, best) => {
    const points = Array.from({ length: numGrid }, (_, index) => {
      const share = index / (numGrid - 1);
      const y = 1000 * height(expected(share, validity));
      return `${(1000 * share).toFixed(1)},${y.toFixed(1)}`;
    });
    scene.one("curve").setAttribute("points", points.join(" "));
    const place = `${(100 * best).toFixed(3)}%`;
    scene.one("guide").setAttribute("x1", place);
    scene.one("guide").setAttribute("x2", place);
    scene.one("best-point").setAttribute("cx", place);
    const y = 100 * height(expected(best, validity));
    scene.one("best-point").setAttribute("cy", `${y.toFixed(3)}%`);
  };

  const draw = () => {
    const validity = Math.round(100 * control.value) / 100;
    const best = bestShare(validity);
    const [valid, neutral, invalid] = [best, 0.5, 1 - best].map(accuracy);
    drawCurve(validity, best);
    scene.bars("share", [best, 1 - best]);
    scene.bars("accuracy", [valid, neutral, invalid], (value) => percent(value, 1));
    scene.announce(
      `Com uma pista que acerta ${percent(validity)} das vezes, o ótimo dá ${percent(best)} do ` +
        `recurso ao lado apontado: acerta ${percent(valid)} com pista válida, ` +
        `${percent(neutral)} com pista neutra e ${percent(invalid)} com pista inválida.`,
    );
  };
  const control = scene.slider("validity", (value) => percent(value), draw);
  draw();
});
