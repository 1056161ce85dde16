// What script adds to the page of a file: ranges of lines, messages at lines, copying and wrapping.
"use strict";

(() => {
  const { element, tool, key, choose, choices, say } = debpress;
  const code = document.getElementById("sourcecode");
  const query = new URLSearchParams(location.search);

  const line = (number) => document.getElementById(`L${number}`);
  const number = (row) => Number(row.id.slice(1));
  const rows = () => code.querySelectorAll(":scope > [id]");
  const lastRow = () => [...rows()].at(-1);

  // Ranges: #L10, #L10-L20

  let range;

  const readHash = () => {
    const found = /^#L(\d+)(?:-L?(\d+))?$/.exec(location.hash);
    if (!found) return undefined;
    const [from, to] = [Number(found[1]), Number(found[2] ?? found[1])];
    return { from: Math.min(from, to), to: Math.max(from, to) };
  };

  const hash = ({ from, to }) => (from === to ? `#L${from}` : `#L${from}-L${to}`);

  // Marks lines with a class, and no others.
  const mark = (name, ranges) => {
    code.querySelectorAll(`:scope > .${name}`).forEach((row) => row.classList.remove(name));
    const first = rows().length ? number(rows()[0]) : 1;
    for (const { from, to } of ranges) {
      for (let row = line(Math.max(from, first)); row && number(row) <= to; row = next(row)) row.classList.add(name);
    }
  };

  const next = (row) => {
    let following = row.nextElementSibling;
    while (following && !following.id) following = following.nextElementSibling;
    return following;
  };

  const select = (from, to) => {
    range = { from: Math.min(from, to), to: Math.max(from, to) };
    mark("marked", [range]);
  };

  const follow = () => {
    range = readHash();
    mark("marked", range ? [range] : []);
    // A browser finds one line by itself, but no range, and nothing that the query asks for.
    const isOne = range && range.from === range.to;
    const sought = range || location.hash ? range?.from : asked().find(isHere);
    if (!isOne) line(sought)?.scrollIntoView({ block: "start" });
  };

  // The line whose number is at a point: numbers are the style sheet's, so only their place tells them.
  const numbered = (event) => {
    const row = event.target.closest?.("#sourcecode > [id]");
    if (!row) return undefined;
    const style = getComputedStyle(row, "::before");
    const width = parseFloat(style.width) + parseFloat(style.marginRight);
    return event.clientX - code.parentElement.getBoundingClientRect().left < width ? number(row) : undefined;
  };

  const press = (event) => {
    const pressed = numbered(event);
    if (pressed === undefined || event.button !== 0) return;
    event.preventDefault();
    const anchor = event.shiftKey && range ? (pressed < range.from ? range.to : range.from) : pressed;
    select(anchor, pressed);
    const drag = (moved) => {
      const row = document.elementFromPoint(moved.clientX, moved.clientY)?.closest("#sourcecode > [id]");
      if (row) select(anchor, number(row));
    };
    const release = () => {
      document.removeEventListener("pointermove", drag);
      history.replaceState(null, "", location.pathname + location.search + hash(range));
    };
    document.addEventListener("pointermove", drag);
    document.addEventListener("pointerup", release, { once: true });
    document.addEventListener("pointercancel", release, { once: true });
  };

  // ?hl=3:5,9 marks lines; ?msg=12:TITLE:TEXT puts a box below a line; ?lang=none takes the colours away. Another
  // language than the page was made in cannot be had.

  const highlights = () => {
    const parts = query.getAll("hl").join(",").split(",").map((part) => /^(\d+)(?::(\d+))?$/.exec(part.trim()));
    return parts.filter(Boolean).map((found) => {
      const [from, to] = [Number(found[1]), Number(found[2] ?? found[1])].sort((a, b) => a - b);
      return { from: Math.max(1, from), to };
    });
  };

  const messages = () => query.getAll("msg").map((text) => {
    const [place, title = "", ...rest] = text.split(":");
    return { line: /^\d+$/.test(place) ? Math.min(Math.max(1, Number(place)), lastLine) : 1, title, text: rest.join(":") };
  });

  const show = ({ line: wanted, title, text }) => {
    const box = element("span", { className: "message" }, element("strong", { textContent: title }), `\n${text}\n`);
    box.setAttribute("role", "note");
    let below = line(wanted);
    while (below?.nextElementSibling && !below.nextElementSibling.id) below = below.nextElementSibling;
    below?.after(box);
  };

  // A long file has several pages, whose links say their lines.

  const parts = [...document.querySelectorAll(".parts a")].map((link) => {
    const [from, to] = link.textContent.split("–").map(Number);
    return { from, to, link };
  });
  const lastLine = Math.max(lastRow() ? number(lastRow()) : 1, ...parts.map(({ to }) => to));
  const isHere = (wanted) => line(wanted) !== null;
  const partOf = (wanted) => parts.find(({ from, to }) => from <= wanted && wanted <= to);

  // The lines that the query asks for.
  const asked = () => [...highlights().map(({ from }) => from), ...messages().map((it) => it.line)];

  // Goes to the page that has what the address asks for, should this one have nothing of it.
  const leave = () => {
    const hashed = readHash();
    const wanted = hashed ? [hashed.from] : asked();
    const part = partOf(wanted[0]);
    if (!part || wanted.some(isHere)) return false;
    const address = new URL(part.link.href);
    address.search = location.search;
    address.hash = location.hash;
    location.replace(address);
    return true;
  };

  // What the query asks for may be on any part.
  for (const { link } of parts) link.search = location.search;

  // Copying

  const copy = async (text, what) => {
    try {
      await navigator.clipboard.writeText(text);
      say(`${what} copied.`);
    } catch {
      say("The browser does not allow copying.");
    }
  };

  const permalink = () => new URL(location.pathname + location.search + (range ? hash(range) : ""), location.href).href;
  const copyLink = () => {
    history.replaceState(null, "", permalink());
    return copy(permalink(), "Link");
  };

  const copyText = () => {
    const chosen = [...rows()].filter((row) => !range || (number(row) >= range.from && number(row) <= range.to));
    return copy(chosen.map((row) => row.textContent).join(""), range ? "Lines" : "Text");
  };

  const raw = document.querySelector(".facts .raw");

  const checksum = async () => {
    try {
      const bytes = await (await fetch(raw.href)).arrayBuffer();
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      const digits = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      const home = document.querySelector("header nav a").href;
      const others = new URL(`copyright/sha256/#${digits}`, home).href;
      sum.replaceWith(element("code", { textContent: `SHA-256 ${digits}` }),
        element("a", { href: others, textContent: "Who else has it" }));
    } catch {
      say("The checksum could not be computed.");
    }
  };

  const wrap = () => {
    choose("wrap", choices.wrap ? "" : "on");
    nameWrap();
  };
  const nameWrap = () => wrapping.setAttribute("aria-pressed", choices.wrap === "on");

  const place = element("span", { className: "tools" });
  place.append(element("a", { href: raw.href, download: document.querySelector("h1").textContent, textContent: "Download" }));
  tool("Copy link", "y", copyLink, place);
  tool("Copy text", "c", copyText, place);
  const wrapping = tool("Wrap", "w", wrap, place);
  nameWrap();
  let sum;
  if (window.crypto?.subtle && location.protocol !== "file:") sum = tool("SHA-256", "of the raw file", checksum, place);
  document.querySelector(".facts").append(place);
  key("y", "copy the link to this page and the lines chosen", copyLink);
  key("c", "copy the text, or the lines chosen", copyText);
  key("w", "wrap long lines, or not", wrap);
  key("r", "the raw file", () => { location.href = raw.href; });

  // The outline marks the symbol whose lines are read.

  const outline = [...document.querySelectorAll(".outline a")].map((link) => ({ link, at: line(link.hash.slice(2)) }));
  const outlined = outline.filter(({ at }) => at);
  let here;
  const locate = () => {
    const top = innerHeight / 4;
    let [low, high] = [0, outlined.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (outlined[middle].at.getBoundingClientRect().top <= top) low = middle + 1;
      else high = middle;
    }
    const link = outlined[low - 1]?.link;
    if (link === here) return;
    here?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "location");
    here = link;
  };
  let isDue = false;
  const scrolled = () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      locate();
    });
  };
  if (outlined.length > 0) {
    // Beside the code it takes no room from it: there it stays as it was last left.
    const details = document.querySelector(".outline");
    const isBeside = matchMedia("(min-width: 90rem) and (min-height: 36rem)");
    if (isBeside.matches && choices.outline) details.open = choices.outline === "open";
    details.querySelector("summary").addEventListener("click", () => {
      if (isBeside.matches) choose("outline", details.open ? "closed" : "open");
    });
    document.addEventListener("scroll", scrolled, { passive: true });
    locate();
  }

  // The head stays in sight, and says the name of the file once its heading does not.
  const header = document.querySelector("header");
  const heading = document.querySelector("h1");
  const name = element("li", { className: "name", textContent: heading.textContent, ariaHidden: "true" });
  header.querySelector("ol").append(name);
  new IntersectionObserver(([entry]) => header.classList.toggle("passed", !entry.isIntersecting)).observe(heading);

  code.addEventListener("pointerdown", press);
  window.addEventListener("hashchange", () => leave() || follow());
  if (query.get("lang") === "none") code.classList.add("plain");
  if (!leave()) {
    mark("highlight", highlights());
    messages().forEach(show);
    follow();
  }
})();
