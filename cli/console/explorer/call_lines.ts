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
  const [head = "", ...rest] = contractName(contract).split(/[^A-Za-z0-9]+/);
  const name = head + rest.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
  const alias = /^[A-Za-z]/.test(name) ? name : `used${name}`;
  const path = surfacePath(rpc).join(".");
  return [
    `// In your contract: uses: { required: { ${alias}: ${alias}.use({ rpc: { call: ["${rpc}"] } }) } }`,
    `const answer = await client.used.${alias}.rpc.${path}(`,
    ...JSON.stringify(input, null, 2).split("\n").map((line) => `  ${line}`),
    ").take();",
    "if (isErr(answer)) throw answer.error;",
  ].join("\n").replace(/\(\n {2}\{\}\n\)/, "({})");
}
