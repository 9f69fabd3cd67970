// The inbox's single keys (j k a x / ?), and what a part of the page that was put in place of another needs: focus and a
// word for speech programs.  Everything here can be done without it.  Keys are off where the reading panel says so
// (data-keys="off", WCAG 2.1.4), while somebody types, and with Ctrl, Alt or Meta held.
(() => {
  "use strict";

  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const rows = () => [...document.querySelectorAll("table.inbox tbody tr")];
  const keysAreOn = root.dataset.keys !== "off";
  let wanted = -1; // the row that had the focus when a part of the page was about to be replaced

  const here = () => rows().indexOf(document.activeElement?.closest("table.inbox tbody tr"));

  const goTo = (number) => {
    const all = rows();
    const row = all[Math.max(0, Math.min(number, all.length - 1))];
    row?.querySelector("th a")?.focus();
    row?.scrollIntoView({ block: "nearest" });
  };

  const showKeys = () => {
    const dialog = byId("keys");
    if (!dialog.open) dialog.showModal(); // a modal dialog takes the focus, keeps it, and gives it back at its end
  };

  const COMMANDS = {
    j: () => goTo(here() + 1),
    k: () => goTo(here() < 0 ? 0 : here() - 1),
    a: () => rows()[here()]?.querySelector("button[name=one]")?.click(),
    x: () => rows()[here()]?.querySelector("input[name=case]")?.click(),
    "/": () => { byId("q").focus(); byId("q").select(); },
    "?": showKeys,
  };

  // What was meant on a keyboard of another script: the letter that is printed beside, and the key of / and ?.
  const meant = (event) => {
    if (/^Key[A-Z]$/.test(event.code) && !/^[\x20-\x7e]$/.test(event.key)) return event.code[3].toLowerCase();
    if (event.code === "Slash" && event.key === ".") return "/";
    if (event.code === "Slash" && event.key === ",") return "?";
    return event.key;
  };

  const types = (element) =>
    element.isContentEditable || ["TEXTAREA", "SELECT"].includes(element.tagName) ||
    (element.tagName === "INPUT" && !["checkbox", "radio", "button", "submit"].includes(element.type));

  document.addEventListener("keydown", (event) => {
    if (!keysAreOn || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (types(event.target) || byId("keys").open) return;
    const command = COMMANDS[meant(event)];
    if (!command) return;
    event.preventDefault();
    command();
  });

  const offerKeys = () => { if (keysAreOn) byId("show-keys").hidden = false; };
  document.addEventListener("click", (event) => { if (event.target.closest("#show-keys")) showKeys(); });
  offerKeys();

  document.addEventListener("htmx:beforeSwap", (event) => {
    // Signed out meanwhile, or refused: what came is another page, and the browser shows it as one.
    if (!event.detail.serverResponse.includes('id="inbox"')) {
      event.detail.shouldSwap = false;
      location.reload();
    }
    wanted = here();
  });
  document.addEventListener("htmx:afterSettle", () => {
    offerKeys();
    byId("said").textContent = byId("total").textContent;
    if (wanted >= 0 && here() < 0) goTo(wanted);
    wanted = -1;
  });
  for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(failure, () => location.reload());
  }
})();
