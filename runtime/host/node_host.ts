/**
 * What Node offers to clients. Whoever imports this module connects over TCP.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { env } from "node:process";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { dialNode } from "../nats/dial/dial_node.ts";
import { diallers } from "../nats/dial/dialler.ts";
import { loadTelemetry } from "../telemetry/load_telemetry.ts";
import { setHost } from "./host.ts";

diallers.set("tcp", dialNode);
setHost({
  readVariable: (name) => env[name] || undefined,
  newKey: () => KeyPair.generate("user"),
  keyOfSeed: (seed) => KeyPair.fromSeed("user", seed),
  newSha256: () => createHash("sha256"),
  openTelemetry: loadTelemetry,
  servers: ["nats://127.0.0.1:4222"],
});
