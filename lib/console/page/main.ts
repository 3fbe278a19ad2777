import { element } from "./dom.ts";
import { showContactPerson, showContactPersons, showCustomers, showProjects } from "./list-page.ts";
import { showOverview } from "./overview-page.ts";
import { showCustomer, showProject, type Page } from "./record-page.ts";
import { showReconciliation, showReconciliations } from "./reconciliation-page.ts";
import { parseRoute, type Route } from "./route.ts";

type Show = (route: Route, page: Page) => Promise<HTMLElement>;

const PAGES: Readonly<Record<string, { readonly all: Show; readonly one?: Show }>> = {
  "/": { all: showOverview },
  "/customers": { all: showCustomers, one: showCustomer },
  "/projects": { all: showProjects, one: showProject },
  "/contact-persons": { all: showContactPersons, one: showContactPerson },
  "/reconciliations": { all: showReconciliations, one: showReconciliation },
};

/** How often a page that nobody is typing in is shown anew. Milliseconds. */
const REFRESH_EVERY_MS = 3_000;

const content = document.querySelector<HTMLElement>("#content") ?? document.body;
const message = document.querySelector<HTMLElement>("#message") ?? document.body;

/** Counts what is asked for, so that a slow answer never replaces a newer one. */
let asked = 0;

/** The address that the content is of; another one's content must not stand below the reason why this one has none. */
let shownAddress: string | undefined;

let isReasonTold = false;

async function show(): Promise<void> {
  asked += 1;
  const mine = asked;
  const address = location.hash;
  const route = parseRoute(address);
  const page = PAGES[route.place];
  const render = route.id === undefined ? page?.all : page?.one;
  try {
    const shown = await (render ?? showNothing)(route, { act });
    if (mine !== asked) return;
    content.replaceChildren(shown);
    shownAddress = address;
    if (isReasonTold) tell("", false);
  } catch (error) {
    if (mine !== asked) return;
    if (shownAddress !== address) content.replaceChildren();
    tell(error instanceof Error ? error.message : String(error), true);
    isReasonTold = true;
  }
}

function showNothing(): Promise<HTMLElement> {
  return Promise.resolve(element("p", {}, ["There is no such page."]));
}

function act(action: () => Promise<string>): void {
  void carryOut(action);
}

async function carryOut(action: () => Promise<string>): Promise<void> {
  for (const button of content.querySelectorAll("button")) button.disabled = true;
  try {
    tell(await action(), false);
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error), true);
  }
  await show();
}

function tell(text: string, isBad: boolean): void {
  isReasonTold = false;
  message.textContent = text;
  message.classList.toggle("bad", isBad);
}

function markPlace(): void {
  const { place } = parseRoute(location.hash);
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === `#${place}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** Whoever fills in a form, or reads a record, is not disturbed. */
function isInUse(): boolean {
  return document.hidden || content.querySelector("form") !== null;
}

addEventListener("hashchange", () => {
  tell("", false);
  markPlace();
  void show();
});
setInterval(() => {
  if (!isInUse()) void show();
}, REFRESH_EVERY_MS);
markPlace();
void show();
