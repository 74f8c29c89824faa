// Faz as vezes do carregador do JupyterLab: junta os módulos dos pedaços e acha o Mermaid.
window.labMermaid = (() => {
  const factories = {}, cache = {};
  let shared = {};
  for (const name of ["rspackChunk_jupyterlab_application_top", "webpackChunk_jupyterlab_application_top"]) {
    window[name] = { push: (chunk) => Object.assign(factories, chunk[1]) };
  }
  const own = (object, key) => Object.prototype.hasOwnProperty.call(object, key);
  const load = (id) => {
    if (cache[id]) return cache[id].exports;
    const module = cache[id] = { exports: {}, id };
    const factory = factories[id] ?? factories[shared[id]];
    if (!factory) throw new Error(`o módulo ${id} não está em nenhum pedaço`);
    factory.call(module.exports, module, module.exports, load);
    return module.exports;
  };
  const define = (exports, getters) => {
    for (const key in getters) if (!own(exports, key)) Object.defineProperty(exports, key, { enumerable: true, get: getters[key] });
  };
  Object.assign(load, {
    r: (exports) => Object.defineProperty(exports, "__esModule", { value: true }),
    d: define, o: own, e: () => Promise.resolve(), g: window, p: "", hmd: (m) => m, nmd: (m) => m,
    n: (m) => { const get = () => (m?.__esModule ? m.default : m); define(get, { a: get }); return get; },
    t: (value, mode) => { const m = mode & 1 ? load(value) : value; return m?.__esModule ? m : { ...m, default: m }; },
  });
  let mermaid;
  return {
    // `names` diz em que módulo mora cada biblioteca partilhada.
    start: (names) => {
      shared = names;
      const homes = Object.keys(factories).filter((id) => /registerExternalDiagrams/.test(factories[id].toString()));
      for (const id of homes) {
        let found;
        try { found = load(id).default; } catch { continue; }
        if (found?.mermaidAPI?.getDiagramFromText) { mermaid = found; mermaid.initialize({ startOnLoad: false }); return true; }
      }
      return false;
    },
    // O que o Mermaid entende de um texto; ou a recusa dele.
    read: async (text) => {
      try {
        const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
        const data = db.getData();
        return {
          direction: db.getDirection(), title: db.getAccTitle(), description: db.getAccDescription(),
          nodes: [...db.getVertices().values()].map((node) => [node.id, node.text ?? node.id, node.type ?? "square"]),
          edges: db.getEdges().map((edge) => [edge.start, edge.end, edge.text ?? "", edge.type]),
          drawn: data.nodes.length,
        };
      } catch (error) { return { refused: String(error.message ?? error).slice(0, 200) }; }
    },
    draw: async (text) => (await mermaid.render(`d${Math.random()}`.replace(".", ""), text)).svg,
  };
})();
