import { adviceText } from "./command_text.ts";
import type { Output } from "./output.ts";
import type { Log } from "../log/log_lines.ts";

/** Answers that go into a log, beside results, which go where they always do. */
export function logOutput({ data }: Pick<Output, "data">, log: Log): Output {
  return {
    data,
    talk: (text) => log("info", "note", text),
    warn: (text) => log("warn", "note", text),
    problem: ({ message, code, ...advice }) =>
      log("error", "problem", message, { code, hint: adviceText(advice) }),
  };
}
