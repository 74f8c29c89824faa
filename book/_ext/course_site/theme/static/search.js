// Busca no texto do curso, sem servidor: vale em http e em file://.
// Consulta e texto passam pela mesma regra: sem acento, sem plural, sem a última vogal.
(() => {
  "use strict";
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const stem = (word) => {
    let w = plain(word);
    if (w.length > 4 && /(oes|aes)$/.test(w)) w = w.slice(0, -3) + "ao";
    else if (w.length > 4 && /[aeou]is$/.test(w)) w = w.slice(0, -2) + "l";
    else if (w.length > 4 && /ns$/.test(w)) w = w.slice(0, -2) + "m";
    else if (w.length > 4 && /[rz]es$/.test(w)) w = w.slice(0, -2);
    else if (w.length > 3 && /[^s]s$/.test(w)) w = w.slice(0, -1);
    return w.length > 4 ? w.replace(/[aeo]$/, "") : w;
  };
  const WORD = /[\p{L}\p{N}]+/gu;
  const STOP = new Set(("a o as os um uma de da do das dos e em no na nos nas que se com por para ao aos como mais ou").split(" "));
  const terms = (query) => {
    const all = (query.match(WORD) || []).map((w) => ({ raw: plain(w), stem: stem(w) }));
    const kept = all.filter((t) => !STOP.has(t.raw));
    return kept.length ? kept : all;
  };
  const records = (window.SEARCH_INDEX || []).map((r) => {
    const words = [...r.x.matchAll(WORD)].map((m) => ({ at: m.index, end: m.index + m[0].length, stem: stem(m[0]) }));
    const stems = (text) => (text.match(WORD) || []).map(stem);
    return { ...r, words, title: stems(r.t), page: stems(r.p) };
  });
  // O último termo pode estar pela metade; os outros são palavras inteiras.
  const same = (stemmed, term, partial) => stemmed === term.stem || (partial && term.stem.length > 3 && stemmed.startsWith(term.stem));

  const score = (record, wanted) => {
    let total = 0;
    let own = false;
    for (const [i, term] of wanted.entries()) {
      const partial = i === wanted.length - 1;
      const inTitle = record.title.some((s) => same(s, term, partial)) ? 12 : 0;
      const inPage = record.page.some((s) => same(s, term, partial)) ? 2 : 0;
      const count = record.words.filter((w) => same(w.stem, term, partial)).length;
      if (!inTitle && !inPage && !count) return 0;
      own ||= inTitle + count > 0;
      total += inTitle + inPage + Math.min(count, 8);
    }
    if (!own) return 0;
    // O verbete cujo título é a própria consulta vem primeiro.
    const exact = record.title.length === wanted.length && wanted.every((t) => record.title.includes(t.stem));
    return total + (exact ? 20 : 0);
  };

  const excerpt = (record, wanted) => {
    const hits = record.words.filter((w) => wanted.some((t, i) => same(w.stem, t, i === wanted.length - 1)));
    const node = document.createElement("p");
    if (!hits.length) {
      node.textContent = record.x.slice(0, 180) + (record.x.length > 180 ? "…" : "");
      return node;
    }
    const start = Math.max(0, record.x.lastIndexOf(" ", Math.max(0, hits[0].at - 90)));
    const end = Math.min(record.x.length, start + 240);
    let last = start;
    if (start > 0) node.append("…");
    for (const hit of hits.filter((h) => h.at >= start && h.end <= end)) {
      node.append(record.x.slice(last, hit.at));
      const mark = document.createElement("mark");
      mark.textContent = record.x.slice(hit.at, hit.end);
      node.append(mark);
      last = hit.end;
    }
    node.append(record.x.slice(last, end) + (end < record.x.length ? "…" : ""));
    return node;
  };

  const field = document.getElementById("consulta");
  const list = document.getElementById("search-results");
  const status = document.getElementById("search-status");
  const root = document.documentElement.dataset.content_root || "./";
  const item = (record, wanted) => {
    const li = document.createElement("li");
    const link = document.createElement("a");
    link.href = `${root}${record.d}.html${record.a ? "#" + record.a : ""}`;
    link.textContent = record.t || record.p;
    li.append(link);
    if (record.t && record.t !== record.p) {
      const page = document.createElement("small");
      page.textContent = record.p;
      li.append(page);
    }
    li.append(excerpt(record, wanted));
    return li;
  };
  const run = () => {
    const query = field.value.trim();
    const wanted = terms(query);
    list.replaceChildren();
    if (!wanted.length) {
      status.textContent = "Digite uma ou mais palavras; acentos e plurais não fazem diferença.";
      return;
    }
    const found = records.map((r) => [score(r, wanted), r]).filter(([s]) => s > 0).sort((a, b) => b[0] - a[0]);
    const pages = new Set(found.map(([, r]) => r.d)).size;
    status.textContent = found.length
      ? `${found.length} ${found.length === 1 ? "trecho" : "trechos"} em ${pages} ${pages === 1 ? "página" : "páginas"} para «${query}».`
      : `Nada encontrado para «${query}». Tente uma palavra só, ou o termo em português.`;
    list.dataset.pages = String(pages);
    list.append(...found.slice(0, 40).map(([, r]) => item(r, wanted)));
  };
  field.value = new URLSearchParams(location.search).get("q") || "";
  field.addEventListener("input", run);
  field.form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
  run();
})();
