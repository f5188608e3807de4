import { deviceContracts, deviceNames } from "../../completion/look_ups.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  flag,
  option,
  optionalArgument,
} from "../../command_line/command_spec.ts";
import { path, text } from "../../command_line/value_type.ts";

const keys = option(
  path("dir", "directory"),
  "The folder with the keys of the deployment (else .trellis/keys)",
);

const device = argument(
  "device",
  text("device", deviceNames),
  "Name of the device, as it is listed",
);

/** Commands about devices. */
export const deviceCommands: readonly CommandSpec[] = [
  defineCommand({
    path: [
      "devices",
      "add",
      argument(
        "contract",
        text("contract", deviceContracts),
        "The contract that they run, as wall-display@v1",
      ),
      optionalArgument(
        "publicKeys",
        text("key|-|@file"),
        "Public half, U..., of a device's key; - for stdin or @file for many, one a line",
      ),
    ],
    summary: "Provision devices, which come in when they are activated",
    details:
      "Trellis keeps public keys only. A device derives its key from a root secret, as deviceKey of " +
      "@qlever-llc/trellis/device does. Without a public key a root secret is made and printed, once. A " +
      "device goes by a name that follows from its key: provisioned again, it has the same. A new " +
      "contract of the project is presented, and its plan has to be accepted first.",
    options: {
      activate: flag("Let them in at once"),
      out: option(
        path("file", "file"),
        "Write the root secret to a new file that only you can read",
      ),
      keys,
    },
    example: "trellis devices add wall-display@v1 --out root.secret",
    run: async (values, context) => (await import("./add_devices.ts")).addDevices(values, context),
  }),
  defineCommand({
    path: ["devices", "list"],
    summary: "List the devices, and which of them wait",
    options: { keys },
    example: "trellis devices list",
    run: async (values, context) =>
      (await import("../sessions/list_runners.ts")).listRunners("device", values, context),
  }),
  defineCommand({
    path: ["devices", "activate", device],
    summary: "Let in a device that waits for it",
    details: "It comes in with its next attempt, and may do what its contract and its grants say.",
    options: { keys },
    example: "trellis devices activate dfu342kcirifx437",
    run: async (values, context) =>
      (await import("./activate_device.ts")).activateDevice(values, context),
  }),
  defineCommand({
    path: ["devices", "revoke", device],
    summary: "Let a device in no more, and close its connections",
    details: "Within a second, and for ever: it comes back only with another root secret.",
    options: { keys },
    example: "trellis devices revoke dfu342kcirifx437",
    run: async ({ device, keys }, context) =>
      (await import("../sessions/revoke_sessions.ts"))
        .revokeSessions({ target: `device:${device}`, keys }, context),
  }),
];
