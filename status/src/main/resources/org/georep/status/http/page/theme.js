// Runs before anything is drawn, so that the page does not flash in the other colours.
"use strict";
{
  let chosen = null;
  try {
    chosen = localStorage.getItem("georep.theme");
  } catch {
    // Storage may be forbidden; the system's choice holds then.
  }
  if (chosen === "light" || chosen === "dark") {
    document.documentElement.dataset.theme = chosen;
  }
}
