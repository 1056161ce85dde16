// What may be meant by an address at which nothing is. Where no server has done it, this leads on from addresses of older
// sites and from names in a version's place; else it tells of versions that have the path, and of files that are called
// the same. Only what is there is told.
"use strict";

{
  const { element, load, bytes, readable } = debpress;
  const place = document.querySelector("#suggestions");
  const { root, links } = place.dataset;
  const [routes, folders] = [place.dataset.routes, place.dataset.folders].map(JSON.parse);
  const isOfFiles = links === "file";
  const MOST_VERSIONS = 30;
  const MOST_FILES = 20;

  // What is behind the site's root, as it was asked for.
  const wanted = location.pathname.startsWith(root) ? location.pathname.slice(root.length) : "";

  // Put together as a text: `//` at its start would be another host.
  const at = (path) => `${location.origin}${root}${path}`;
  const leave = (path) => location.replace(`${at(path)}${location.search}${location.hash}`);
  const isThere = async (path) => (await fetch(at(path), { method: "HEAD" })).ok;

  // Pages of files may be known by the names of their files only.
  const spelled = async (path) => {
    const spellings = isOfFiles ? [path, `${path}.html`, `${path}/index.html`] : [path];
    for (const spelling of spellings) if (await isThere(spelling)) return spelling;
    return undefined;
  };

  const mapOf = async (name) => {
    if (!/^[a-z0-9][a-z0-9+.-]*$/i.test(name)) return undefined;
    const prefix = name.slice(0, name.startsWith("lib") ? 4 : 1).toLowerCase();
    const link = `map/${encodeURIComponent(prefix)}/${encodeURIComponent(name)}.${isOfFiles ? "js" : "json"}`;
    return load(at(link)).catch(() => undefined);
  };

  // FOLDER/PACKAGE/VERSION/PATH, the package and the version decoded.
  const taken = () => {
    const folder = folders.find((it) => wanted.startsWith(`${it}/`)) ?? /^data\/[^/]+\/[^/]+(?=\/)/.exec(wanted)?.[0];
    if (!folder) return undefined;
    const [name, version, ...path] = wanted.slice(folder.length + 1).split("/");
    return { folder, name: readable(name), version: readable(version ?? ""), path: path.join("/") };
  };

  // The address of a path in a version.
  const inVersion = ({ folder, name }, { version, area }, path) => {
    const own = folder.startsWith("data/") ? folder.replace(/^data\/[^/]+/, `data/${area}`) : folder;
    return [own, encodeURIComponent(name), encodeURIComponent(version), path].join("/");
  };

  const show = (heading, rows) => {
    if (rows.length === 0) return;
    const items = rows.map(([path, text, remark]) =>
      element("li", {}, element("a", { href: `${at(path)}${location.hash}`, textContent: text }), remark ? ` (${remark})` : ""));
    place.append(element("h2", { textContent: heading }), element("ul", {}, ...items));
  };

  const tell = (text) => place.append(element("p", { textContent: text }));

  // Other versions in which the path is.
  const elsewhere = async (asked, { versions }) => {
    const path = asked.path.replace(/\/+$/, "");
    const others = versions.filter((it) => it.files && it.version !== asked.version).slice(0, MOST_VERSIONS);
    const rows = others.map(async (it) => {
      const found = await spelled(inVersion(asked, it, path)).catch(() => undefined);
      return found && [found, it.version, it.suites.join(", ")];
    });
    return (await Promise.all(rows)).filter((row) => row);
  };

  // Files of the version that are called as the last part of the path.
  const alike = async ({ version, path }, { versions }) => {
    const own = versions.find((it) => it.version === version);
    const name = bytes(path).replace(/\/+$/, "").split("/").pop().toLowerCase();
    if (!own?.files || !name) return [];
    const { files } = await load(at(own.files));
    const folder = own.link.replace(/[^/]*$/, "");
    const isAlike = (link) => readable(link).split("/").pop().toLowerCase() === name;
    return files.filter(isAlike).slice(0, MOST_FILES).map((link) => [`${folder}${link}`, readable(link)]);
  };

  const suggest = async (asked, map) => {
    const { name, version, path } = asked;
    const isKnown = map.versions.some((it) => it.version === version);
    const same = path ? await alike(asked, map).catch(() => []) : [];
    const others = await elsewhere(asked, map);
    show(`Files of this name in ${name} ${version}`, same);
    show(path ? "Versions that have this path" : `Versions of ${name}`, others);
    if (same.length === 0 && others.length === 0) tell(`No version of ${name} that is here has this.`);
    if (!isKnown) show("The package", [[`src/${encodeURIComponent(name)}/${isOfFiles ? "index.html" : ""}`, name]]);
  };

  const look = async () => {
    const once = wanted.replace(/%25(?=[0-9a-f]{2})/gi, "%");
    if (once !== wanted && (await spelled(once))) return leave(await spelled(once));
    const asked = taken();
    const map = asked && (await mapOf(asked.name));
    const named = map && Object.hasOwn(map.names, asked.version) ? map.names[asked.version] : undefined;
    if (named) return leave(inVersion(asked, map.versions.find((it) => it.version === named), asked.path));
    if (map) return suggest(asked, map);
    const route = routes.find(([from, , below]) => wanted.startsWith(`${from}/`) && (below !== "none" || wanted === `${from}/`)
      || wanted === from && below !== "kept" && below !== "documents");
    const rest = route && wanted.slice(route[0].length);
    if (route?.[2] === "documents") {
      const names = rest.split("/").filter((name) => name !== "");
      if (names.length === 1 || names.length === 2) return leave(`${route[1]}/${names.join("~")}.json`);
    } else if (route) return leave(route[2] === "kept" ? `${route[1]}${rest}` : route[1]);
    const name = asked?.name ?? /^search\/([^/]+)/.exec(wanted)?.[1];
    const found = name && [name, name.toLowerCase()];
    for (const it of found ?? []) {
      if (await mapOf(it)) return show("The package of this name", [[`src/${encodeURIComponent(it)}/${isOfFiles ? "index.html" : ""}`, it]]);
    }
    return name && tell(`There is no package ${name} here.`);
  };

  look().catch(() => tell("What there is could not be looked up. Load this page again to try once more."));
}
