/** A service whose RPCs ask for capabilities, and what people and devices run to call it. */
import { Type } from "@sinclair/typebox";
import {
  type Contract,
  type ContractBody,
  defineAgentContract,
  defineAppContract,
  defineDeviceContract,
  defineServiceContract,
  ok,
} from "../../../client.ts";
import type { RequestContext } from "../../../runtime/rpc/request_context.ts";
import type { TrellisService } from "../../../runtime/service/service.ts";

const Case = Type.Object({ id: Type.String() });
const schemas = { Case };

/** Everybody may read a case; refunding takes a capability, and closing takes two. */
export const guarded = defineServiceContract({ schemas }, (ref) => ({
  id: "desk@v1",
  displayName: "Desk",
  description: "Handles cases.",
  capabilities: {
    "desk.refund": { displayName: "Refund", description: "Gives money back." },
    "desk.close": { displayName: "Close", description: "Closes cases." },
  },
  rpc: {
    "Desk.Read": { version: "v1", input: ref.schema("Case"), output: ref.schema("Case") },
    "Desk.Refund": {
      version: "v1",
      input: ref.schema("Case"),
      output: ref.schema("Case"),
      capabilities: { call: ["desk.refund"] },
    },
    "Desk.Close": {
      version: "v1",
      input: ref.schema("Case"),
      output: ref.schema("Case"),
      capabilities: { call: ["desk.refund", "desk.close"] },
    },
  },
}));

const ALL = { rpc: { call: ["Desk.Read", "Desk.Refund", "Desk.Close"] } } as const;

/** What people run. */
export const app = defineAppContract({}, () => ({
  id: "desk-app@v1",
  displayName: "Desk app",
  description: "Shows cases.",
  uses: { required: { desk: guarded.use(ALL) } },
}));

/** Another app. */
export const otherApp = defineAppContract({}, () => ({
  id: "other-app@v1",
  displayName: "Other app",
  description: "Shows cases too.",
  uses: { required: { desk: guarded.use(ALL) } },
}));

/** What a device runs. */
export const device = defineDeviceContract({}, () => ({
  id: "desk-device@v1",
  displayName: "Desk device",
  description: "Shows cases on a wall.",
  uses: { required: { desk: guarded.use(ALL) } },
}));

/** What an agent runs. */
export const agent = defineAgentContract({}, () => ({
  id: "desk-agent@v1",
  displayName: "Desk agent",
  description: "Handles cases for somebody.",
  uses: { required: { desk: guarded.use(ALL) } },
}));

type BodyOf<C> = C extends Contract<infer B extends ContractBody> ? B : never;

/** Serves the cases, and notes who asks. */
export async function serveGuarded(
  service: TrellisService<BodyOf<typeof guarded>>,
  callers: RequestContext["caller"][] = [],
): Promise<void> {
  const answer = ({ input, context }: { input: { id: string }; context: RequestContext }) => {
    callers.push(context.caller);
    return ok(input);
  };
  service.handle.rpc.desk.read(answer);
  service.handle.rpc.desk.refund(answer);
  service.handle.rpc.desk.close(answer);
  await service.serving();
}
