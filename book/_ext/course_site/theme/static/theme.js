// O que a página faz além de se ler: tema, sumário, copiar código e rolagem por teclado.
(() => {
  "use strict";
  const root = document.documentElement;

  const themeButton = document.querySelector(".theme-button");
  const sayTheme = () => themeButton.setAttribute("aria-label", `Mudar para o tema ${root.dataset.theme === "dark" ? "claro" : "escuro"}`);
  themeButton.addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("tema", root.dataset.theme); } catch { /* sem armazenamento: vale só agora */ }
    sayTheme();
  });
  sayTheme();

  const menu = document.querySelector(".menu-button");
  const setMenu = (open) => {
    menu.setAttribute("aria-expanded", String(open));
    document.body.classList.toggle("menu-open", open);
  };
  menu.addEventListener("click", () => setMenu(menu.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("menu-open")) { setMenu(false); menu.focus(); }
    if (event.key === "k" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); document.getElementById("busca").focus(); }
  });

  for (const block of document.querySelectorAll("div.highlight")) {
    const pre = block.querySelector("pre");
    if (!pre || block.closest(".output_text, .stream, .cell_output")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copiar";
    button.addEventListener("click", async () => {
      let done = true;
      try { await navigator.clipboard.writeText(pre.textContent.trimEnd()); } catch { done = false; }
      button.textContent = done ? "Copiado" : "Não deu: selecione e copie";
      setTimeout(() => { button.textContent = "Copiar"; }, 2000);
    });
    block.append(button);
  }

  // Região que rola precisa de foco para ser rolada pelo teclado.
  const boxes = [...document.querySelectorAll("pre, .table-frame, .flow-frame, div.math, .output")];
  const scrollable = (box) => {
    if (box.scrollWidth > box.clientWidth) {
      if (!box.hasAttribute("tabindex")) { box.tabIndex = 0; box.dataset.scrolls = ""; }
    } else if (box.dataset.scrolls !== undefined) { box.removeAttribute("tabindex"); delete box.dataset.scrolls; }
  };
  const watcher = new ResizeObserver((entries) => {
    for (const { target } of entries) scrollable(target.closest("pre, .table-frame, .flow-frame, div.math, .output") ?? target);
  });
  // A fórmula só ganha largura depois de desenhada: vigia-se a caixa e o que há dentro.
  const watch = () => { for (const box of boxes) { watcher.observe(box); for (const inner of box.children) watcher.observe(inner); scrollable(box); } };
  watch();
  // Texto solto não é vigiado: mede-se de novo quando a letra chega ou a janela muda.
  const measure = () => boxes.forEach(scrollable);
  addEventListener("resize", measure);
  document.fonts?.ready.then(measure);
  addEventListener("load", () => { watch(); window.MathJax?.startup?.promise?.then(watch); });

  const links = [...document.querySelectorAll(".local a[href^='#']")];
  const targets = new Map(links.map((a) => [document.getElementById(decodeURIComponent(a.hash.slice(1))), a]));
  targets.delete(null);
  const mark = () => {
    let current = null;
    for (const [section, link] of targets) if (section.getBoundingClientRect().top < 140) current = link;
    for (const link of links) link === current ? link.setAttribute("aria-current", "location") : link.removeAttribute("aria-current");
  };
  if (targets.size) { addEventListener("scroll", mark, { passive: true }); mark(); }

  // Quem chega por uma âncora dentro de um bloco fechado o encontra aberto.
  const open = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let box = target && target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  };
  addEventListener("hashchange", open);
  open();
})();
