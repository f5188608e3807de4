/** Contracts that publish events and consume them, for tests of groups. */
import { Type } from "@sinclair/typebox";
import type { Contract } from "../../../contracts/define/contract.ts";
import type {
  EventConsumerDeclaration,
  KvDeclaration,
  ServiceBody,
} from "../../../contracts/define/declaration.ts";
import { defineServiceContract } from "../../../contracts/define/define.ts";

const Moved = Type.Object({ accountId: Type.String(), amount: Type.Number() });

/** Publishes what is consumed: `Account.Moved` by its account, and `Day.Closed` by what is said. */
export const bankWith = (dayParams: readonly string[]) =>
  defineServiceContract({ schemas: { Moved } }, (ref) => ({
    id: "bank@v1",
    displayName: "Bank",
    description: "Keeps accounts.",
    events: {
      "Account.Moved": { version: "v1", event: ref.schema("Moved"), params: ["/accountId"] },
      "Account.Closed": { version: "v1", event: ref.schema("Moved"), params: ["/accountId"] },
      "Day.Closed": { version: "v1", event: ref.schema("Moved"), params: dayParams },
    },
  }));

/** As it is deployed: its days have no params. */
export const bank = bankWith([]);

/** As a reader may have known it that was built before. */
const known = bankWith(["/accountId"]);

/** What a test says of a group; it consumes `Account.Moved` of the bank unless it says otherwise. */
export type GroupPatch = Partial<EventConsumerDeclaration>;

/** A contract with groups that consume events of the bank, and with buckets. */
export function noticesContract(
  groups: Readonly<Record<string, GroupPatch>>,
  kv: Readonly<Record<string, Partial<KvDeclaration>>> = {},
): Contract<ServiceBody> {
  return defineServiceContract({ schemas: { Moved } }, (ref): ServiceBody => ({
    id: "notices@v1",
    displayName: "Notices",
    description: "Writes notices.",
    uses: {
      required: {
        money: known.use({
          events: { subscribe: ["Account.Moved", "Account.Closed", "Day.Closed"] },
        }),
      },
    },
    events: {
      "Notice.Written": { version: "v1", event: ref.schema("Moved"), params: ["/accountId"] },
    },
    eventConsumers: Object.fromEntries(
      Object.entries(groups).map(([name, group]) => [
        name,
        group.self === undefined && group.uses === undefined
          ? { uses: { money: ["Account.Moved"] }, ...group }
          : group,
      ]),
    ),
    resources: {
      kv: Object.fromEntries(
        Object.entries(kv).map(([alias, need]) => [
          alias,
          { purpose: `keep ${alias}`, schema: ref.schema("Moved"), ...need },
        ]),
      ),
    },
  }));
}
