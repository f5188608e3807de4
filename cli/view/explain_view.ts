import { changeCatalogue } from "../../reconcile/changes/catalogue.ts";
import type { ChangeCode } from "../../reconcile/changes/change_code.ts";
import { commandText } from "../program/command_text.ts";
import type { Screen } from "../terminal/terminal.ts";
import { wrap } from "../terminal/wrap.ts";
import { textWidth } from "./change_view.ts";

const LABEL = 9;
const INDENT = 4;

/** What the codes of a topic are about; a code begins with its topic. */
const TOPICS: Readonly<Record<string, string>> = {
  contract: "the contract as a whole",
  uses: "what is used of other contracts",
  state: "what apps and devices keep",
  surface: "RPCs, operations, events and feeds",
  capability: "capabilities that the contract defines",
  kv: "KV buckets",
  store: "object stores",
  job: "job queues",
  consumer: "groups that consume events",
  schema: "schemas of what others have written: stored values, input, queued jobs",
  output: "schemas of what others receive: output, progress, feeds, events, data of errors",
};

/** One code for a person: what happens, why, what can go wrong, what to do. */
export function codeText(code: ChangeCode, screen: Screen): string {
  const { style } = screen;
  const width = textWidth(screen);
  const entry = changeCatalogue[code];
  const paint = entry.severity === "safe" ? style.green : style.red;
  const part = (label: string, text: string): string => {
    const body = wrap(text, width, LABEL);
    return style.dim(label.padEnd(LABEL)) + body.slice(LABEL);
  };
  const lines = [
    `${style.bold(code)}  ${paint(entry.severity)}`,
    wrap(entry.title, width),
    "",
    part("because", entry.reason),
  ];
  if (entry.severity === "dangerous") {
    lines.push(part("danger", entry.danger), part("to do", entry.wayOut));
  }
  return lines.join("\n");
}

/** Codes for a person, by topic; those that wait for a decision are marked. */
export function codesText(codes: readonly ChangeCode[], screen: Screen): string {
  const { style } = screen;
  const width = textWidth(screen);
  const column = Math.max(...codes.map((code) => code.length)) + 2;
  const lines: string[] = [];
  let topic = "";
  for (const code of codes) {
    const next = code.split(".")[0] ?? "";
    if (next !== topic) {
      if (topic !== "") lines.push("");
      lines.push(...wrap(TOPICS[next] ?? next, width).split("\n").map(style.bold));
      topic = next;
    }
    const { severity, title } = changeCatalogue[code];
    const isDangerous = severity === "dangerous";
    const mark = isDangerous ? style.red("!") : " ";
    const head = `  ${mark} ${(isDangerous ? style.red : style.green)(code)}`;
    const gap = " ".repeat(column - code.length);
    // On a narrow screen the words go below the code.
    const beside = width >= column + INDENT + 24;
    const indent = beside ? column + INDENT : INDENT + 2;
    const body = wrap(title, width, indent);
    lines.push(...(beside ? head + gap + body.slice(indent) : `${head}\n${body}`).split("\n"));
  }
  return [
    ...lines,
    "",
    ...wrap(
      `! waits for a person; the others are safe. \`${
        commandText(["explain"])
      } <code>\` says more.`,
      width,
    )
      .split("\n"),
  ].join("\n");
}
