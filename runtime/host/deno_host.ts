/**
 * What Deno offers to services and clients. Whoever imports this module connects over TCP.
 *
 * @module
 */
import { diallers } from "../nats/dial/dialler.ts";
import { readVariable } from "./deno_variables.ts";
import { loadTelemetry } from "../telemetry/load_telemetry.ts";
import { setHost } from "./host.ts";

// What connects is loaded when somebody does: most programs that import a contract only read it.
diallers.set("tcp", async (options, key) => {
  const { dialDeno } = await import("../nats/dial/dial_deno.ts");
  return await dialDeno(options, key);
});
setHost({
  readVariable,
  newKey: async () => (await keyPairs()).generate("user"),
  keyOfSeed: async (seed) => (await keyPairs()).fromSeed("user", seed),
  newSha256: async () => (await import("node:crypto")).createHash("sha256"),
  openTelemetry: loadTelemetry,
  servers: ["nats://127.0.0.1:4222"],
});

async function keyPairs() {
  return (await import("../../contracts/identity/key_pair.ts")).KeyPair;
}
