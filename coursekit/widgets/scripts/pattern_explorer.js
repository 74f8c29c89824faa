start("pattern_explorer", (scene, config) => {
  const { length, patterns } = config;
  const positions = Array.from({ length }, (_, index) => index);
  const [layers, layerCells] = [scene.all("layer"), scene.all("layer-cells")];
  const layerCounts = scene.all("layer-count");
  const MAX_RUNS = 6;
  const mod = (a, b) => ((a % b) + b) % b;

  // Uma linha da máscara é um número grande: o bit j diz se a chave j é vista.
  const bit = (row, key) => (row >> BigInt(key)) & 1n;
  const has = (row, key) => bit(row, key) === 1n;
  const count = (row) => positions.filter((key) => has(row, key)).length;
  const parse = (rows) => rows.map((row) => BigInt(`0x${row}`));
  const random = config.random.map(parse);
  const extra = parse(config.extra);
  const everything = (1n << BigInt(length)) - 1n;

  const near = (query, key, radius) => Math.abs(query - key) <= radius;
  const isGlobal = (query, key) => query < 2 || key < 2;
  const sees = {
    full: () => true,
    causal: (query, key) => key <= query,
    window: near,
    causal_window: (query, key, radius) => key <= query && near(query, key, radius),
    dilated: (query, key, radius) =>
      near(query, key, 2 * radius) && mod(query - key, 2) === 0,
    strided: (query, key, radius) =>
      near(query, key, radius) || mod(query - key, 2 * radius) === 0,
    global: (query, key, radius) => near(query, key, radius) || isGlobal(query, key),
    random: (query, key, radius) => has(random[radius - 1][query], key),
    bigbird: (query, key, radius) =>
      near(query, key, radius) || isGlobal(query, key) || has(extra[query], key),
    hierarchical: (query, key, radius) => {
      if (query === key) return true;
      const group = radius + 1;
      for (let unit = 1; unit < length; unit *= group) {
        const heads = query % unit === 0 && key % unit === 0;
        const size = unit * group;
        if (heads && Math.floor(query / size) === Math.floor(key / size)) return true;
      }
      return false;
    },
  };
  const maskOf = (kind, radius) =>
    positions.map((query) =>
      positions.reduce(
        (row, key) => (sees[kind](query, key, radius) ? row | (1n << BigInt(key)) : row),
        0n,
      ),
    );

  // Mais uma camada: quem a consulta já alcançava traz o que vê.
  const further = (mask, known) =>
    positions.reduce((all, key) => (has(known, key) ? all | mask[key] : all), known);
  const reached = (mask, query, numLayers) => {
    const rows = [1n << BigInt(query)];
    for (let layer = 0; layer < numLayers; layer += 1) rows.push(further(mask, rows.at(-1)));
    return rows;
  };
  const layersToConnect = (mask) => {
    const past = (query) => (1n << BigInt(query + 1)) - 1n;
    const forward = positions.some((query) => (mask[query] & ~past(query)) !== 0n);
    const backward = positions.some((query) => (mask[query] & (past(query) >> 1n)) !== 0n);
    const wanted = (query) => (!forward && backward ? past(query) : everything);
    let most = 0;
    for (const query of positions) {
      let [known, steps] = [1n << BigInt(query), 0];
      while ((known & wanted(query)) !== wanted(query)) {
        const next = further(mask, known);
        if (next === known) return null;
        [known, steps] = [next, steps + 1];
      }
      most = Math.max(most, steps);
    }
    return most;
  };

  const runs = (row) => {
    const found = [];
    for (const key of positions) {
      if (!has(row, key)) continue;
      if (key && has(row, key - 1)) found.at(-1)[1] = key;
      else found.push([key, key]);
    }
    return found;
  };
  const path = (rows) =>
    rows
      .flatMap((row, index) =>
        runs(row).map(([begin, end]) => {
          const width = end - begin + 1;
          return `M${begin},${index}h${width}v1h-${width}z`;
        }),
      )
      .join("");
  const listed = (row) => {
    const texts = runs(row).map(([begin, end]) => (begin === end ? `${begin}` : `${begin} a ${end}`));
    return [...texts.slice(0, MAX_RUNS), ...(texts.length > MAX_RUNS ? ["…"] : [])].join(", ");
  };
  const connection = (number) => (number === null ? "nunca" : plural(number, "camada", "camadas"));
  const describe = (text, r) =>
    text.replace(/\{(\w)\}/g, (_, name) => ({ r, w: 2 * r + 1, s: 2 * r, b: r + 1 })[name]);

  const drawMask = (mask, chosen) => {
    scene.one("cells").setAttribute("d", path(mask));
    scene.one("row").setAttribute("transform", `translate(0,${chosen})`);
    scene.one("seen").setAttribute("d", path([mask[chosen]]));
  };
  const drawLayers = (rows) => {
    layers.forEach((item, layer) => {
      item.hidden = layer >= rows.length;
      const row = rows[layer] ?? 0n;
      layerCells[layer].setAttribute("d", path([row]));
      layerCounts[layer].textContent = `${count(row)} de ${length}`;
    });
  };

  let ready = false;
  const draw = () => {
    if (!ready) return;
    const [kind, label, description] = patterns[pattern.value];
    const mask = maskOf(kind, radius.value);
    const rows = reached(mask, query.value, depth.value);
    const [pairs, total] = [sum(mask.map(count)), length ** 2];
    const connect = layersToConnect(mask);
    const arrived = `${count(rows.at(-1))} de ${length}`;
    drawMask(mask, query.value);
    drawLayers(rows);
    scene.text("description", describe(description, radius.value));
    scene.text("pairs", `${pairs} de ${total}`);
    scene.text("share", percent(pairs / total, 1));
    scene.text("reach", arrived);
    scene.text("connect", connection(connect));
    const ending =
      connect === null
        ? "Nem com mais camadas se ligam todos os pares."
        : `Todos os pares se ligam com ${connection(connect)}.`;
    scene.announce(
      `Padrão ${label}, raio ${radius.value}: ${pairs} pares visíveis, ` +
        `${percent(pairs / total, 1)} de ${total}. Com ${connection(depth.value)}, a consulta ` +
        `${query.value} alcança ${arrived} posições: ${listed(rows.at(-1))}. ${ending}`,
    );
  };
  const pattern = chips(scene, "pattern", draw);
  const radius = scene.slider("radius", String, draw);
  const depth = scene.slider("layers", String, draw);
  const query = scene.slider("query", String, draw);
  ready = true;
  // Tocar numa linha da máscara é atalho de ponteiro; pelo teclado, o controle faz o mesmo.
  const board = scene.one("board");
  board.addEventListener("click", (event) => {
    const box = board.getBoundingClientRect();
    const row = Math.floor((length * (event.clientY - box.top)) / box.height);
    query.set(Math.min(length - 1, Math.max(0, row)));
  });
  draw();
});
