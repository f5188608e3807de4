import { html } from "hono/html";
import { printable } from "../terminal/printable.ts";
import { type OtherWay, otherWays } from "./other_ways.ts";
import { type Html, page, problem } from "./layout.ts";

/** Lets somebody choose a password by a link. */
export function passwordPage(
  token: string,
  name: string,
  ways: readonly OtherWay[],
  wrong?: string,
): Html {
  return page(
    ways.length === 0 ? "Choose a password" : "Choose how you log in",
    html`<p>For <strong>${printable(name)}</strong>.</p>
${problem(wrong)}
<form method="post" action="/password/${token}">
<input name="name" value="${name}" autocomplete="username" hidden readonly>
${passwordFields()}
<div class="buttons"><button>Save it</button></div>
</form>
${otherWays(ways, "invitation", token)}`,
  );
}

/** Lets whoever has started Trellis become its first admin. */
export function firstAdminPage(token: string, name = "", wrong?: string): Html {
  return page(
    "Become the first admin",
    html`<p>An admin may do everything, and lets others in.</p>
${problem(wrong)}
<form method="post" action="/first-admin/${token}">
<label>Name <input name="name" value="${name}" autocomplete="username" autocapitalize="none" spellcheck="false" required></label>
${passwordFields()}
<div class="buttons"><button>Become the first admin</button></div>
</form>`,
  );
}

function passwordFields(): Html {
  return html`<label>Password <input name="password" type="password" autocomplete="new-password" required></label>
<label>The same again <input name="again" type="password" autocomplete="new-password" required></label>`;
}
