import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import { parseManifest } from "../../contracts/manifest/manifest_check.ts";
import { manifestDigest } from "../../contracts/manifest/projection.ts";
import accounts from "../../examples/bank/contracts/accounts.ts";
import movements from "../../examples/bank/contracts/movements.ts";
import teller from "../../examples/bank/contracts/teller.ts";
import desk from "../../examples/documents/contracts/desk.ts";
import documents from "../../examples/documents/contracts/documents.ts";
import notes from "../../examples/notes/contracts/notes.ts";
import orders from "../../examples/orders/contracts/orders_service.ts";
import reports from "../../examples/reports/contracts/reports.ts";
import type { Presentation } from "../../reconcile/authority/authority.ts";

/** What one team runs: all examples, and more of those that are small, as it is where there are many. */
const OF_A_TEAM: readonly { readonly manifest: ContractManifest; readonly copies: number }[] = [
  ...[documents, reports, accounts, movements].map(({ manifest }) => ({ manifest, copies: 1 })),
  { manifest: orders.manifest, copies: 18 },
  { manifest: notes.manifest, copies: 16 },
  { manifest: teller.manifest, copies: 8 },
  { manifest: desk.manifest, copies: 4 },
];

/** Deployments of one team. */
export const TEAM_SIZE = OF_A_TEAM.reduce((sum, { copies }) => sum + copies, 0);

/** The contracts of so many teams, each of which has names of its own for everything. */
export function* fleetContracts(teams: number): Generator<Presentation> {
  for (let team = 0; team < teams; team++) {
    for (const { manifest, copies } of OF_A_TEAM) {
      for (let copy = 0; copy < copies; copy++) {
        yield renamed(manifest, `${team}`, copy === 0 ? `${team}` : `${team}c${copy}`);
      }
    }
  }
}

/** Names of contracts and of what is served, as `orders-service@v1` and `Orders.Create`. */
const CONTRACT_ID = /"([a-z][a-z-]*)@v1"/g;
const SERVED = /\b(Orders|Documents|Sale|Total|Report|Account|Movement|Balance|Notice)\./g;

/** What a contract uses is the first of its kind in the team. */
function renamed(manifest: ContractManifest, team: string, own: string): Presentation {
  const { id, kind } = manifest;
  const text = JSON.stringify(manifest)
    .replace(CONTRACT_ID, (found, name) => {
      return `"${name}-t${found === JSON.stringify(id) ? own : team}@v1"`;
    })
    .replace(SERVED, (_, name) => `${name}T${kind === "service" ? own : team}.`);
  const parsed = parseManifest(JSON.parse(text));
  if (parsed.isErr()) throw new TypeError(`${id} cannot be renamed`);
  return { manifest: parsed.value, digest: manifestDigest(parsed.value) };
}
