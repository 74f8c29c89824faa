// Núcleo comum das figuras interativas. Cada figura recebe a sua cópia, dentro de uma função:
// nada aqui é global. Os textos têm de coincidir com os que o Python escreveu no estado inicial.

const decimal = (value, decimals = 2) => {
  const text = Math.abs(value).toFixed(decimals).replace(".", ",");
  const isZero = !/[1-9]/.test(text);
  return value < 0 && !isZero ? "\u2212" + text : text;
};

const percent = (fraction, decimals = 0) => decimal(100 * fraction, decimals) + "%";

const sum = (values) => values.reduce((total, value) => total + value, 0);

const softmax = (scores, temperature = 1) => {
  const top = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp((score - top) / temperature));
  const total = sum(exponentials);
  return exponentials.map((value) => value / total);
};

const entropy = (weights) =>
  -sum(weights.map((weight) => (weight > 0 ? weight * Math.log(weight) : 0)));

const indexOfMax = (values) => values.indexOf(Math.max(...values));

const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

// Cadernos usam estas teclas como atalhos; dentro da figura elas movem controles.
const NAVIGATION = /^(Arrow|Home$|End$|Page|Enter$| $)/;
const keepKeys = (event) => {
  if (NAVIGATION.test(event.key)) event.stopPropagation();
};

// Acha a figura pelo próprio <script>; onde currentScript é nulo, pega as que faltam iniciar.
const start = (kind, init) => {
  const script = document.currentScript;
  const own = script && script.closest("figure.curso-widget");
  const figures = own
    ? [own]
    : document.querySelectorAll(`figure.curso-widget[data-curso="${kind}"]`);
  for (const figure of figures) {
    if (figure.cursoPronto || !figure.dataset.config) continue;
    figure.cursoPronto = true;
    figure.addEventListener("keydown", keepKeys);
    init(new Scene(figure), JSON.parse(figure.dataset.config));
    figure.dataset.pronto = "";
    for (const note of figure.querySelectorAll('[data-role="static"]')) note.hidden = true;
  }
};

// Acesso aos elementos da figura pelo papel que cumprem, e à frase lida em voz alta.
class Scene {
  constructor(figure) {
    this.figure = figure;
    this.timer = 0;
  }

  one(role) {
    return this.figure.querySelector(`[data-role="${role}"]`);
  }

  all(role) {
    return [...this.figure.querySelectorAll(`[data-role="${role}"]`)];
  }

  text(role, content) {
    for (const element of this.all(role)) {
      if (element.textContent !== content) element.textContent = content;
    }
  }

  // Espera o leitor parar de mexer, para não encher a fila do leitor de tela.
  announce(content) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.text("summary", content), 200);
  }

  // Liga um controle deslizante: onInput recebe o número; describe escreve o valor por extenso.
  slider(role, describe, onInput) {
    const input = this.one(role);
    const refresh = () => {
      const value = Number(input.value);
      const span = Number(input.max) - Number(input.min);
      const shown = describe(value);
      input.style.setProperty("--cw-fill", `${(100 * (value - Number(input.min))) / span}%`);
      input.setAttribute("aria-valuetext", shown);
      this.text(`${role}-value`, shown);
    };
    input.disabled = false;
    input.addEventListener("input", () => {
      refresh();
      onInput();
    });
    refresh();
    return {
      get value() {
        return Number(input.value);
      },
      set(value) {
        input.value = String(value);
        refresh();
        onInput();
      },
    };
  }

  // Botões que levam um controle a posições escolhidas.
  presets(role, control) {
    for (const button of this.all(role)) {
      button.disabled = false;
      button.addEventListener("click", () => control.set(Number(button.dataset.position)));
    }
  }

  // Atualiza barras horizontais e os números ao lado; guarda o valor inteiro em data-value.
  bars(role, values, write = percent, largest = 1) {
    this.all(role).forEach((row, index) => {
      const value = values[index];
      row.dataset.value = String(value);
      row.querySelector(".cw-fill").setAttribute("width", `${((100 * value) / largest).toFixed(4)}%`);
      row.querySelector(".cw-number").textContent = write(value);
    });
  }
}
