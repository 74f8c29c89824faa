start("gradient_lag", (scene, { shown, powers, powerSpan, factors, reaches, summaries }) => {
  const [low, high] = powerSpan;
  const height = (power) => 1 - (power - low) / (high - low);
  const curves = scene.all("curve");
  const write = (role, texts) =>
    scene.all(role).forEach((cell, curve) => {
      cell.textContent = texts[curve];
    });

  const drawCurve = (values, curve) => {
    const last = values.length - 1;
    const points = values.map(
      (power, lag) => `${((1000 * lag) / last).toFixed(1)},${(1000 * height(power)).toFixed(1)}`,
    );
    curves[curve].setAttribute("points", points.join(" "));
    for (const marker of scene.all(`marker-${curve}`)) {
      const power = values[Number(marker.dataset.lag)];
      marker.setAttribute("y", `${(100 * height(power)).toFixed(3)}%`);
    }
  };

  const draw = () => {
    const radius = control.value;
    powers[radius].forEach(drawCurve);
    write("factor", factors[radius]);
    write("reach", reaches[radius]);
    scene.figure.dataset.powers = JSON.stringify(powers[radius]);
    scene.announce(summaries[radius]);
  };
  const control = scene.slider("radius", (position) => shown[position], draw);
  draw();
});
