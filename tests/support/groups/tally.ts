/** A contract with one group, and where its events are kept by hand, for the tests of workers. */
import { Type } from "@sinclair/typebox";
import {
  defineHandlers,
  defineServiceContract,
  type EventHandler,
  TrellisService,
} from "../../../mod.ts";
import type { BodyOf } from "../../../mod.ts";
import type { GroupBinding } from "../../../contracts/stored/bindings.ts";
import type { Log } from "../../../runtime/log.ts";
import { SILENT } from "../deployed.ts";
import type { GroupStreams } from "../nats/group_streams.ts";

const Counted = Type.Object({ key: Type.String(), n: Type.Integer() });

/** Publishes and consumes one event. */
export const tally = defineServiceContract({ schemas: { Counted } }, (ref) => ({
  id: "tally@v1",
  displayName: "Tally",
  description: "Counts.",
  events: { "Thing.Counted": { version: "v1", params: ["/key"], event: ref.schema("Counted") } },
  eventConsumers: { counter: { self: ["Thing.Counted"] } },
}));

/** The body of {@link tally}. */
export type Tally = BodyOf<typeof tally>;
/** Handles its event. */
export type CountHandler = EventHandler<
  Tally,
  Tally["events"]["Thing.Counted"],
  unknown
>;

/** A deployment of {@link tally} with a group of its own. */
export interface TallyDeployment {
  readonly binding: GroupBinding;
  /** Connects an instance. */
  start(
    handler: CountHandler,
    options?: { readonly eventTimeoutMs?: number; readonly log?: Log; readonly url?: string },
  ): Promise<TrellisService<Tally>>;
}

/** Makes a group, and what starts instances of it. */
export async function deployTally(
  server: { readonly url: string },
  streams: GroupStreams,
  deployment: string,
  ordering: GroupBinding["ordering"],
  settings: Partial<GroupBinding> = {},
): Promise<TallyDeployment> {
  const events = ["Thing.Counted"];
  const binding = await streams.make({ deployment, group: "counter", ordering, events, settings });
  await streams.bind(tally, deployment, { counter: binding });
  return {
    binding,
    async start(handler, { eventTimeoutMs = 10_000, log = SILENT, url = server.url } = {}) {
      const service = await TrellisService.connect({
        contract: tally,
        trellisUrl: url,
        deployment,
        eventTimeoutMs,
        log,
      }).orThrow();
      await service.serve(defineHandlers(tally, {
        events: { counter: { self: { "Thing.Counted": handler } } },
      }));
      return service;
    },
  };
}
