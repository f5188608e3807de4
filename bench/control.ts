import { SecuredServer } from "../tests/support/secured_server.ts";
import { fillFleet, type FleetSize, ROOM } from "./control/fill_fleet.ts";
import { measureFleet } from "./control/measure_fleet.ts";
import type { Measurement } from "./measure/measurement.ts";

const FEW: FleetSize = { deployments: 50, sessions: 100, users: 1 };
const MANY: FleetSize = { deployments: 10_000, sessions: 100_000, users: 2000 };
const LESS: FleetSize = { deployments: 1000, sessions: 10_000, users: 200 };

/** What the control plane of ten thousand deployments with a hundred thousand sessions costs. */
export const control: Measurement = async (effort) => {
  const { quick, say } = effort;
  await using few = await SecuredServer.start();
  await using many = await SecuredServer.start({ configText: ROOM });
  const [ofFew, ofMany] = [
    await fillFleet(few, FEW, say),
    await fillFleet(many, quick ? LESS : MANY, say),
  ];
  const fleet = (server: SecuredServer, filled: typeof ofFew) => {
    const { url, keys, keysDir, pid } = server;
    return { url, keys, keysDir, pid, filled };
  };
  return await measureFleet(fleet(many, ofMany), fleet(few, ofFew), effort);
};
