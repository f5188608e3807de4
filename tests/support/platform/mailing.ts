/** Contracts that use each other, for tests of what happens while something used is not accepted. */
import { Type } from "@sinclair/typebox";
import { type Contract, type ContractBody, defineServiceContract, ok } from "../../../mod.ts";
import type { RequestContext } from "../../../runtime/rpc/request_context.ts";
import type { TrellisService } from "../../../runtime/service/service.ts";

const Letter = Type.Object({ text: Type.String() });
const schemas = { Letter };

const rpc = <Ref>(ref: Ref) => ({ version: "v1", input: ref, output: ref } as const);

/** Sends letters. */
export const mail = defineServiceContract({ schemas }, (ref) => ({
  id: "mail@v1",
  displayName: "Mail",
  description: "Sends letters.",
  rpc: { "Mail.Send": rpc(ref.schema("Letter")) },
  events: { "Mail.Wanted": { version: "v1", event: ref.schema("Letter") } },
}));

/** The same contract, which sends none any more. */
export const mailWithout = defineServiceContract({ schemas }, (ref) => ({
  id: "mail@v1",
  displayName: "Mail",
  description: "Sends no letters.",
  rpc: { "Mail.List": rpc(ref.schema("Letter")) },
}));

/** Cannot do without mail. */
export const shop = defineServiceContract({ schemas }, (ref) => ({
  id: "shop@v1",
  displayName: "Shop",
  description: "Sells.",
  uses: { required: { post: mail.use({ rpc: { call: ["Mail.Send"] } }) } },
  rpc: { "Shop.Buy": rpc(ref.schema("Letter")) },
}));

/** Sends letters, and cannot do without the shop, which cannot do without it. */
export const mailWithShop = defineServiceContract({ schemas }, (ref) => ({
  id: "mail@v1",
  displayName: "Mail",
  description: "Sends letters and sells stamps.",
  uses: { required: { shop: shop.use({ rpc: { call: ["Shop.Buy"] } }) } },
  rpc: { "Mail.Send": rpc(ref.schema("Letter")) },
}));

/** Can do without mail. */
export const desk = defineServiceContract({ schemas }, (ref) => ({
  id: "desk@v1",
  displayName: "Desk",
  description: "Answers.",
  uses: {
    optional: {
      post: mail.use({ rpc: { call: ["Mail.Send"] }, events: { publish: ["Mail.Wanted"] } }),
    },
  },
  rpc: { "Desk.Ask": rpc(ref.schema("Letter")) },
}));

/** The body type of a contract. */
type BodyOf<C> = C extends Contract<infer B extends ContractBody> ? B : never;

/** Sends every letter back, and notes in which requests. */
export async function serveMail(
  service: TrellisService<BodyOf<typeof mail>>,
  requests: RequestContext[] = [],
): Promise<void> {
  service.handle.rpc.mail.send(({ input, context }) => {
    requests.push(context);
    return ok(input);
  });
  await service.serving();
}
