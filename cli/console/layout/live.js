// @ts-check
/// <reference lib="dom" />
/** Keeps the parts of a page as things are: the server sends them again when they have changed. */

const rules = { createHTML: (/** @type {string} */ html) => html };
/** @type {{ createPolicy(name: string, its: typeof rules): typeof rules } | undefined} */
const types = Reflect.get(globalThis, "trustedTypes");
// What comes was made by the server as the page itself was: everything in it is escaped.
const policy = types?.createPolicy("console", rules) ?? rules;

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";
/** Milliseconds until somebody is told that the connection is lost, and between two attempts. */
const LOST_MS = 2000;

/** Shows what came. Focus and what is folded open stay. @param {HTMLElement} part @param {string} html */
function show(part, html) {
  const focusable =
    () => [.../** @type {NodeListOf<HTMLElement>} */ (part.querySelectorAll(FOCUSABLE))];
  const focus = focusable().findIndex((element) => element === document.activeElement);
  const open = [...part.querySelectorAll("details")].map((details) => details.open);
  part.innerHTML = policy.createHTML(html);
  part.querySelectorAll("details").forEach((details, at) => {
    details.open = open[at] ?? details.open;
  });
  if (focus >= 0) focusable()[focus]?.focus({ preventScroll: true });
}

/**
 * Adds rows on top, as far as they are kept; a later connection goes on from there.
 * @param {HTMLElement} part @param {string} html @param {string} last
 */
function add(part, html, last) {
  part.insertAdjacentHTML("afterbegin", policy.createHTML(html));
  while (part.children.length > Number(part.dataset.keep)) part.lastElementChild?.remove();
  const from = new URL(part.dataset.live ?? "", location.href);
  from.searchParams.set("after", last);
  part.dataset.live = from.href;
}

/** Parts whose connection is lost. @type {Set<HTMLElement>} */
const lost = new Set();
const notice = document.createElement("p");
notice.className = "notice problem";
notice.setAttribute("role", "alert");
notice.textContent = "The connection is lost: what you see may be old. It is tried again.";

/** @param {HTMLElement} part @param {boolean} isLost */
function note(part, isLost) {
  if (isLost) lost.add(part);
  else lost.delete(part);
  if (lost.size === 0) notice.remove();
  else document.querySelector("main")?.prepend(notice);
}

/** Follows a part while the page is looked at: browsers have few connections. @param {HTMLElement} part */
function follow(part) {
  /** @type {EventSource | undefined} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const close = () => {
    clearTimeout(timer);
    source?.close();
  };
  const open = () => {
    close();
    if (document.hidden) return;
    source = new EventSource(part.dataset.live ?? "");
    source.onopen = () => {
      clearTimeout(timer);
      note(part, false);
    };
    source.onmessage = ({ data, lastEventId }) => {
      if (part.dataset.keep === undefined) show(part, JSON.parse(data));
      else add(part, JSON.parse(data), lastEventId);
    };
    source.onerror = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        note(part, true);
        open();
      }, LOST_MS);
    };
  };
  document.addEventListener("visibilitychange", open);
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
}

for (const part of document.querySelectorAll("[data-live]")) {
  follow(/** @type {HTMLElement} */ (part));
}
// A page that only sends its browser on.
/** @type {HTMLFormElement | null} */ (document.querySelector("form[data-go]"))?.submit();
