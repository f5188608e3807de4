/**
 * A program that answers the auth callout of a server until it is ended: everybody who proves a key gets in.
 * Arguments: address, folder of the keys, seconds by which its clock is wrong, lifetime in seconds. Prints
 * a line when it answers.
 */
import { readKeyFolder } from "../../cli/nats_server/security/key_folder.ts";
import { ACCOUNT } from "../../cli/nats_server/security/server_config.ts";
import "../../runtime/host/deno_host.ts";
import { openConnection } from "../../runtime/nats/connection.ts";
import { AuthCallout } from "../../runtime/platform/nats/auth_callout.ts";

const [servers = "", keysDir = "", clockOffsetS = "0", lifetimeS = "600"] = Deno.args;

const now = Date.now;
const TrueDate = Date;
const offsetMs = 1000 * Number(clockOffsetS);
globalThis.Date = class extends TrueDate {
  constructor(...time: [] | [number | string]) {
    // Without arguments a date is the present.
    super(time[0] ?? now() + offsetMs);
  }
  static override now = () => now() + offsetMs;
} as DateConstructor;

const keys = (await readKeyFolder(keysDir)).orThrow();
if (keys === undefined) throw new Error(`no keys in ${keysDir}`);
const { issuer, xkey, callouts: [, key] } = keys;
const connection = (await openConnection({ servers, name: "callout process", key })).orThrow();
const permissions = { publish: ["from.callout.process"], subscribe: ["_INBOX.>"] };
const admission = { name: "anybody", permissions, lifetimeS: Number(lifetimeS) };
new AuthCallout({
  connection,
  issuer,
  xkey,
  account: ACCOUNT.trellis,
  admit: () => Promise.resolve(admission),
  onError: (cause) => console.error(cause),
});
await connection.flush();
console.log("ready");
await connection.closed();
