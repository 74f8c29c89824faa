start("query_key_value", (scene, config) => {
  const place = ([low, high], value) => (100 * (value - low)) / (high - low);
  const column = (span, value) => `${place(span, value).toFixed(3)}%`;
  const row = (span, value) => `${(100 - place(span, value)).toFixed(3)}%`;
  const pair = (vector) =>
    vector.length === 1
      ? decimal(vector[0])
      : `(${vector.map((value) => decimal(value)).join("; ")})`;
  const temperatureAt = (position) => Math.round(100 * 10 ** position) / 100;
  const snapped = (value) => Math.round(100 * value) / 100;
  const set = (element, attributes) => {
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  };

  const attend = (query, temperature) => {
    const scores = config.keys.map((key) => key[0] * query[0] + key[1] * query[1]);
    const weights = softmax(scores, temperature);
    const context = config.values[0].map((_, axis) =>
      sum(weights.map((weight, index) => weight * config.values[index][axis])),
    );
    return { weights, context };
  };

  const drawQuery = (query, weights) => {
    const [x, y] = [column(config.span, query[0]), row(config.span, query[1])];
    for (const circle of scene.all("query")) set(circle, { cx: x, cy: y });
    scene.all("link").forEach((line, index) =>
      set(line, { x1: x, y1: y, "stroke-width": (0.75 + 8 * weights[index]).toFixed(3) }),
    );
    set(handle, { "aria-valuenow": query[0], "aria-valuetext": pair(query) });
  };

  const drawContext = (context) => {
    const point = scene.one("context-point");
    point.setAttribute("cx", column(config.valueSpan, context[0]));
    if (context.length === 2) point.setAttribute("cy", row(config.valueSpan, context[1]));
  };

  const handle = scene.one("handle");
  const draw = () => {
    if (!ready) return;
    const query = [snapped(x.value), snapped(y.value)];
    const { weights, context } = attend(query, temperatureAt(temperature.value));
    const best = indexOfMax(weights);
    drawQuery(query, weights);
    drawContext(context);
    scene.bars("weight", weights, (weight) => percent(weight, 1));
    scene.figure.dataset.context = JSON.stringify(context);
    scene.announce(
      `Consulta ${pair(query)}: «${config.labels[best]}» recebe ` +
        `${percent(weights[best], 1)} do peso. Contexto: ${pair(context)}.`,
    );
  };

  let ready = false;
  const x = scene.slider("query-x", (value) => decimal(snapped(value)), draw);
  const y = scene.slider("query-y", (value) => decimal(snapped(value)), draw);
  const temperature = scene.slider(
    "temperature",
    (position) => decimal(temperatureAt(position)),
    draw,
  );
  ready = true;

  const board = handle.ownerSVGElement;
  const moveTo = (event) => {
    const box = board.getBoundingClientRect();
    const [low, high] = config.span;
    x.set(low + ((high - low) * (event.clientX - box.left)) / box.width);
    y.set(high - ((high - low) * (event.clientY - box.top)) / box.height);
  };
  board.addEventListener("pointerdown", (event) => {
    // Com o dedo, só o ponto arrasta: o resto do quadro continua a rolar a página.
    if (event.pointerType !== "mouse" && !handle.contains(event.target)) return;
    board.setPointerCapture(event.pointerId);
    moveTo(event);
    handle.focus({ preventScroll: true });
    event.preventDefault();
  });
  board.addEventListener("pointermove", (event) => {
    if (board.hasPointerCapture(event.pointerId)) moveTo(event);
  });

  const arrows = {
    ArrowLeft: [x, -1],
    ArrowRight: [x, 1],
    ArrowDown: [y, -1],
    ArrowUp: [y, 1],
  };
  handle.addEventListener("keydown", (event) => {
    const arrow = arrows[event.key];
    if (!arrow || event.ctrlKey || event.altKey || event.metaKey) return;
    const [axis, direction] = arrow;
    axis.set(axis.value + direction * config.step * (event.shiftKey ? 5 : 1));
    event.preventDefault();
  });
  handle.setAttribute("tabindex", "0");
  draw();
});
