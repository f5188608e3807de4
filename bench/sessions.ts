import { contractName } from "../contracts/manifest/names.ts";
import { KeyPair } from "../contracts/identity/key_pair.ts";
import { openConnection } from "../runtime/nats/connection.ts";
import type { Effort, Measurement } from "./measure/measurement.ts";
import { inTurns } from "./measure/rounds.ts";
import { alone, type Row } from "./measure/row.ts";
import { provision } from "../tests/support/deployed.ts";
import { SecuredTrellis } from "../tests/support/platform/secured_trellis.ts";
import { fleetSessions } from "./sessions/fleet_sessions.ts";
import { echoContract } from "./rpc/echo_contract.ts";

const AT_ONCE = 64;

/** What it takes to let sessions in, and to have many of them. */
export const sessions: Measurement = async (effort) => [
  ...await letIn(effort),
  ...await fleetSessions(effort),
];

/** Connections through the auth callout: the session and what was accepted are read for each. */
async function letIn({ quick, say }: Effort): Promise<readonly Row[]> {
  await using trellis = await SecuredTrellis.start();
  await provision(trellis.authority, echoContract);
  const { seed } = await trellis.platform.openSession(contractName(echoContract.id));
  const key = KeyPair.fromSeed("user", seed);
  const connects = quick ? 300 : 1000;
  const waited: number[] = [];
  const connect = async () => {
    const started = performance.now();
    const connection = (await openConnection({
      servers: trellis.url,
      name: "bench",
      timeoutMs: 20_000,
      ...(key === undefined ? {} : { key }),
    })).orThrow();
    waited.push(performance.now() - started);
    await connection.close();
  };
  const rate = async () => {
    say("connections");
    let left = connects;
    const started = performance.now();
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await connect();
    }));
    return connects * 1000 / (performance.now() - started);
  };
  const figures = await inTurns({ rate: { turn: rate } }, quick ? 3 : 9);
  const slowest = waited.sort((a, b) => a - b)[Math.floor(waited.length * 0.99)] ?? NaN;
  const target = { of: "figure", limit: 500 } as const;
  return [
    alone({ name: `sessions let in, ${AT_ONCE} at once`, unit: "/s", target }, figures.rate ?? []),
    alone({ name: "a session let in, p99", unit: "ms" }, [slowest]),
  ];
}
