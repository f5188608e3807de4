import { defineAppContract } from "@qlever-llc/trellis/client";
import * as schemas from "../schemas.ts";

export default defineAppContract({ schemas }, (ref) => ({
  id: "notes@v1",
  displayName: "Notes",
  description: "Notes of one person, on all of their devices.",
  state: {
    preferences: {
      kind: "value",
      schema: ref.schema("Preferences"),
      stateVersion: "v2",
      acceptedVersions: { v1: ref.schema("PreferencesV1") },
    },
    drafts: { kind: "map", schema: ref.schema("Draft") },
  },
}));
