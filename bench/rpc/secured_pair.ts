import { contractName } from "../../contracts/manifest/names.ts";
import { provision } from "../../tests/support/deployed.ts";
import { SecuredTrellis } from "../../tests/support/platform/secured_trellis.ts";
import type { Load } from "../measure/load.ts";
import type { Effort } from "../measure/measurement.ts";
import { inTurns } from "../measure/rounds.ts";
import { compared, type Row } from "../measure/row.ts";
import { startPlainServer } from "../project/plain_server.ts";
import { ContenderProcess } from "./contender_process.ts";
import { echoContract } from "./echo_contract.ts";

/** At most so much slower is a call where the server enforces what each session may do. */
const TARGET = { of: "ratio", limit: 0.97 } as const;

/** Calls at a time. */
const WIDTHS = [64, 512];
/** Code that is called often is compiled again in the first seconds. */
const WARM_UP = { kind: "in_flight", width: 64, ms: 1000 } as const;

/**
 * The same client and service on a server that enforces what each session may do, beside one that lets in
 * everybody. Two processes that run the same differ by up to seven percent from one start to the next, so
 * many pairs are started one after the other, and each takes a few short turns when it is warm.
 */
export async function securedBesideOpen({ quick, say }: Effort): Promise<readonly Row[]> {
  const [pairs, rounds, ms] = quick ? [3, 3, 300] : [10, 8, 300];
  const figures = new Map<number, Record<"Trellis" | "open", number[]>>();
  for (const width of WIDTHS) figures.set(width, { Trellis: [], open: [] });
  for (let pair = 1; pair <= pairs; pair++) {
    await using running = new AsyncDisposableStack();
    const { enforced, open } = await startPair(running, pair % 2 === 0);
    for (const process of [enforced, open, enforced, open]) await process.turn(WARM_UP);
    for (const [width, { Trellis, open: others }] of figures) {
      say(`rpc secured, ${width} in flight, pair ${pair} of ${pairs}`);
      const load: Load = { kind: "in_flight", width, ms };
      const turns = await inTurns({
        Trellis: { turn: () => enforced.turn(load) },
        open: { turn: () => open.turn(load) },
      }, rounds);
      Trellis.push(...turns.Trellis ?? []);
      others.push(...turns.open ?? []);
    }
  }
  return [...figures].map(([width, turns]) =>
    compared({ name: `rpc secured, ${width} in flight`, unit: "/s", target: TARGET }, turns, "open")
  );
}

/** Each has a server of its own: contenders that share one keep it warm for each other. */
async function startPair(running: AsyncDisposableStack, openFirst: boolean) {
  const plain = running.use(await startPlainServer([echoContract]));
  const secured = running.use(await SecuredTrellis.start());
  await provision(secured.authority, echoContract);
  const { seed } = await secured.platform.openSession(contractName(echoContract.id));
  const env = { TRELLIS_SESSION_KEY_SEED: seed };
  const start = async (url: string, env = {}) =>
    running.use(await ContenderProcess.start("trellis.ts", url, { env }));
  if (!openFirst) return { enforced: await start(secured.url, env), open: await start(plain.url) };
  return { open: await start(plain.url), enforced: await start(secured.url, env) };
}
