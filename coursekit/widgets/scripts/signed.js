// Barras com sinal: partem do meio, à direita se positivas e à esquerda se negativas.
const subscript = (index) => String(index).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);

const signedBar = (row, value, largest, previous = null) => {
  const length = (50 * Math.abs(value)) / largest;
  const fill = row.querySelector(".cw-signed-fill");
  fill.dataset.sign = value < 0 ? "minus" : "plus";
  fill.setAttribute("x", `${(value < 0 ? 50 - length : 50).toFixed(4)}%`);
  fill.setAttribute("width", `${length.toFixed(4)}%`);
  if (previous === null) return;
  const place = `${(50 + (50 * previous) / largest).toFixed(4)}%`;
  for (const line of row.querySelectorAll(".cw-halo, .cw-mark")) {
    line.setAttribute("x1", place);
    line.setAttribute("x2", place);
  }
};

const signedBars = (rows, values, { largest = 1, previous = null, decimals = 2 } = {}) => {
  rows.forEach((row, index) => {
    row.dataset.value = String(values[index]);
    signedBar(row, values[index], largest, previous && previous[index]);
    row.querySelector(".cw-number").textContent = decimal(values[index], decimals);
  });
};
