import { html } from "hono/html";
import { printable } from "../terminal/printable.ts";
import type { ContractAsk } from "./contract_ask.ts";
import type { Outcome } from "./login_record.ts";
import type { Login } from "./logins.ts";
import { type OtherWay, otherWays } from "./other_ways.ts";
import { type Html, messagePage, page, problem } from "./layout.ts";

/** What a contract asks for, and whether the person's approval is enough for it. */
export interface ShownAsk extends ContractAsk {
  readonly isEnough: boolean;
}

/** What was typed before, and what was wrong with it. */
export interface Attempt {
  readonly name: string;
  readonly problem: string;
}

/** Asks who somebody is, before they decide about a login. */
export function signInPage(login: Login, ways: readonly OtherWay[], attempt?: Attempt): Html {
  return page(
    "Log in",
    html`
      ${askedText(login)}
      ${problem(attempt?.problem)}
      <form method="post" action="/login/${login.id}">
        <label>Name <input name="name" value="${attempt?.name ??
          ""}" autocomplete="username" autocapitalize="none" spellcheck="false" required></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
        <div class="buttons"><button>Go on</button></div>
      </form>
      ${otherWays(ways, "login", login.id)}
    `,
  );
}

/** Asks whether somebody lets the device, or the app on it, act for them. */
export function decisionPage(
  login: Login,
  user: { readonly name: string; readonly display?: string; readonly admin?: true },
  ask: ShownAsk | undefined,
  failed?: string,
): Html {
  const { device, page: asking } = login.request;
  const name = user.display === undefined ? user.name : `${user.display} (${user.name})`;
  return page(
    ask === undefined ? `Let ${asker(login)} in?` : `Let ${printable(ask.displayName)} in?`,
    html`
      ${problem(failed)}
      <dl>
        <dt>You</dt>
        <dd>${printable(name)}</dd>
        ${asking &&
          html`
            <dt>Page</dt>
            <dd>${asking.origin}</dd>
          `}
        <dt>Device</dt>
        <dd>${printable(device)}</dd>
        <dt>From</dt>
        <dd>${login.address}</dd>
      </dl>
      ${asking?.returnTo === undefined && html`<p class="code">${login.code}</p>
<p class="faint">Go on only where the device shows this code.</p>`}
      ${ask === undefined ? everythingText(user.admin === true, asker(login)) : askText(ask)}
      <form method="post" action="/login/${login.id}/decision">
        <div class="buttons">
          <button name="decision" value="approve">Let it in</button>
          <button name="decision" value="refuse" class="quiet">Refuse</button>
        </div>
      </form>
    `,
  );
}

/** Says what a decision has led to. */
export function decidedPage(login: Login, decision: Outcome): Html {
  const device = printable(login.request.device);
  if (decision.kind === "refused") {
    return messagePage("Refused", `Nobody is logged in on ${device}. You can close this page.`);
  }
  if (decision.pending === undefined) {
    return messagePage("Done", `You are logged in on ${device}. You can close this page.`);
  }
  const { words, command } = decision.pending;
  const { returnTo } = login.request.page ?? {};
  return page(
    "Almost done",
    html`<p>${device} knows who you are, and may do nothing yet. ${words}</p>
<p><code>${command}</code></p>
<p>It goes on by itself as soon as that is done.</p>
${returnTo && html`<p><a href="${returnTo}">Back to the app</a></p>`}`,
  );
}

/** A login that leads back to its page goes on in the same browser: there is nothing to compare. */
function askedText(login: Login): Html {
  const who = whoAsks(login);
  return login.request.page?.returnTo === undefined
    ? html`<p>${who} asks you to log in. It shows this code:</p>
<p class="code">${login.code}</p>
<p class="faint">If it shows another code, or if you did not ask for this, close this page.</p>`
    : html`<p>${who} asks you to log in.</p>
<p class="faint">If you did not ask for this, close this page.</p>`;
}

function whoAsks({ request: { device, contract, page }, address }: Login): string {
  const where = page?.origin ?? `${printable(device)} (${address})`;
  const who = contract !== undefined
    ? printable(contract.manifest.displayName)
    : page === undefined
    ? "A terminal"
    : "The Console";
  return `${who} on ${where}`;
}

/** Who asks without a contract: of pages, that is the Console alone. */
function asker({ request: { page } }: Login): string {
  return page === undefined ? "this terminal" : "the Console in this browser";
}

function everythingText(isAdmin: boolean, who: string): Html {
  return isAdmin
    ? html`<p>You are an admin: for seven days, ${who} <strong>may do everything</strong>.</p>`
    : html`<p>For seven days, ${who} may do what you may do.</p>`;
}

function askText(
  { id, description, may, gains, capabilities, standing, isEnough }: ShownAsk,
): Html {
  const asked = standing === "more" ? gains : may;
  const heading = standing === "more" ? "New: in your name it asks to" : "In your name it may";
  return html`<p>${printable(description)} <span class="faint">${id}</span></p>
<h2>${heading}</h2>
<ul>${asked.map((words) => html`<li>${words}</li>`)}</ul>
${
    capabilities.length === 0 ? "" : html`<h2>Some of it takes</h2>
<ul>${
      capabilities.map(({ key, displayName, description, held }) =>
        html`<li><strong>${printable(displayName)}</strong> ${printable(description)}
<span class="faint">${key}, ${held ? "which you have" : "which you do not have"}</span></li>`
      )
    }</ul>`
  }
${
    standing === "approved"
      ? html`<p class="faint">What it asks for was approved before.</p>`
      : isEnough
      ? ""
      : html`<p class="faint">An admin has to approve this, too, before it may do anything.</p>`
  }`;
}
