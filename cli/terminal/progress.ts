import { duration } from "./duration.ts";
import { printable } from "./printable.ts";
import type { Terminal } from "./terminal.ts";

/** Something that takes a while. Disposing of it without an end removes its line. */
export interface Progress extends Disposable {
  /** Changes what is shown as being done. */
  update(label: string): void;
  /** Ends it with success; without a text, a line stays only if progress was visible. */
  done(text?: string): void;
  /** Ends it with failure; the error itself is reported elsewhere. */
  fail(): void;
}

/** Nothing is shown for work that is shorter than this, in milliseconds. */
const PATIENCE = 400;
const REFRESH = 100;
const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;

/**
 * Shows that something is going on, on stderr: a line rewritten in place on a terminal, otherwise
 * one plain line at the start and one at the end.
 *
 * ```ts ignore
 * using work = progress(terminal, "Downloading nats-server");
 * await download((share) => work.update(`Downloading nats-server, ${share} %`));
 * work.done();
 * ```
 */
export function progress(terminal: Terminal, label: string, quiet = false): Progress {
  const { clock, err, status } = terminal;
  const started = clock.now();
  let current = printable(label);
  let frame = 0;
  let ended = false;
  const elapsed = () => clock.now() - started;
  const draw = () => {
    if (elapsed() < PATIENCE) return;
    const spinner = err.style.cyan(FRAMES[frame++ % FRAMES.length] ?? "");
    // Whole seconds, so that the line does not flicker.
    const seconds = Math.floor(elapsed() / 1000);
    status.show(spinner, `${current}${seconds > 0 ? `  ${duration(seconds * 1000)}` : ""}`);
  };
  const rewrites = status.available && !quiet;
  const stop = rewrites ? clock.every(REFRESH, draw) : () => {};
  if (!rewrites && !quiet) err.line(`${current} …`);

  const end = (text?: string): void => {
    if (ended) return;
    ended = true;
    stop();
    status.clear();
    if (text !== undefined && !quiet) err.line(`${text} (${duration(elapsed())})`);
  };
  // Work that ended before anything was shown leaves no line on a terminal.
  const wasSeen = () => !rewrites || elapsed() >= PATIENCE;
  return {
    update(next) {
      current = printable(next);
    },
    done(text) {
      if (text !== undefined) end(printable(text));
      else end(wasSeen() ? `${current}: done` : undefined);
    },
    fail() {
      end(wasSeen() ? `${current}: failed` : undefined);
    },
    [Symbol.dispose]() {
      end();
    },
  };
}
