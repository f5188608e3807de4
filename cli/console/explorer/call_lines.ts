import type { JsonValue } from "../../../contracts/json/json.ts";
import { contractName } from "../../../contracts/manifest/names.ts";
import { surfacePath } from "../../../contracts/manifest/surface_path.ts";
import { commandText } from "../../program/command_text.ts";
import type { CalledAs } from "../../calls/session_as.ts";

/** A call as a person types it in a terminal. */
export function commandOf(rpc: string, input: JsonValue, as?: CalledAs): string {
  return commandText([
    "call",
    rpc,
    JSON.stringify(input),
    ...(as === undefined ? [] : ["--as", as.as]),
    ...(as?.contract === undefined ? [] : ["--contract", as.contract]),
  ]);
}

/** A call as code of a contract that uses the other one has it. */
export function codeOf(rpc: string, contract: string, input: JsonValue): string {
  const alias = aliasOf(contract);
  return [
    useLine(alias, "rpc", "call", rpc),
    ...callLines("answer", `${alias}.rpc.${surfacePath(rpc).join(".")}`, input, ".take()"),
    "if (isErr(answer)) throw answer.error;",
  ].join("\n");
}

/** How a person follows a feed in a terminal. */
export function feedCommand(feed: string, input: JsonValue): string {
  return commandText(["feed", feed, JSON.stringify(input)]);
}

/** How code of a contract that uses the other one follows a feed. */
export function feedCode(feed: string, contract: string, input: JsonValue): string {
  const alias = aliasOf(contract);
  return [
    useLine(alias, "feeds", "subscribe", feed),
    ...callLines("feed", `${alias}.feed.${surfacePath(feed).join(".")}`, input, ".orThrow()"),
    "for await (const { value, cursor, gap } of feed) show(value);",
  ].join("\n");
}

/** How a person sends a file with an operation in a terminal. */
export function sendCommand(operation: string): string {
  return commandText(["files", "send", operation, "FILE", "{}"]);
}

/** How a person fetches in a terminal what the answer of a call grants. */
export function receiveCommand(name: string, input: JsonValue): string {
  return commandText(["files", "receive", name, JSON.stringify(input), "--out", "FILE"]);
}

function aliasOf(contract: string): string {
  const [head = "", ...rest] = contractName(contract).split(/[^A-Za-z0-9]+/);
  const name = head + rest.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
  return /^[A-Za-z]/.test(name) ? name : `used${name}`;
}

function useLine(alias: string, section: string, action: string, name: string): string {
  const selected = `${section}: { ${action}: ["${name}"] }`;
  return `// In your contract: uses: { required: { ${alias}: ${alias}.use({ ${selected} }) } }`;
}

function callLines(
  result: string,
  path: string,
  input: JsonValue,
  end: string,
): readonly string[] {
  const call = `const ${result} = await client.used.${path}(`;
  const json = JSON.stringify(input, null, 2);
  if (json === "{}") return [`${call}{})${end};`];
  return [call, ...json.split("\n").map((line) => `  ${line}`), `)${end};`];
}
