/**
 * A service that says at any time what it has done, and what that has cost: each line of its input is answered with
 * its {@link Spent}. Argument: where the server is.
 */
import { cpuUsage } from "node:process";
import { ok, TrellisService } from "../../mod.ts";
import { linesOf } from "../measure/lines.ts";
import { echoContract as contract } from "../rpc/echo_contract.ts";

/** What a service has done since it started. */
export interface Spent {
  readonly calls: number;
  /** Of the processor, in microseconds. */
  readonly cpuUs: number;
}

if (import.meta.main) {
  const [trellisUrl] = Deno.args;
  await using service = await TrellisService.connect({ contract, trellisUrl }).orThrow();
  let calls = 0;
  service.handle.rpc.orders.echo(({ input }) => {
    calls++;
    return ok(input);
  });
  await service.serving();
  console.log(JSON.stringify({ ready: true }));
  for await (const _ of linesOf(Deno.stdin.readable)) {
    const { user, system } = cpuUsage();
    const spent: Spent = { calls, cpuUs: user + system };
    console.log(JSON.stringify({ spent }));
  }
}
