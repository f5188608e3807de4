import type { ContractProblemCode } from "./contract_problem.ts";
import type { Evaluation } from "./evaluate_file.ts";

/** Why a file could not be imported. */
export interface ImportFailure {
  readonly code: ContractProblemCode;
  readonly message: string;
  readonly fix: string;
  /** Where, as far as it is known. */
  readonly place: Place | undefined;
}

/** A place in a source file. */
export interface Place {
  readonly url: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

type Threw = Extract<Evaluation, { kind: "threw" }>;

// deno-lint-ignore no-control-regex -- Deno colours the places in its messages.
const COLOUR = /\u001b\[[0-9;]*m/g;
// The path of a frame is shown decoded, and may hold spaces and parentheses.
const FRAME = /\bat (?:.*?\()?((?:file|https?):\/\/.+?):(\d+):(\d+)\)?\s*$/;
/** At the end of what Deno says of a module that it could not load; twice when it checks types. */
const LAST_PLACE = /(?:\s+at ((?:file|https?):\/\/[^\n]+?):(\d+):(\d+))+\s*$/;
const NO_ACCESS = /Requires (net|env|run|write|ffi|sys|read|import) access/;
/** What a module says of another one that it imports, and that imports it, while it is loaded. */
const TOO_EARLY = /^Cannot access '.+' before initialization$/;
const AS_DATA = "contracts are data: correct what the file does when it is imported";
const NO_CIRCLE =
  "declare it further up; where files import each other, move what one of them uses of the other " +
  "into a file outside contracts/, as a contract of the same id with that alone";

/**
 * Tells apart why a module did not load. Deno says most of it in words only, so the words decide
 * here and nowhere else.
 *
 * @param url the file that was imported: the place is the innermost one inside of it, if any
 */
export function importFailure(threw: Threw, url: string): ImportFailure {
  const said = threw.message.replaceAll(COLOUR, "");
  const message = said.replace(LAST_PLACE, "").replace(/, run again with the --allow-\w+ flag/, "")
    .trim();
  const at = LAST_PLACE.exec(said);
  const place = at === null ? stackPlace(threw.stack, url) : toPlace(at);
  const access = NO_ACCESS.exec(message)?.[1];
  if (access !== undefined && (threw.unloaded || threw.name === "NotCapable")) {
    return { code: "permission", message, fix: permissionFix(access, threw.unloaded), place };
  }
  if (/does not provide an export named|^Ambiguous import|^Indirectly exported/.test(message)) {
    return { code: "import", message, fix: "import a name that the module exports", place };
  }
  if (threw.unloaded && !message.startsWith("SyntaxError")) {
    return { code: "import", message, fix: "check the path, and imports in deno.json", place };
  }
  if (threw.unloaded || (threw.name === "SyntaxError" && at !== null)) {
    const [what = "is not valid", ...excerpt] = message.replace(/^SyntaxError: /, "").split("\n");
    const source = excerpt.length === 0 ? "" : `\n${excerpt.join("\n")}`;
    return { code: "syntax", message: what + source, fix: "correct the syntax", place };
  }
  const what = threw.name === "" || threw.name === "Error" ? message : `${threw.name}: ${message}`;
  const fix = TOO_EARLY.test(message) ? NO_CIRCLE : AS_DATA;
  return { code: "threw", message: `threw ${what || "an error"}`, fix, place };
}

function permissionFix(access: string, importing: boolean): string {
  if (importing && access === "read") return "import only packages and files of the project";
  if (importing) return "use a package from npm or JSR, or a file of the project";
  return "contracts are data: move it to a handler, which may use what the service may";
}

/** The first frame inside the file, else the first frame of any file. */
function stackPlace(stack: string, url: string): Place | undefined {
  const frames = stack.split("\n").map((line) => FRAME.exec(line)).filter((found) => found !== null)
    .map(toPlace);
  return frames.find((frame) => isSameUrl(frame.url, url)) ?? frames[0];
}

function toPlace([, url = "", line, column]: RegExpExecArray): Place {
  return { url, line: Number(line), column: Number(column) };
}

/** Where a file's own code was when an error was made; undefined when it was not running. */
export function placeIn(stack: string, url: string): Place | undefined {
  const place = stackPlace(stack, url);
  return place !== undefined && isSameUrl(place.url, url) ? place : undefined;
}

/** Compares URLs of which either may be shown decoded. */
export function isSameUrl(left: string, right: string): boolean {
  return readable(left) === readable(right);
}

/** A URL as Deno shows it in stacks. */
export function readable(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
