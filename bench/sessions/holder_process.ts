import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { inParallel } from "../../reconcile/authority/in_parallel.ts";
import { openConnection } from "../../runtime/nats/connection.ts";
import "../../runtime/host/deno_host.ts";
import { linesOf } from "../measure/lines.ts";

/** Logins under way at once. */
const AT_ONCE = 32;

/** Opens a connection for each of the seeds that it is told, and keeps all of them open. */
const [servers = ""] = Deno.args;
console.log(JSON.stringify({ ready: true }));
for await (const line of linesOf(Deno.stdin.readable)) {
  // Written by the process that started this one.
  const { seeds } = JSON.parse(line) as { readonly seeds: readonly string[] };
  await inParallel(seeds, AT_ONCE, async (seed) => {
    const key = KeyPair.fromSeed("user", seed);
    if (key === undefined) throw new TypeError("this is no seed of a session");
    const timeoutMs = 60_000;
    (await openConnection({ servers, name: "bench", timeoutMs, key })).orThrow();
  });
  console.log(JSON.stringify({ held: seeds.length }));
}
