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
    document.querySelector("main").append(status);
    let timer;
    return (text) => {
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

  // For a moment after a dialog has closed, keys still come to the field in it that had the focus.
  const isTyping = (target) =>
    target.closest("input, textarea, select, [contenteditable]") && !target.closest("dialog:not([open])");

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

  // The data of a package version

  // Data is JSON, or a script that hands it over: pages on a file system may read nothing, but run scripts.
  const arrivals = new Map();
  const take = (data) => arrivals.get(document.currentScript)?.(data);
  const run = (link) => new Promise((arrived, fail) => {
    const script = element("script", { src: link });
    script.addEventListener("error", fail);
    arrivals.set(script, arrived);
    document.head.append(script);
  });

  const read = async (link) => {
    const response = await fetch(link);
    if (!response.ok) throw new Error(`${link}: ${response.status}`);
    return response.json();
  };

  const loaded = new Map();
  const load = (link) => {
    if (!loaded.has(link)) {
      const answer = link.endsWith(".js") ? run(link) : read(link);
      answer.catch(() => loaded.delete(link));
      loaded.set(link, answer);
    }
    return loaded.get(link);
  };

  // The bytes that a link means, each as one character: links are spelled in more than one way.
  const bytes = (link) => link.replace(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(parseInt(digits, 16)));

  // A link as readers see it: a path, as far as it is UTF-8. Links that are names of files have `.html` behind it.
  const readable = (link) => {
    const path = isOfFiles ? link.replace(/(?:(\/|^)(index~*)~)?\.html$/, "$1$2") : link;
    try {
      return decodeURIComponent(path);
    } catch {
      return path;
    }
  };

  // The versions of this page's package, and the one that the page belongs to. Links in the map are seen from the root
  // of the site, two folders above it.
  const map = data.map && new URL(data.map, location.href);
  const isOfFiles = map?.pathname.endsWith(".js");
  const root = map && new URL("../../", map);
  const belowRoot = (url) => bytes(url.pathname).slice(bytes(root.pathname).length);
  // The path of this page; for a further part of a long file that of its first, which has the file's address.
  const path = map && belowRoot(location).replace(/^info\/part\/(.*)~\d+(\.html)?$/s, "src/$1$2");

  const versions = async () => {
    const all = (await load(map.href)).versions;
    return all.map((it) => ({ ...it, page: new URL(it.link, root) }));
  };

  // The links to the files of a version, seen from its page.
  const filesOf = async ({ files }) => (files ? (await load(new URL(files, root).href)).files : []);

  // The address of the version's page, the links to its files, and the one to this page. A path may be that of an older
  // spelling, with `.html` behind it.
  const version = async () => {
    const own = (await versions()).find((it) => path.startsWith(folder(it.page)));
    const { page } = own;
    const links = await filesOf(own);
    const here = path.slice(folder(page).length);
    const at = links.findIndex((link) => bytes(link) === here);
    return { page, links, here, position: at >= 0 ? at : links.findIndex((link) => `${bytes(link)}.html` === here) };
  };

  const folder = (page) => belowRoot(new URL("./", page));

  const failed = () => say("The list of files could not be loaded.");

  const step = (distance) => async () => {
    try {
      const { page, links, position } = await version();
      const link = links[position + distance];
      if (position < 0 || link === undefined) say("There is no further file.");
      else location.href = new URL(link, page).href;
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
    let box, input, list, page, paths, selected;

    const show = () => {
      const found = find(paths, input.value);
      list.replaceChildren(...found.map((path, at) => {
        const row = element("li", { id: `found-${at}` }, element("a", { href: new URL(path.link, page).href, tabIndex: -1, textContent: path.name }));
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
        const found = await version();
        page = found.page;
        paths ??= found.links.map((link) => ({ link, name: readable(link), lower: readable(link).toLowerCase() }));
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

  const branch = (entries, way, { page, here, links, position }) => {
    const isFolder = ([, content]) => content instanceof Map;
    const sorted = [...entries].sort((a, b) => isFolder(b) - isFolder(a));
    const rows = sorted.map(([name, content]) => {
      if (!isFolder([name, content])) {
        const link = element("a", { href: new URL(content, page).href, textContent: readable(name) });
        if (content === links[position]) link.setAttribute("aria-current", "page");
        return element("li", {}, link);
      }
      const below = way + bytes(name);
      const folded = element("details", { open: here.startsWith(below) }, element("summary", { textContent: readable(name) }));
      const unfold = () => {
        if (folded.open && folded.children.length === 1) folded.append(branch(content, below, { page, here, links, position }));
      };
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
        const found = await version();
        panel.append(branch(grow(found.links), "", found));
        const current = panel.querySelector("[aria-current]");
        if (current) panel.scrollTop = current.offsetTop - panel.clientHeight / 2;
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

  const encoded = (path) => path.replace(/[^\w.~/-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`);

  // Whether a version has the page at a link; a file system answers no questions, but there are the lists.
  const hasPage = async (link, it, here) => {
    if (location.protocol !== "file:") return (await fetch(link.href, { method: "HEAD" })).ok;
    const folder = /^(.*\/)?index\.html$/s.exec(here);
    return (await filesOf(it)).map(bytes).some((file) => (folder ? file.startsWith(folder[1] ?? "") : file === here));
  };

  // A version with the link to a path in it; to the version's page, should the path not be there.
  const versionRow = (it, here, isThis) => {
    const link = element("a", { href: new URL(encoded(here), it.page).href, textContent: it.version });
    if (isThis) link.setAttribute("aria-current", "page");
    const remark = element("td");
    hasPage(link, it, here).then((found) => {
      if (found) return;
      remark.textContent = "not there";
      link.href = it.page.href;
    }, () => {});
    return element("tr", {}, element("td", {}, link), element("td", { textContent: it.suites.join(", ") }), remark);
  };

  const otherVersions = () => {
    let box;
    return async () => {
      try {
        const { page, here } = await version();
        const shown = (await versions()).filter((it) => it.files);
        const rows = () => shown.map((it) => versionRow(it, here, it.page.href === page.href));
        box ??= dialog("Other versions", element("table", {}, element("tbody", {}, ...rows())));
        box.showModal();
      } catch {
        failed();
      }
    };
  };

  // From a file system, data comes as scripts alone.
  if (map && (isOfFiles || location.protocol !== "file:")) {
    const openFinder = finder();
    const openVersions = otherVersions();
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
  if (map) key("u", "the folder around", () => [...document.querySelectorAll("header ol a")].at(-1).click());
  const openHelp = help();
  key("?", "this list", openHelp);
  tool("Keys", "?", openHelp);

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

  key("d", "dark or light colours", switchTheme);
  document.querySelector("header").append(tools);

  return { element, tool, key, choose, choices, say, take, load, bytes, readable };
})();
