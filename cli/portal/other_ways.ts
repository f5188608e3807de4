import { html } from "hono/html";
import { printable } from "../terminal/printable.ts";
import type { Html } from "./layout.ts";

/** A way to prove who one is that is no password. */
export interface OtherWay {
  /** As people call it. */
  readonly title: string;
  /** Where its form is sent. */
  readonly action: string;
}

/**
 * The buttons of other ways, below a form for a password.
 *
 * @param field what the link is that somebody has, and its value
 */
export function otherWays(
  ways: readonly OtherWay[],
  field: "login" | "invitation",
  value: string,
): Html {
  return html`${
    ways.map(({ title, action }) =>
      html`
        <form method="post" action="${action}">
          <input type="hidden" name="${field}" value="${value}">
          <div class="buttons"><button class="quiet">Go on with ${printable(title)}</button></div>
        </form>
      `
    )
  }`;
}
