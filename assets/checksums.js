// Looks up a SHA-256 in the table of checksums: the summary tells how many shards there are, and one of them has it.
"use strict";

{
  const { element, load } = debpress;
  const form = document.querySelector("form[data-table]");
  const input = form.elements.q;
  const found = document.querySelector("#found");
  const summary = new URL(form.dataset.table, location.href);
  const root = new URL(form.dataset.root, location.href);
  const isOfFiles = summary.pathname.endsWith(".js");
  const MOST_ROWS = 500;
  const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  // The first digits of the first checksum of the shard that has places beginning as `place`, a number of 32 bits, does.
  const shardOf = (place, shards) => {
    const beginning = (bits) => (bits === 0 ? 0 : place >>> (32 - bits));
    let bits = 31 - Math.clz32(shards);
    if (beginning(bits) < shards - 2 ** bits) bits += 1;
    const first = beginning(bits) * 2 ** (32 - bits);
    return first.toString(16).padStart(8, "0").slice(0, Math.max(1, Math.ceil(bits / 4)));
  };

  // A shard says which bits its places begin with: one that is newer than the summary may have fewer than were asked for.
  const occurrences = async (checksum) => {
    const { shards } = await load(summary.href);
    const place = parseInt(checksum.slice(0, 8), 16);
    const name = `${shardOf(place, shards)}${isOfFiles ? ".js" : ".json"}`;
    const { prefix, rows } = await load(new URL(name, summary).href);
    if (!place.toString(2).padStart(32, "0").startsWith(prefix)) throw new Error("the table has changed");
    return Object.hasOwn(rows, checksum) ? rows[checksum] : [];
  };

  // Names of folders that look as pages do, and of files on a file system, have something behind them in addresses.
  const addressOf = (path) => {
    const spelled = path.replace(/\.html(?:\.gz)?~*(?=\/)/g, "$&~");
    return isOfFiles ? `${spelled.replace(/(^|\/)index~*$/, "$&~")}.html` : spelled;
  };

  const readable = (path) => {
    try {
      return decodeURIComponent(path);
    } catch {
      return path;
    }
  };

  const row = ([name, version, path, licence]) => {
    const folder = new URL(`src/${encodeURIComponent(name)}/${encodeURIComponent(version)}/`, root);
    const page = isOfFiles ? new URL("index.html", folder) : folder;
    return element("tr", {},
      element("td", {}, element("a", { href: page.href, textContent: `${name} ${version}` })),
      element("td", {}, element("a", { href: new URL(addressOf(path), folder).href, textContent: readable(path) })),
      element("td", { className: licence ? "name" : "words", textContent: licence ?? "none declared" }));
  };

  const counted = (number, one) => `${number.toLocaleString("en")} ${one}${number === 1 ? "" : "s"}`;

  // The licences that are declared, the most frequent first, and how often.
  const licencesOf = (rows) => {
    const counts = new Map();
    for (const [, , , licence] of rows) if (licence) counts.set(licence, (counts.get(licence) ?? 0) + 1);
    return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  };

  const told = (rows) => {
    const licences = licencesOf(rows);
    const places = `This file is in ${counted(rows.length, "place")}.`;
    if (licences.length === 0) return `${places} No licence is declared for it.`;
    const [[licence, count]] = licences;
    if (licences.length === 1) return `${places} All that declare a licence for it agree: ${licence}.`;
    const list = licences.map(([name, number]) => `${name} (${number.toLocaleString("en")})`).join(", ");
    return `${places} They disagree on its licence: ${list}. Most frequent is ${licence}, ${counted(count, "time")}.`;
  };

  const show = (rows) => {
    const head = ["Package", "File", "Licence"].map((text) => element("th", { scope: "col", textContent: text }));
    const body = element("tbody", {}, ...rows.slice(0, MOST_ROWS).map(row));
    const table = element("table", {}, element("thead", {}, element("tr", {}, ...head)), body);
    const rest = rows.length > MOST_ROWS ? [element("p", { textContent: `Only the first ${MOST_ROWS} are shown.` })] : [];
    found.replaceChildren(element("p", { className: "lead", textContent: told(rows) }), element("div", { className: "scroll" }, table), ...rest);
  };

  const say = (text) => found.replaceChildren(element("p", { textContent: text }));

  const lookUp = async (text) => {
    const checksum = text.trim().toLowerCase().replace(/^sha256:/, "");
    input.value = checksum;
    if (!/^[0-9a-f]{64}$/.test(checksum)) return say("A SHA-256 has 64 hexadecimal digits.");
    if (checksum === EMPTY) return say("This is the checksum of an empty file; those are left out.");
    try {
      const rows = await occurrences(checksum);
      if (input.value !== checksum) return undefined;
      return rows.length > 0 ? show(rows) : say("No package here has a file with this SHA-256.");
    } catch {
      return say("The table could not be read. Load this page again to try once more.");
    }
  };

  const query = new URLSearchParams(location.search);
  const asked = () => location.hash.slice(1) || (query.get("q") ?? query.get("checksum"));

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (location.hash.slice(1) === input.value.trim()) lookUp(input.value);
    else location.hash = input.value.trim();
  });
  addEventListener("hashchange", () => lookUp(asked() ?? ""));
  if (asked()) lookUp(asked());
}
