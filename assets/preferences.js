// What the reader chose before, set on the root element before anything is painted, so that nothing flashes or moves.
"use strict";

for (const name of ["theme", "tree", "outline", "wrap", "keys"]) {
  try {
    const value = localStorage.getItem(name);
    if (value) document.documentElement.dataset[name] = value;
  } catch {
    // Storage is not allowed here: nothing was chosen.
  }
}
