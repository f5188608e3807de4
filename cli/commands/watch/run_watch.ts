import { callerText, isFailure, type LiveFilter, nameOf } from "../../live/live_filter.ts";
import { LiveHub } from "../../live/nats/live_hub.ts";
import type { LiveItem } from "../../live/live_item.ts";
import { missingText } from "../../live/missing_text.ts";
import { News } from "../../live/news.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { bytes } from "../../terminal/bytes.ts";
import { duration } from "../../terminal/duration.ts";
import { printable } from "../../terminal/printable.ts";
import type { Style } from "../../terminal/style.ts";

/** What is asked for on the command line. */
export interface WatchValues {
  readonly deployment: string | undefined;
  readonly kind: LiveItem["kind"] | undefined;
  readonly name: string | undefined;
  readonly errors: boolean;
  readonly by: string | undefined;
  /** Milliseconds. */
  readonly slowerThan: number | undefined;
  readonly perSecond: number;
}

/** Items that are printed at once; of more the last ones. */
const MOST = 1000;
/** Milliseconds between two words about what is left out. */
const TALK_MS = 5000;

/** Prints what happens until it is interrupted. */
export async function runWatch(
  { perSecond, ...wanted }: WatchValues,
  { messaging }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const { signal, output, terminal: { out } } = context;
  const filter = definedOf(wanted);
  const { deployment } = filter;
  const hub = new LiveHub({ perSecond, ...(deployment === undefined ? {} : { deployment }) });
  using ended = new Ended(signal);
  const closed = messaging.closed().then((error) => {
    ended.end();
    return error;
  });
  const news = new News(ended.signal);
  hub.look({ messaging, signal: ended.signal, tell: () => news.tell() });
  output.talk("watching; requests are shown when a service has answered them");
  out.stream.watchReader();
  let last = 0;
  let talked = performance.now();
  while (!ended.signal.aborted) {
    await news.next();
    const items = hub.after(last, filter, MOST);
    last = hub.last;
    for (const { number: _, ...item } of items) {
      output.data(item, () => itemLine(item, out.style));
    }
    await out.stream.flushed(ended.signal);
    if (performance.now() - talked < TALK_MS) continue;
    talked = performance.now();
    const missing = missingText(hub.traffic);
    if (missing !== undefined) output.talk(missing);
  }
  if (signal.aborted) return EXIT_CODE.interrupted;
  const error = await closed;
  return error === undefined ? EXIT_CODE.ok : failed(context, error);
}

/** One line for a person. */
function itemLine(item: LiveItem, style: Style): string {
  const time = style.dim(new Date(item.at).toISOString().slice(11, 23));
  const name = printable(nameOf(item));
  switch (item.kind) {
    case "request": {
      const code = item.code === "ok" ? style.green("ok") : style.red(printable(item.code));
      const size = `${bytes(item.bytesIn)} in, ${bytes(item.bytesOut)} out`;
      const caller = printable(callerText(item));
      const { deployment } = item;
      return `${time} request ${deployment} ${name} ${code} ${duration(item.ms)} by ${caller}, ` +
        `${size} ${style.dim(`trace ${item.trace}`)}`;
    }
    case "event": {
      const trace = item.trace === undefined ? "" : ` ${style.dim(`trace ${item.trace}`)}`;
      return `${time} event ${name} ${bytes(item.bytes)}${trace}`;
    }
    case "step": {
      const text = printable(item.text);
      return `${time} step ${printable(item.deployment)} ${
        isFailure(item) ? style.red(text) : text
      }`;
    }
  }
}

function definedOf(
  { deployment, kind, name, errors, by, slowerThan }: Omit<WatchValues, "perSecond">,
): LiveFilter {
  return {
    errors,
    ...(deployment === undefined ? {} : { deployment }),
    ...(kind === undefined ? {} : { kind }),
    ...(name === undefined ? {} : { name }),
    ...(by === undefined ? {} : { by }),
    ...(slowerThan === undefined ? {} : { slowerThan }),
  };
}

/** Aborts with another signal, or by itself. */
class Ended implements Disposable {
  readonly #own = new AbortController();
  readonly signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.#own.signal]);
  }

  end(): void {
    this.#own.abort();
  }

  [Symbol.dispose](): void {
    this.end();
  }
}
