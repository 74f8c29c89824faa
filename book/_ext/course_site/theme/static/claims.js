// Filtros da tabela de afirmações. Sem JavaScript a tabela aparece inteira.
(() => {
  "use strict";
  const form = document.querySelector(".claims-filter");
  if (!form) return;
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const rows = [...document.querySelectorAll("table.claims tbody tr")].map((row) => ({ row, text: plain(row.textContent) }));
  const count = form.querySelector(".claims-count");
  const total = Number(count.dataset.total);
  const apply = () => {
    const words = plain(form.text.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text } of rows) {
      const keep = (!form.verdict.value || row.dataset.verdict === form.verdict.value)
        && (!form.source.value || row.dataset.source === form.source.value)
        && (!form.chapter.value || row.dataset.chapters.split(" ").includes(form.chapter.value))
        && words.every((word) => text.includes(word));
      row.hidden = !keep;
      shown += keep ? 1 : 0;
    }
    count.textContent = shown === total ? `${total} afirmações` : `${shown} de ${total} afirmações`;
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  const asked = new URLSearchParams(location.search);
  for (const name of ["verdict", "source", "chapter", "text"]) if (asked.has(name)) form[name].value = asked.get(name);
  apply();
})();
