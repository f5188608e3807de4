import type { Context } from "hono";
import { html } from "hono/html";
import { printable } from "../terminal/printable.ts";
import { page } from "./layout.ts";

/**
 * Sends a browser on by a page of ours, not by a redirect. A form must not lead to another site: the
 * browser would stop it. And behind a redirect that another site began, Strict cookies stay behind.
 */
export function goOn(context: Context, title: string, url: string): Response | Promise<Response> {
  context.header("Refresh", `0; url=${url}`);
  return context.html(page(
    "Going on",
    html`<p><a href="${url}">Go on to ${
      printable(title)
    }</a>, if this page does not do so by itself.</p>`,
  ));
}
