import { html } from "hono/html";

/** A piece of a page; texts that are put into it are escaped. */
export type Html = ReturnType<typeof html>;

/** A whole page. */
export function page(title: string, body: Html): Html {
  return html`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>${title} · Trellis</title>
        <link rel="stylesheet" href="/portal.css">
      </head>
      <body>
        <header>Trellis</header>
        <main>
    <h1>${title}</h1>
    ${body}
        </main>
      </body>
    </html>
  `;
}

/** A page that says something, and asks for nothing. */
export function messagePage(title: string, ...paragraphs: readonly string[]): Html {
  return page(title, html`${paragraphs.map((text) => html`<p>${text}</p>`)}`);
}

/** What happened and what to do, as errors say it, as a sentence. */
export function sentence({ message, hint }: { message: string; hint: string }): string {
  return `${message[0]?.toUpperCase()}${message.slice(1)}: ${hint}.`;
}

/** What was wrong with the last attempt, above a form. */
export function problem(text: string | undefined): Html | "" {
  return text === undefined ? "" : html`<p class="problem" role="alert">${text}</p>`;
}
