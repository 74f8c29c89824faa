start("softmax_temperature", (scene, config) => {
  const temperatureAt = (position) => Math.round(100 * 10 ** position) / 100;
  const draw = () => {
    const temperature = temperatureAt(control.value);
    const weights = softmax(config.scores, temperature);
    const best = indexOfMax(weights);
    scene.bars("weight", weights, (weight) => percent(weight, 1));
    scene.text("entropy", decimal(entropy(weights)));
    scene.text("largest", percent(weights[best], 1));
    scene.figure.dataset.temperature = String(temperature);
    scene.announce(
      `Com temperatura ${decimal(temperature)}, «${config.labels[best]}» recebe ` +
        `${percent(weights[best], 1)} do peso; a entropia é ${decimal(entropy(weights))} nats, ` +
        `de no máximo ${decimal(Math.log(weights.length))}.`,
    );
  };
  const control = scene.slider("temperature", (position) => decimal(temperatureAt(position)), draw);
  scene.presets("preset", control);
  draw();
});
