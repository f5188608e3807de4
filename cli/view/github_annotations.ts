import type { Change } from "../../reconcile/changes/change.ts";
import { printable } from "../terminal/printable.ts";
import { changeWords } from "../words/change_words.ts";

/**
 * Changes as workflow commands of GitHub Actions, which show them beside the file of the new
 * contract: `::error file=…,title=…::message`. What could not be proved is a warning.
 */
export function githubAnnotations(
  changes: readonly Change[],
  { contract, file }: { readonly contract: string; readonly file: string },
): readonly string[] {
  return changes.map((change) => {
    const properties = `file=${property(file)},title=${property(`${contract} ${change.code}`)}`;
    const message = changeWords(change).map((line) => printable(line)).join("\n");
    return `::${level(change)} ${properties}::${data(message)}`;
  });
}

/** A comparison that failed, as an error beside the named file. */
export function githubFailure(message: string, file: string): string {
  const words = printable(message, { lines: true });
  return `::error file=${property(file)},title=${property("contract diff failed")}::${data(words)}`;
}

function level({ code, severity }: Change): "error" | "warning" | "notice" {
  if (severity === "safe") return "notice";
  return code.endsWith(".unproved") ? "warning" : "error";
}

/** A line break would end the command and start another one with foreign text. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(printable(text)).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
