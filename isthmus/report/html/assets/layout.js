// The layout of the diagram, by ELK in a worker. What ELK places is an input of `diagram.js`; nothing is drawn here.
(() => {
  let worker = null;
  const waiting = new Map();
  let last = 0;

  // The bytes of a text in Base64 that was compressed with gzip, as text.
  report.unpacked = async (base64) => {
    const bytes = Uint8Array.from(atob(base64.trim()), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };

  async function started() {
    const script = await report.unpacked(document.getElementById("layout").textContent);
    const made = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
    made.onmessage = ({ data }) => {
      const answer = waiting.get(data.id);
      waiting.delete(data.id);
      if (answer && data.error) answer.reject(new Error(data.error.message ?? String(data.error)));
      else if (answer) answer.resolve(data.data);
    };
    made.onerror = (event) => {
      for (const answer of waiting.values()) answer.reject(new Error(event.message || "the worker does not start"));
      waiting.clear();
    };
    made.postMessage({ id: 0, cmd: "register", algorithms: ["layered"] });
    return made;
  }

  // The graph with the place of each node and edge: https://eclipse.dev/elk/documentation/tooldevelopers/graphdatastructure/jsonformat.html
  report.layout = async (graph) => {
    worker ??= started();
    const running = await worker;
    const id = ++last;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      running.postMessage({ id, cmd: "layout", graph, layoutOptions: {}, options: {} });
    });
  };
})();
