import type { RunnerKind } from "../../../commands/sessions/runner_contract.ts";

/** What is said of a kind of what runs by itself. */
export interface RunnerWords {
  readonly tab: "devices" | "agents";
  readonly one: string;
  readonly many: string;
  /** What the secret is called, and where it goes. */
  readonly secret: string;
  readonly secretUse: string;
  readonly none: string;
}

/** What is said of devices and of agents. */
export const RUNNER_WORDS: Readonly<Record<RunnerKind, RunnerWords>> = {
  device: {
    tab: "devices",
    one: "device",
    many: "devices",
    secret: "The root secret",
    secretUse: "It goes into the device, which derives its key from it (deviceKey of " +
      "@qlever-llc/trellis/device). If it is lost, revoke the device and provision another one.",
    none: "No device was provisioned yet. Provision one: it comes in when you activate it.",
  },
  agent: {
    tab: "agents",
    one: "agent",
    many: "agents",
    secret: "The secret of its key",
    secretUse:
      "The agent takes it from TRELLIS_SESSION_KEY_SEED. If it is lost, revoke the agent and " +
      "let it in anew.",
    none: "No agent was let in yet. An agent is a program that acts for a person.",
  },
};
