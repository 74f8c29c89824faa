start("kernel_bandwidth", (scene, config) => {
  const { x, y, truth, xSpan, ySpan } = config;
  const fraction = ([low, high], value) => (value - low) / (high - low);
  const column = (value) => `${(100 * fraction(xSpan, value)).toFixed(3)}%`;
  const row = (value) => `${(100 * (1 - fraction(ySpan, value))).toFixed(3)}%`;
  const bandwidthAt = (position) => Math.round(1000 * 10 ** position) / 1000;
  const snapped = (value) => Math.round(100 * value) / 100;
  const grid = Array.from(
    { length: config.numGrid },
    (_, index) => xSpan[0] + ((xSpan[1] - xSpan[0]) * index) / (config.numGrid - 1),
  );

  const weightsAt = (query, h) => softmax(x.map((value) => -0.5 * ((query - value) / h) ** 2));
  const predict = (query, h) =>
    sum(weightsAt(query, h).map((weight, index) => weight * y[index]));

  const drawPoints = (weights) => {
    const top = Math.max(...weights);
    scene.all("datum").forEach((dot, index) => {
      const share = weights[index] / top;
      dot.setAttribute("r", (3 + 7 * Math.sqrt(share)).toFixed(3));
      dot.setAttribute("fill-opacity", (0.25 + 0.75 * share).toFixed(3));
    });
  };

  const drawCurve = (h) => {
    const points = grid.map((value) => {
      const [a, b] = [fraction(xSpan, value), fraction(ySpan, predict(value, h))];
      return `${(1000 * a).toFixed(1)},${(1000 * (1 - b)).toFixed(1)}`;
    });
    scene.one("curve").setAttribute("points", points.join(" "));
  };

  const drawQuery = (query, prediction) => {
    const guide = scene.one("guide");
    guide.setAttribute("x1", column(query));
    guide.setAttribute("x2", column(query));
    const point = scene.one("prediction-point");
    point.setAttribute("cx", column(query));
    point.setAttribute("cy", row(prediction));
  };

  const drawError = (h) => {
    if (!truth) return;
    const squares = x.map((value, index) => (predict(value, h) - truth[index]) ** 2);
    scene.figure.dataset.error = String(sum(squares) / x.length);
    scene.text("error", decimal(sum(squares) / x.length, 3));
  };

  let ready = false;
  const draw = () => {
    if (!ready) return;
    const [h, query] = [bandwidthAt(width.value), snapped(place.value)];
    const weights = weightsAt(query, h);
    const prediction = predict(query, h);
    const effective = decimal(Math.exp(entropy(weights)), 1);
    drawPoints(weights);
    drawCurve(h);
    drawQuery(query, prediction);
    drawError(h);
    scene.text("prediction", decimal(prediction));
    scene.text("effective", effective);
    scene.figure.dataset.prediction = String(prediction);
    scene.announce(
      `Largura h = ${decimal(h, 3)}: em x = ${decimal(query)}, a previsão é ` +
        `${decimal(prediction)}; o ponto mais próximo recebe ` +
        `${percent(Math.max(...weights), 1)} do peso, e é como se ${effective} pontos opinassem.`,
    );
  };
  const width = scene.slider("bandwidth", (value) => decimal(bandwidthAt(value), 3), draw);
  const place = scene.slider("query", (value) => decimal(snapped(value)), draw);
  ready = true;
  draw();
});
