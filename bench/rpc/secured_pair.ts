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

/**
 * The same client and service on a server that enforces what each session may do, beside one that lets in
 * everybody. Each has a server of its own: five contenders that share one keep it warm for each other.
 */
export async function securedBesideOpen({ quick, say }: Effort): Promise<readonly Row[]> {
  await using running = new AsyncDisposableStack();
  const plain = running.use(await startPlainServer([echoContract]));
  const secured = running.use(await SecuredTrellis.start());
  await provision(secured.authority, echoContract);
  const { seed } = await secured.platform.openSession(contractName(echoContract.id));
  const env = { TRELLIS_SESSION_KEY_SEED: seed };
  const start = async (url: string, env = {}) =>
    running.use(await ContenderProcess.start("trellis.ts", url, { env }));
  const [open, enforced] = [await start(plain.url), await start(secured.url, env)];
  // Short turns in many rounds: what else the machine does falls on both sides of a round.
  const [rounds, ms] = quick ? [7, 300] : [41, 400];
  const rows: Row[] = [];
  for (const width of [64, 512]) {
    const name = `rpc secured, ${width} in flight`;
    say(name);
    const load: Load = { kind: "in_flight", width, ms };
    const figures = await inTurns({
      Trellis: { turn: () => enforced.turn(load) },
      open: { turn: () => open.turn(load) },
    }, rounds);
    rows.push(compared({ name, unit: "/s", target: TARGET }, figures, "open"));
  }
  return rows;
}
