start("lstm_gates", (scene, { tokens, gates, initial, largest }) => {
  const moments = scene.all("step");
  const write = (value) => decimal(value, 3);

  const valuesAt = (step, unit) => {
    const at = (name) => gates[name][step][unit];
    const before = step ? gates.cell[step - 1][unit] : initial[unit];
    return {
      before,
      forget: at("forget"),
      kept: at("forget") * before,
      candidate: at("candidate"),
      input: at("input"),
      written: at("input") * at("candidate"),
      cell: at("cell"),
      squashed: Math.tanh(at("cell")),
      output: at("output"),
      hidden: at("hidden"),
    };
  };
  const scales = { before: largest, kept: largest, written: largest, cell: largest };
  const names = {
    before: (now, last) => `memória c${last}`,
    forget: (now) => `esquecimento f${now}`,
    candidate: (now) => `candidato g${now}`,
    input: (now) => `entrada i${now}`,
    cell: (now, last) => `c${now} = o que fica + o que entra; o risco marca c${last}`,
    squashed: (now) => `tanh c${now}`,
    output: (now) => `saída o${now}`,
    hidden: (now) => `saída da célula h${now}`,
  };

  const drawTile = (role, values, step) => {
    const tile = scene.one(role);
    const value = values[role];
    tile.dataset.value = String(value);
    tile.querySelector(".cw-number").textContent = write(value);
    if (names[role]) {
      const name = names[role](subscript(step + 1), subscript(step));
      tile.querySelector(".cw-tile-name").textContent = name;
    }
    const valve = tile.querySelector(".cw-fill");
    if (valve) valve.setAttribute("width", `${(100 * value).toFixed(4)}%`);
    else signedBar(tile, value, scales[role] || 1, role === "cell" ? values.before : null);
  };

  const drawHistory = (step, unit) => {
    scene.text("heading", `Memória c da unidade ${unit + 1} depois de cada token`);
    moments.forEach((moment, index) => {
      const value = gates.cell[index][unit];
      const length = (50 * Math.abs(value)) / largest;
      const fill = moment.querySelector(".cw-signed-fill");
      moment.dataset.state = index < step ? "done" : index === step ? "now" : "next";
      fill.dataset.sign = value < 0 ? "minus" : "plus";
      fill.setAttribute("y", `${(value < 0 ? 50 : 50 - length).toFixed(3)}%`);
      fill.setAttribute("height", `${length.toFixed(3)}%`);
    });
  };

  const draw = () => {
    const [step, unit] = [time.value - 1, units.value];
    const values = valuesAt(step, unit);
    for (const role of Object.keys(values)) drawTile(role, values, step);
    drawHistory(step, unit);
    const now = subscript(step + 1);
    const text = (role) => write(values[role]);
    const factor = (role) => (text(role).startsWith("\u2212") ? `(${text(role)})` : text(role));
    scene.announce(
      `Passo ${step + 1} de ${tokens.length}, «${tokens[step]}», unidade ${unit + 1}: c${now} = ` +
        `${text("forget")} × ${factor("before")} + ${text("input")} × ${factor("candidate")} = ` +
        `${text("cell")}; h${now} = ${text("output")} × tanh(${text("cell")}) = ` +
        `${text("hidden")}. A porta de esquecimento guarda ${percent(values.forget)} da ` +
        "memória anterior.",
    );
  };
  const units = chips(scene, "unit", () => draw());
  const time = scene.slider("time", (step) => `${step} · «${tokens[step - 1]}»`, draw);
  // Tocar num token é atalho de ponteiro; pelo teclado, o controle faz o mesmo.
  moments.forEach((moment, index) => moment.addEventListener("click", () => time.set(index + 1)));
  draw();
});
