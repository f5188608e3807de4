/** A page with all that it needs: the client, state, the validator, and a contract. */
import * as Type from "@sinclair/typebox";
import { defineAppContract, TrellisClient } from "../../client.ts";

const Draft = Type.Object({ title: Type.String() });
const app = defineAppContract({ schemas: { Draft } }, (ref) => ({
  id: "drafts@v1",
  displayName: "Drafts",
  description: "Keeps drafts.",
  state: { drafts: { kind: "map", schema: ref.schema("Draft") } },
}));

const client = await TrellisClient
  .connect({ contract: app, trellisUrl: location.origin, login: "page" }).orThrow();
console.log((await client.state.drafts.list({ limit: 1 })).count);
