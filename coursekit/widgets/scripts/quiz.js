start("quiz", (scene, config) => {
  // Duas cópias na mesma página não podem dividir o grupo de botões de escolha.
  const copies = document.querySelectorAll('figure.curso-widget[data-curso="quiz"]');
  const copy = [...copies].indexOf(scene.figure);

  scene.all("question").forEach((question, number) => {
    const inputs = [...question.querySelectorAll("input")];
    const options = [...question.querySelectorAll('[data-role="option"]')];
    const button = question.querySelector('[data-role="check"]');
    const feedback = question.querySelector('[data-role="feedback"]');
    const answers = config.answers[number];

    const clear = () => {
      for (const option of options) {
        delete option.dataset.result;
        option.querySelector('[data-role="mark"]').textContent = "";
      }
      feedback.replaceChildren();
      delete feedback.dataset.result;
    };

    const say = (result, word, explanation) => {
      const strong = document.createElement("strong");
      strong.textContent = word;
      feedback.dataset.result = result;
      feedback.replaceChildren(strong, ` ${explanation}`);
    };

    const check = () => {
      const chosen = inputs.findIndex((input) => input.checked);
      clear();
      if (chosen < 0) {
        say("none", "Escolha uma opção.", "Depois, confira.");
        return;
      }
      const { correct, explanation } = answers[chosen];
      options[chosen].dataset.result = correct ? "right" : "wrong";
      options[chosen].querySelector('[data-role="mark"]').textContent = correct
        ? "✓ certa"
        : "✗ errada";
      say(
        correct ? "right" : "wrong",
        correct ? "✓ Certo." : "✗ Ainda não.",
        explanation,
      );
    };

    inputs.forEach((input) => {
      input.name = `curso-quiz-${copy}-${number}`;
      input.disabled = false;
      input.addEventListener("change", clear);
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") check();
      });
    });
    button.disabled = false;
    button.addEventListener("click", check);
  });
});
