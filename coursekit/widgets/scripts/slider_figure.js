start("slider_figure", (scene, config) => {
  const draw = () => {
    const write = (value) => decimal(value, config.decimals);
    scene.bars("bar", config.bars[control.value], write, config.largest);
    scene.announce(config.summaries[control.value]);
  };
  const control = scene.slider("position", (position) => config.shown[position], draw);
  draw();
});
