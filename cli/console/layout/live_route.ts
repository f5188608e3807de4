import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import type { ConsoleEnv } from "../console_env.ts";

/** Milliseconds between two of what is sent: whoever looks reads no faster. */
const LEAST_MS = 250;

/**
 * Sends a part of a page again and again, for `Live`: each time that `changes` gives something it is made
 * anew, and sent when it is another one than before.
 *
 * @param render makes the part; rejects when what it shows cannot be read
 * @param changes ends when its signal is aborted
 */
export function liveRoute(
  context: Context<ConsoleEnv>,
  render: () => Promise<VNode>,
  changes: (signal: AbortSignal) => AsyncIterable<unknown>,
): Response {
  return streamSSE(context, async (stream) => {
    const left = new AbortController();
    stream.onAbort(() => left.abort());
    const signal = AbortSignal.any([left.signal, context.var.visitor.signal]);
    let before = "";
    for await (const _ of changes(signal)) {
      const html = renderToString(await render());
      if (html === before || signal.aborted) continue;
      before = html;
      await stream.writeSSE({ data: JSON.stringify(html) });
      await stream.sleep(LEAST_MS);
    }
  });
}
