// What script adds to every page: colours, keys, and for pages of a package version its file finder, its tree and
// the same path in other versions. Every page can be read, and everything reached, without it.
"use strict";

const debpress = (() => {
  const data = document.body.dataset;
  const choices = document.documentElement.dataset;

  // A new element with these properties and children; texts are never parsed as HTML.
  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  // Sets or (with an empty value) takes back a choice, for this page and those to come.
  const choose = (name, value) => {
    if (value) choices[name] = value;
    else delete choices[name];
    try {
      if (value) localStorage.setItem(name, value);
      else localStorage.removeItem(name);
    } catch {
      // It counts for this page alone.
    }
  };

  // Says something that a screen reader should read out too.
  const say = (() => {
    const status = element("p", { className: "status" });
    status.setAttribute("role", "status");
    let timer;
    return (text) => {
      if (!status.isConnected) document.querySelector("main").append(status);
      status.textContent = text;
      clearTimeout(timer);
      timer = setTimeout(() => { status.textContent = ""; }, 3000);
    };
  })();

  // Tools and keys

  const tools = element("p", { className: "tools" });
  const keys = new Map();

  const tool = (label, title, act, place = tools) => {
    const button = element("button", { type: "button", textContent: label, title });
    button.addEventListener("click", act);
    place.append(button);
    return button;
  };

  // Binds a key; `label` is what the help says of it.
  const key = (name, label, act) => keys.set(name, { label, act });

  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    const combined = event.altKey || event.metaKey;
    if (event.ctrlKey && event.key === "p" && !combined && keys.has("t")) {
      event.preventDefault();
      keys.get("t").act();
    }
    if (event.ctrlKey || combined || choices.keys === "off" || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const bound = keys.get(event.key);
    if (bound) {
      event.preventDefault();
      bound.act();
    }
  });

  // A box above the page with a heading and what is in it; Escape and a click beside it close it.
  const dialog = (heading, ...children) => {
    const close = element("button", { type: "button", textContent: "Close" });
    const title = element("h2", { id: `dialog-${heading.toLowerCase().replaceAll(" ", "-")}`, textContent: heading });
    const box = element("dialog", {}, title, ...children, close);
    box.setAttribute("aria-labelledby", title.id);
    close.addEventListener("click", () => box.close());
    box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
    document.body.append(box);
    return box;
  };

  const help = () => {
    let box;
    return () => {
      if (!box) {
        const rows = [...keys].map(([name, { label }]) =>
          element("tr", {}, element("td", {}, element("kbd", { textContent: name })), element("td", { textContent: label })));
        const off = element("input", { type: "checkbox", checked: choices.keys === "off" });
        off.addEventListener("change", () => choose("keys", off.checked ? "off" : ""));
        box = dialog("Keys", element("table", {}, element("tbody", {}, ...rows)),
          element("p", {}, element("label", {}, off, " Leave single keys alone")));
      }
      box.showModal();
    };
  };

  // Colours

  const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (choices.theme ? choices.theme === "dark" : systemIsDark.matches);

  const switchTheme = () => {
    const wanted = isDark() ? "light" : "dark";
    choose("theme", (wanted === "dark") === systemIsDark.matches ? "" : wanted);
    nameTheme();
  };
  const theme = tool("", "Light or dark colours", switchTheme);
  const nameTheme = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  systemIsDark.addEventListener("change", nameTheme);
  nameTheme();

  // The data of a package version

  const loaded = new Map();
  const load = (link) => {
    if (!loaded.has(link)) {
      const answer = fetch(link).then((response) => {
        if (!response.ok) throw new Error(`${link}: ${response.status}`);
        return response.json();
      });
      answer.catch(() => loaded.delete(link));
      loaded.set(link, answer);
    }
    return loaded.get(link);
  };

  // The bytes that a link means, each as one character: links are spelled in more than one way.
  const bytes = (link) => link.replace(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(parseInt(digits, 16)));

  // A link as readers see it: a path, as far as it is UTF-8.
  const readable = (link) => {
    try {
      return decodeURIComponent(link);
    } catch {
      return link;
    }
  };

  const versionPage = data.version && new URL(data.version, location.href);

  // The link to this page, seen from the version's.
  const here = versionPage ? bytes(location.pathname).slice(bytes(versionPage.pathname).length) : "";

  const files = async () => (await load(data.files)).files;

  // Where this page is among the files of its version; -1 when it is none of them.
  const position = (links) => {
    const at = links.findIndex((link) => bytes(link) === here);
    return at >= 0 ? at : links.findIndex((link) => `${bytes(link)}.html` === here);
  };

  const go = (link) => { location.href = new URL(link, versionPage).href; };

  const failed = () => say("The list of files could not be loaded.");

  const step = (distance) => async () => {
    try {
      const links = await files();
      const link = links[position(links) + distance];
      if (link === undefined) say("There is no further file.");
      else go(link);
    } catch {
      failed();
    }
  };

  // The file finder

  // How well a path, in lower case, fits what is looked for; undefined when it does not. Its letters come in order;
  // in the name, at the start of a word, or side by side, they count more.
  const fit = (path, wanted) => {
    let at = -1;
    let score = 0;
    const name = path.lastIndexOf("/") + 1;
    for (const letter of wanted) {
      const next = path.indexOf(letter, at + 1);
      if (next < 0) return undefined;
      if (next === at + 1) score += 4;
      if (next === 0 || "/._- ".includes(path[next - 1])) score += 3;
      if (next >= name) score += 2;
      at = next;
    }
    if (path.includes(wanted)) score += 8;
    if (path.startsWith(wanted, name)) score += 12;
    return score - path.length / 64;
  };

  const MOST_FOUND = 40;

  const find = (paths, text) => {
    const wanted = text.toLowerCase().replaceAll(" ", "");
    const found = [];
    for (const path of paths) {
      const score = fit(path.lower, wanted);
      if (score !== undefined) found.push({ path, score });
    }
    return found.sort((a, b) => b.score - a.score).slice(0, MOST_FOUND).map(({ path }) => path);
  };

  const finder = () => {
    let box, input, list, paths, selected;

    const show = () => {
      const found = find(paths, input.value);
      list.replaceChildren(...found.map((path, at) => {
        const row = element("li", { id: `found-${at}` }, element("a", { href: new URL(path.link, versionPage).href, tabIndex: -1, textContent: path.name }));
        row.setAttribute("role", "option");
        return row;
      }));
      select(0);
    };

    const select = (at) => {
      selected = Math.max(0, Math.min(at, list.children.length - 1));
      [...list.children].forEach((row, number) => row.setAttribute("aria-selected", number === selected));
      const row = list.children[selected];
      if (row) {
        input.setAttribute("aria-activedescendant", row.id);
        row.scrollIntoView({ block: "nearest" });
      } else {
        input.removeAttribute("aria-activedescendant");
      }
    };

    const press = (event) => {
      const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
      if (event.key in steps) {
        event.preventDefault();
        select(selected + steps[event.key]);
      } else if (event.key === "Enter") {
        event.preventDefault();
        list.children[selected]?.firstChild.click();
      }
    };

    const make = () => {
      input = element("input", { type: "text", spellcheck: false, autocomplete: "off", placeholder: "Letters of its path, in order" });
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-label", "File");
      input.setAttribute("aria-expanded", "true");
      input.setAttribute("aria-controls", "found");
      list = element("ul", { id: "found" });
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", "Files");
      input.addEventListener("input", show);
      input.addEventListener("keydown", press);
      box = dialog("Find a file", input, list);
      box.classList.add("finder");
    };

    return async () => {
      if (box?.open) return;
      try {
        const links = await files();
        paths ??= links.map((link) => ({ link, name: readable(link), lower: readable(link).toLowerCase() }));
      } catch {
        failed();
        return;
      }
      if (!box) make();
      box.showModal();
      input.select();
      show();
    };
  };

  // The tree

  // Folders are maps, files their links.
  const grow = (links) => {
    const top = new Map();
    for (const link of links) {
      const parts = link.split("/");
      const name = parts.pop();
      let folder = top;
      for (const part of parts) {
        if (!folder.has(`${part}/`)) folder.set(`${part}/`, new Map());
        folder = folder.get(`${part}/`);
      }
      folder.set(name, link);
    }
    return top;
  };

  const branch = (folder, way) => {
    const entries = [...folder];
    const isFolder = ([, content]) => content instanceof Map;
    const rows = [...entries.filter(isFolder), ...entries.filter((entry) => !isFolder(entry))].map(([name, content]) => {
      if (!(content instanceof Map)) {
        const link = element("a", { href: new URL(content, versionPage).href, textContent: readable(name) });
        if (bytes(content) === here || `${bytes(content)}.html` === here) link.setAttribute("aria-current", "page");
        return element("li", {}, link);
      }
      const path = way + bytes(name);
      const folded = element("details", { open: here.startsWith(path) }, element("summary", { textContent: readable(name) }));
      const unfold = () => { if (folded.open && folded.children.length === 1) folded.append(branch(content, path)); };
      folded.addEventListener("toggle", unfold);
      unfold();
      return element("li", {}, folded);
    });
    return element("ul", {}, ...rows);
  };

  const tree = () => {
    let panel;
    const isWide = matchMedia("(min-width: 70rem)");
    const fill = async () => {
      if (panel || !isWide.matches || choices.tree !== "open") return;
      panel = element("nav", { className: "tree" });
      panel.setAttribute("aria-label", "Files of this version");
      document.querySelector("main").before(panel);
      try {
        panel.append(branch(grow(await files()), ""));
        panel.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
        scrollTo({ top: scrollY });
      } catch {
        failed();
      }
    };
    isWide.addEventListener("change", fill);
    fill();
    return () => {
      choose("tree", choices.tree === "open" ? "" : "open");
      fill();
    };
  };

  // The same path in other versions

  const versions = () => {
    let box;

    const row = ({ version, link, suites }) => {
      const address = new URL(link, new URL(data.root, location.href));
      const anchor = element("a", { href: new URL(encoded(here), address).href, textContent: version });
      if (address.href === versionPage.href) anchor.setAttribute("aria-current", "page");
      const remark = element("td");
      fetch(anchor.href, { method: "HEAD" }).then((response) => {
        if (response.ok) return;
        remark.textContent = "not there";
        anchor.href = address.href;
      }, () => {});
      return element("tr", {}, element("td", {}, anchor), element("td", { textContent: suites.join(", ") }), remark);
    };

    return async () => {
      try {
        const { versions: all } = await load(data.map);
        box ??= dialog("Other versions", element("table", {}, element("tbody", {}, ...all.filter((it) => it.shown).map(row))));
        box.showModal();
      } catch {
        failed();
      }
    };
  };

  const encoded = (path) => path.replace(/[^\w.~/-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`);

  // What needs the data can't be had from a file system, where pages are of no origin.
  if (data.files && location.protocol !== "file:") {
    const openFinder = finder();
    const openVersions = versions();
    tool("Find file", "t or Ctrl-P", openFinder);
    const toggle = tree();
    tool("Tree", "b", toggle).className = "wide";
    tool("Other versions", "v", openVersions);
    key("t", "find a file of this version (also Ctrl-P)", openFinder);
    key("b", "show or hide the tree of files", toggle);
    key("v", "this path in other versions", openVersions);
    key("[", "the file before", step(-1));
    key("]", "the file after", step(1));
  }
  if (data.version) {
    key("u", "the folder around", () => { location.href = new URL(here.endsWith("/") ? "../" : "./", location.href).href; });
  }
  key("d", "dark or light colours", switchTheme);
  const openHelp = help();
  key("?", "this list", openHelp);
  tool("Keys", "?", openHelp);
  document.querySelector("header").append(tools);

  return { element, tool, key, choose, choices, say };
})();
