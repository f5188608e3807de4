import type { ContractKind } from "../manifest/manifest.ts";
import type { PrincipalKind } from "./caller.ts";

/** Who runs a contract. An admin runs none. */
export type ContractPrincipal = Exclude<PrincipalKind, "admin">;

/** Who runs a contract, by its kind. */
export const RUNNER_OF = {
  service: "service",
  app: "user",
  device: "device",
  agent: "agent",
} as const satisfies Readonly<Record<ContractKind, ContractPrincipal>>;
