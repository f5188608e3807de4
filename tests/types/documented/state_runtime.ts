import { type BodyOf, defineAppContract, type TrellisClient } from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";

/** The documented contract, with preferences for which the documented value is valid. */
export const contract = defineAppContract(
  {
    schemas: {
      Preferences: Type.Object({ theme: Type.String() }),
      Draft: Type.Object({ title: Type.String() }),
    },
  },
  (ref) => ({
    id: "acme.themes@v1",
    displayName: "Themes",
    description: "Notes app",
    state: {
      preferences: { kind: "value", schema: ref.schema("Preferences") },
      drafts: { kind: "map", schema: ref.schema("Draft") },
    },
  }),
);

type Client = TrellisClient<BodyOf<typeof contract>>;
type Output = Pick<Console, "log">;

/** The documented example of the runtime, as it is printed. */
export async function runtimeExample(client: Client, console: Output) {
  const preferences = await client.state.preferences.get();

  const created = await client.state.preferences.put(
    { theme: "dark" },
    { expectedRevision: null },
  );

  const activeDrafts = client.state.drafts.prefix("inspection/active");
  const page = await activeDrafts.list({ limit: 20 });
  for (const draft of page.entries) {
    console.log(draft.key, draft.value.title);
  }

  return { preferences, created, page };
}

/** The documented example of a listing, as it is printed. */
export async function listingExample(trellis: Client, console: Output) {
  const drafts = trellis.state.drafts.prefix("inspection/active");

  await drafts.put("open", { title: "Draft" });
  await drafts.get("open");
  const page = await drafts.list({ limit: 10 });
  for (const draft of page.entries) {
    console.log(draft.key, draft.value.title);
  }

  return page;
}
