// O que os testes do site perguntam à página aberta.
window.courseProbe = {
  // Espera fontes, fórmulas e imagens.
  settle: async () => {
  await document.fonts.ready;
  if (window.MathJax?.startup?.promise) await window.MathJax.startup.promise;
  for (const image of document.images) image.loading = "eager";
  await Promise.all([...document.images].map((image) => image.decode().catch(() => 0)));
},

  // Texto e rótulos que o leitor percebe, sem código, fórmula, obra citada ou outra língua.
  texts: () => {
  const skip = "code, pre, kbd, samp, script, style, noscript, mjx-container, .math, .reference-list,"
    + " [lang]:not(html):not([lang^='pt']), .sources, .fontes, .output.text_plain, .cell_output pre";
  const found = [];
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const element = node.nodeType === 3 ? node.parentElement : node;
    if (element.closest(skip)) continue;
    if (node.nodeType === 3) { if (node.data.trim()) found.push(node.data.trim()); continue; }
    for (const name of ["aria-label", "title", "alt", "placeholder", "aria-description", "data-label"]) {
      const value = node.getAttribute(name);
      if (value && value.trim()) found.push(value.trim());
    }
  }
  // Frases partidas por <em> e <a> também contam inteiras.
  for (const block of document.querySelectorAll("p, li, figcaption, td, th, summary, h1, h2, h3, caption, desc")) {
    if (block.closest(skip)) continue;
    const copy = block.cloneNode(true);
    copy.querySelectorAll(skip).forEach((inner) => inner.remove());
    if (copy.textContent.trim()) found.push(copy.textContent.trim());
  }
  return [...new Set(found)];
},

  // Figuras e a descrição de cada uma.
  images: () => [
  ...[...document.querySelectorAll("img")].map((image) => ({
    kind: "img", text: image.getAttribute("alt"), source: image.getAttribute("src").slice(0, 80),
    hidden: image.closest("[aria-hidden='true']") !== null, broken: image.complete && !image.naturalWidth})),
  ...[...document.querySelectorAll("svg:not(svg svg)")].map((drawing) => ({
    kind: "svg", source: drawing.getAttribute("class") || "svg", broken: false,
    hidden: drawing.closest("[aria-hidden='true']") !== null || drawing.closest("mjx-container") !== null,
    text: drawing.getAttribute("aria-label") || (drawing.getAttribute("aria-labelledby") || "").split(/\s+/)
      .map((id) => id && document.getElementById(id)?.textContent).join(" ").trim()
      || drawing.querySelector(":scope > title")?.textContent || ""})),
],
};
