// Takes what the preview server tells of new builds: the page is loaded again, a style sheet exchanged, an error shown.
{
  let known;
  let source;

  const box = document.createElement("pre");
  box.id = "build-error";
  box.setAttribute("role", "alert");
  Object.assign(box.style, {
    position: "fixed", inset: "auto 0 0", maxHeight: "60vh", overflow: "auto", margin: "0", padding: "1rem",
    background: "#5c1010", color: "#fff", whiteSpace: "pre-wrap", zIndex: "9",
  });

  const show = (error) => {
    box.textContent = error ? `The last build failed; this is the site before it.\n\n${error}` : "";
    if (error) document.body.append(box);
    else box.remove();
  };

  const take = ({ build, style, error }) => {
    show(error);
    if (known === undefined || build === known) known = build;
    else if (build === known + 1 && style) {
      known = build;
      document.querySelector("link[rel=stylesheet]").href = `/${style}`;
    } else location.reload();
  };

  // Browsers allow few connections: pages that nobody looks at do without.
  const listen = () => {
    source?.close();
    source = document.hidden ? undefined : new EventSource("/.debpress/live");
    source?.addEventListener("message", (event) => take(JSON.parse(event.data)));
  };

  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => source?.close());
  listen();
}
