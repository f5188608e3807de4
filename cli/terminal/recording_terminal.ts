import { createTerminal, type Terminal } from "./terminal.ts";
import { type OutputStream, SILENT_STREAM } from "./output_stream.ts";
import type { ColorEnvironment } from "./style.ts";

/** A terminal whose output can be read, and whose time is set, by a test. */
export interface RecordingTerminal {
  readonly terminal: Terminal;
  /** Everything on stdout so far. */
  out(): string;
  /** Everything on stderr so far. */
  err(): string;
  /** Lets time pass, in milliseconds; intervals are called on the way. */
  pass(ms: number): void;
  /** Intervals that were not stopped. */
  running(): number;
}

/** Makes a terminal that keeps what is written. */
export function recordingTerminal(
  options: {
    isTerminal?: boolean;
    columns?: number | (() => number);
    rows?: number;
    env?: ColorEnvironment;
  } = {},
): RecordingTerminal {
  const { isTerminal = false, columns = 40, rows = 24, env = { NO_COLOR: "1" } } = options;
  let out = "";
  let err = "";
  let now = 0;
  const timers = new Set<{ at: number; readonly ms: number; readonly tick: () => void }>();
  const terminal = createTerminal({
    stdout: recorder((text) => out += text),
    stderr: recorder((text) => err += text),
    isTerminal: { stdout: isTerminal, stderr: isTerminal },
    columns: () => typeof columns === "number" ? columns : columns(),
    rows: () => rows,
    env,
    noColor: false,
    clock: {
      now: () => now,
      every(ms, tick) {
        const timer = { at: now + ms, ms, tick };
        timers.add(timer);
        return () => void timers.delete(timer);
      },
    },
  });
  return {
    terminal,
    out: () => out,
    err: () => err,
    running: () => timers.size,
    pass(ms) {
      const end = now + ms;
      while (now < end) {
        const next = Math.min(end, ...[...timers].map((timer) => timer.at));
        now = next;
        for (const timer of [...timers].filter((timer) => timer.at <= now)) {
          timer.at += timer.ms;
          timer.tick();
        }
      }
    },
  };
}

function recorder(record: (text: string) => void): OutputStream {
  return { ...SILENT_STREAM, write: (bytes) => record(new TextDecoder().decode(bytes)) };
}
